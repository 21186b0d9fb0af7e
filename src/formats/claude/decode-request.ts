/**
 * Anthropic Messages request → canonical request (translate-openai-claude.md 2.4, 6.1, 9.1). Text
 * about billing is left out, system text amid the conversation becomes a reminder.
 */
import type { CanonicalRequest, GenerationOptions, Message } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { cacheControlOf } from './cache-control.ts';
import { decodeContent } from './decode-content.ts';
import { decodeClaudeOutput, decodeThinking } from './decode-thinking.ts';
import { decodeClaudeToolChoice, decodeClaudeTools } from './decode-tools.ts';
import { joinedTurns } from './joined-turns.ts';
import { reminder, systemTexts } from './system-text.ts';

/** Reads a parsed request body. Never throws: what can not be read is missing. */
export function decodeClaudeRequest(body: JsonObject): CanonicalRequest {
  return {
    model: textOf(body.model),
    stream: body.stream === true,
    messages: joinedTurns(decodeMessages(body)),
    tools: decodeClaudeTools(body.tools),
    toolChoice: decodeClaudeToolChoice(body.tool_choice),
    output: decodeClaudeOutput(body),
    reasoning: decodeThinking(body),
    options: decodeOptions(body),
    cache: {},
    identity: {
      user: stringOf(body.user),
      metadata: isObject(body.metadata) ? body.metadata : undefined,
    },
  };
}

function decodeMessages(body: JsonObject): Message[] {
  const system = systemTexts(body.system);
  const messages: Message[] = system.length === 0 ? [] : [{ role: 'system', content: system }];
  for (const value of arrayOf(body.messages)) {
    const message = decodeMessage(objectOf(value));
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

function decodeMessage(message: JsonObject): Message | undefined {
  const cacheControl = cacheControlOf(message);
  const role = textOf(message.role);
  if (role !== 'system') return { role, content: decodeContent(message.content), cacheControl };
  const content = reminder(message.content);
  return content === undefined ? undefined : { role: 'user', content, cacheControl };
}

function decodeOptions(body: JsonObject): GenerationOptions {
  const { disable_parallel_tool_use: disabled } = objectOf(body.tool_choice);
  const { stop_sequences: stop } = body;
  return {
    maxOutputTokens: numberOf(body.max_tokens),
    temperature: numberOf(body.temperature),
    topP: numberOf(body.top_p),
    topK: numberOf(body.top_k),
    stop: Array.isArray(stop) && stop.length > 0 ? stop.map(textOf) : undefined,
    parallelToolCalls: typeof disabled === 'boolean' ? !disabled : undefined,
    serviceTier: serviceTierOf(body),
  };
}

/** Two ways to ask for the fast lane mean the same elsewhere. */
function serviceTierOf(body: JsonObject): string | undefined {
  const tier = stringOf(body.service_tier)?.toLowerCase();
  return body.speed === 'fast' || tier === 'fast' ? 'priority' : tier;
}
