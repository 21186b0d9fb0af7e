/**
 * The size of a Gemini request in tokens, estimated here (thinking 1.7): most upstreams have no
 * counter to ask. Pictures and opaque data count nothing.
 */
import type { Part } from '../../canonical/parts.ts';
import type { Message, Tool } from '../../canonical/request.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { estimateTextTokens } from '../claude/token-estimate.ts';
import { geminiClient } from './client.ts';

/** Frame around one message: its role and the marks that begin and end it. */
const MESSAGE_TOKENS = 4;

/**
 * Answer to `:countTokens`. The conversation may be the body, or stand inside it.
 * @throws SwitchyardError `invalid_request` for contents that are none.
 */
export function countGeminiTokens(body: JsonObject): object {
  const inner = body.generateContentRequest ?? body.generate_content_request;
  const { messages, tools } = geminiClient.decodeRequest(isObject(inner) ? inner : body);
  const tokens = sum(messages.map(messageTokens)) + sum(tools.map(toolTokens));
  return {
    totalTokens: tokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }],
  };
}

function messageTokens({ content }: Message): number {
  if (typeof content === 'string') return MESSAGE_TOKENS + estimateTextTokens(content);
  return MESSAGE_TOKENS + sum(content.map(partTokens));
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return estimateTextTokens(part.text);
    case 'tool_call':
      return estimateTextTokens(part.name) + estimateTextTokens(part.arguments);
    case 'tool_result':
      return typeof part.content === 'string'
        ? estimateTextTokens(part.content)
        : sum(part.content.map(partTokens));
    case 'verbatim':
      return isObject(part.value) ? estimateTextTokens(textOf(part.value.text)) : 0;
    case 'image':
    case 'file':
    case 'audio':
    case 'reasoning':
      return 0;
  }
}

function toolTokens(tool: Tool): number {
  if (tool.type !== 'function') return 0;
  const { name, description, parameters } = tool;
  return sum([name, textOf(description), textOf(parameters)].map(estimateTextTokens));
}

const sum = (counts: readonly number[]): number =>
  counts.reduce((total, count) => total + count, 0);
