/**
 * The size of a Claude request in tokens, estimated here: Codex and chat upstreams have no counter
 * to ask (translate-openai-claude.md 9.5; codex.md 1.11).
 */
import {
  arrayOf,
  isObject,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { claudeCount } from '../token-count.ts';
import { estimateTextTokens } from './token-estimate.ts';

/** Frame around one message: its role and the marks that begin and end it. */
const MESSAGE_TOKENS = 4;

/** Deepest tool result inside a tool result that is read; clients nest none. */
const MAX_DEPTH = 4;

/**
 * Answer to `POST /v1/messages/count_tokens`.
 * @throws SwitchyardError `invalid_request` for a body that is no conversation.
 */
export function countClaudeTokens(body: JsonObject): { input_tokens: number } {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw wrongBody('messages must be a list with at least one message');
  }
  messages.forEach(checkMessage);
  return claudeCount(estimateTokens(body));
}

/** Tokens of a request, whatever its state; images and opaque data count nothing. */
export function estimateTokens(body: JsonObject): number {
  let tokens = contentTokens(body.system, 0);
  for (const value of arrayOf(body.messages)) {
    tokens += MESSAGE_TOKENS + contentTokens(objectOf(value).content, 0);
  }
  for (const tool of arrayOf(body.tools)) tokens += toolTokens(objectOf(tool));
  const choice = objectOf(body.tool_choice);
  return tokens + textTokens(choice.type) + textTokens(choice.name);
}

function checkMessage(value: unknown, index: number): void {
  const { role, content } = objectOf(value);
  const place = `messages.${String(index)}`;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw wrongBody(`${place}.role must be user or assistant`);
  }
  const isTyped = Array.isArray(content) && content.every(hasType);
  if (typeof content !== 'string' && !isTyped) {
    throw wrongBody(`${place}.content must be a string or a list of blocks`);
  }
}

const hasType = (block: unknown): boolean =>
  isObject(block) && typeof block.type === 'string' && block.type !== '';

const wrongBody = (message: string): SwitchyardError =>
  new SwitchyardError('invalid_request', { message, param: 'messages' });

function contentTokens(content: unknown, depth: number): number {
  if (typeof content === 'string') return estimateTextTokens(content);
  let tokens = 0;
  for (const value of arrayOf(content)) tokens += blockTokens(value, depth);
  return tokens;
}

function blockTokens(value: unknown, depth: number): number {
  if (typeof value === 'string') return estimateTextTokens(value);
  const block = objectOf(value);
  switch (block.type) {
    case 'text':
      return textTokens(block.text);
    case 'thinking':
      return textTokens(block.thinking);
    case 'tool_use':
    case 'server_tool_use':
      return textTokens(block.id) + textTokens(block.name) + textTokens(block.input);
    case 'document': {
      const source = objectOf(block.source);
      return source.type === 'text' ? textTokens(source.data) : 0;
    }
    case 'search_result':
    case 'tool_result':
    case 'web_search_tool_result':
      if (depth >= MAX_DEPTH) return 0;
      return textTokens(block.tool_use_id) + contentTokens(block.content, depth + 1);
    default:
      return stringOf(block.text) === undefined ? 0 : textTokens(block.text);
  }
}

function toolTokens({ type, name, description, input_schema: schema }: JsonObject): number {
  return textTokens(type) + textTokens(name) + textTokens(description) + textTokens(schema);
}

const textTokens = (value: unknown): number => estimateTextTokens(textOf(value));
