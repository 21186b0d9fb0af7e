/**
 * Answers for a scripted upstream. Defaults make a whole turn from just a text; every event can be
 * taken apart by the test before it is sent, e.g. `responsesTurn({ text: 'Hi' }).slice(0, -1)`.
 */
import type { TurnUsage } from '../../src/formats/format.ts';
import { chatBody, chatChunks } from '../../src/sandbox/chat-wire.ts';
import {
  responsesBody,
  responsesEvents,
  type Answer,
  type ResponsesEvent,
  type ToolCall,
} from '../../src/sandbox/responses-wire.ts';
import { dataFrame, DONE_FRAME, responsesFrame } from '../../src/sandbox/sse-wire.ts';
import { chatReasoning, codexReasoning, reasoningItem } from './reasoning.ts';

/** What a test may choose about an answer. */
export interface TurnOptions {
  id?: string;
  model?: string;
  /** Default `Hello from upstream`, or no message when there is a tool call. */
  text?: string;
  toolCall?: ToolCall;
  /** Text of some reasoning before all else; default none. */
  reasoning?: string;
  usage?: Partial<TurnUsage>;
}

const DEFAULT_ID = '77';

/** Events of one streamed Responses answer. */
export function responsesTurn(options: TurnOptions = {}): ResponsesEvent[] {
  const events = responsesEvents(answerOf(options));
  const { reasoning, id = DEFAULT_ID } = options;
  return reasoning === undefined ? events : codexReasoning(events, reasoning, id);
}

/** Events as SSE text, each with its `event:` line. */
export function responsesSse(events: ResponsesEvent[]): string {
  return events.map(responsesFrame).join('');
}

/** The JSON of one non-stream Responses answer. */
export function responsesObject(options: TurnOptions = {}): Record<string, unknown> {
  const body = responsesBody(answerOf(options));
  const { reasoning, id = DEFAULT_ID } = options;
  if (reasoning === undefined) return body;
  return { ...body, output: [reasoningItem(reasoning, id), ...(body['output'] as object[])] };
}

/** Chunks of one streamed Chat Completions answer, without `[DONE]`. */
export function chatTurn(options: TurnOptions = {}): Record<string, unknown>[] {
  const chunks = chatChunks(answerOf(options));
  return options.reasoning === undefined ? chunks : chatReasoning(chunks, options.reasoning);
}

/** Chunks as SSE text, closed by `[DONE]`. */
export function chatSse(chunks: unknown[]): string {
  return chunks.map(dataFrame).join('') + DONE_FRAME;
}

/** The JSON of one non-stream Chat Completions answer. */
export function chatObject(options: TurnOptions = {}): Record<string, unknown> {
  const body = chatBody(answerOf(options));
  const [choice] = body['choices'] as { message: Record<string, unknown> }[];
  if (choice !== undefined && options.reasoning !== undefined) {
    choice.message['reasoning_content'] = options.reasoning;
  }
  return body;
}

/** The usage-limit error of Codex (codex.md 5.3) with a relative reset time. */
export function usageLimitBody(resetsInSeconds: number): string {
  return JSON.stringify({
    error: {
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      plan_type: 'plus',
      resets_in_seconds: resetsInSeconds,
    },
  });
}

function answerOf(options: TurnOptions): Answer {
  const inputTokens = options.usage?.inputTokens ?? 120;
  const outputTokens = options.usage?.outputTokens ?? 30;
  return {
    id: options.id ?? DEFAULT_ID,
    model: options.model ?? 'gpt-5.5',
    createdAt: 1_760_000_000,
    text: options.text ?? (options.toolCall === undefined ? 'Hello from upstream' : ''),
    toolCall: options.toolCall,
    usage: {
      inputTokens,
      outputTokens,
      cachedTokens: options.usage?.cachedTokens ?? 100,
      reasoningTokens: options.usage?.reasoningTokens ?? 12,
      totalTokens: options.usage?.totalTokens ?? inputTokens + outputTokens,
    },
  };
}
