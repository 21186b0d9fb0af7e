/** What the sandbox says. Deterministic, and about the one thing a newcomer wants to see. */
import type { Command } from './commands.ts';
import type { CacheReading } from './prompt-cache.ts';
import type { SandboxRequest } from './request.ts';
import type { Answer, ToolCall } from './responses-wire.ts';
import { estimateTokens } from './text.ts';

/** Characters of the user's text that are repeated. */
export const MAX_ECHO_CHARS = 200;

/** Builds the whole answer to one turn. `createdAt`: Unix seconds. */
export function composeAnswer(
  request: SandboxRequest,
  command: Command | undefined,
  account: string,
  reading: CacheReading,
  meta: { id: string; createdAt: number },
): Answer {
  const toolCall = toolCallOf(request, command, meta.id);
  const text = toolCall === undefined ? answerText(request, account, reading) : '';
  const outputTokens = estimateTokens(text + (toolCall?.arguments ?? ''));
  return {
    ...meta,
    model: request.model,
    text,
    toolCall,
    usage: {
      inputTokens: reading.inputTokens,
      cachedTokens: reading.cachedTokens,
      outputTokens,
      reasoningTokens: 0,
      totalTokens: reading.inputTokens + outputTokens,
    },
  };
}

function answerText(request: SandboxRequest, account: string, reading: CacheReading): string {
  const heard =
    request.toolOutput === undefined
      ? `You said: ${quoted(request.lastWords)}`
      : `The tool returned: ${quoted(request.toolOutput)}`;
  return `[${account}] ${heard} This is turn ${request.turn}. ${cacheText(reading)}`;
}

function cacheText({ inputTokens, cachedTokens }: CacheReading): string {
  return cachedTokens === 0
    ? `None of its ${inputTokens} input tokens was in the cache of this account.`
    : `${cachedTokens} of its ${inputTokens} input tokens came from the cache of this account.`;
}

function quoted(text: string): string {
  const points = Array.from(text.trim());
  const shown = points.slice(0, MAX_ECHO_CHARS).join('');
  return points.length > MAX_ECHO_CHARS ? `"${shown}…".` : `"${shown}".`;
}

/** The call that was asked for, unless the outputs of all calls are already there. */
function toolCallOf(
  request: SandboxRequest,
  command: Command | undefined,
  id: string,
): ToolCall | undefined {
  if (command?.kind !== 'tool' || request.toolOutputs >= command.times) return undefined;
  const name = request.tools.find((tool) => tool === command.name) ?? request.tools[0];
  return name === undefined
    ? undefined
    : { callId: `call_${id}`, name, arguments: command.arguments };
}
