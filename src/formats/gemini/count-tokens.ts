/**
 * The size of a Gemini request in tokens, estimated here (thinking 1.7), where no upstream counts.
 * Pictures and opaque data count nothing.
 */
import type { Part } from '../../canonical/parts.ts';
import type { Message, Tool } from '../../canonical/request.ts';
import { memberOf, scanObject } from '../../json/scan.ts';
import { geminiCount } from '../token-count.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { estimateTextTokens } from '../claude/token-estimate.ts';
import { geminiClient } from './client.ts';

/** Frame around one message: its role and the marks that begin and end it. */
const MESSAGE_TOKENS = 4;

/**
 * Answer to `:countTokens`. `body`: the counted request itself, see {@link countedRequest}.
 * @throws SwitchyardError `invalid_request` for contents that are none.
 */
export function countGeminiTokens(body: JsonObject): object {
  const { messages, tools } = geminiClient.decodeRequest(body);
  return geminiCount(sum(messages.map(messageTokens)) + sum(tools.map(toolTokens)));
}

/** Names of the member that holds a whole request to be counted. */
const WHOLE = ['generateContentRequest', 'generate_content_request'];

/** The request whose size is asked for: the body, or what stands inside it. */
export function countedRequest(body: Uint8Array): Uint8Array {
  const members = scanObject(body);
  const inner = WHOLE.map((name) => memberOf(members, name)).find((member) => member !== undefined);
  if (inner === undefined || body[inner.valueStart] !== OPEN_BRACE) return body;
  return body.subarray(inner.valueStart, inner.valueEnd);
}

const OPEN_BRACE = 0x7b;

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
