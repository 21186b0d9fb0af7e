/** Canonical messages → Codex input items (translate-openai-claude.md 4.2). Calls come in pairs. */
import type { FilePart, Part, ToolCallPart, ToolResultPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { isOpenAiEncrypted } from '../responses/encrypted.ts';
import type { ToolNames } from './tool-names.ts';

/** Builds `input`; system text becomes developer messages, because Codex refuses `system`. */
export function encodeInput(messages: readonly Message[], names: ToolNames): JsonObject[] {
  const items: JsonObject[] = [];
  for (const message of messages) encodeMessage(message, names, items);
  return items;
}

function encodeMessage(message: Message, names: ToolNames, items: JsonObject[]): void {
  const role = message.role === 'system' ? 'developer' : message.role;
  if (typeof message.content === 'string') {
    const content = message.content === '' ? [] : [textItem(role, message.content)];
    if (content.length > 0 || role !== 'assistant') items.push(messageItem(role, content));
    return;
  }
  const before = items.length;
  let content: JsonObject[] = [];
  for (const part of message.content) {
    const item = ownItem(part, role, names);
    if (item === undefined) {
      const encoded = contentPart(part, role);
      if (encoded !== undefined) content.push(encoded);
      continue;
    }
    if (content.length > 0) items.push(messageItem(role, content));
    content = [];
    items.push(item);
  }
  // A user message whose parts are all unknown still takes its turn, an assistant one does not.
  const isEmptyTurn = items.length === before && role !== 'assistant';
  if (content.length > 0 || isEmptyTurn) items.push(messageItem(role, content));
}

const messageItem = (role: string, content: JsonObject[]): JsonObject => ({
  type: 'message',
  role,
  content,
});

/** Parts that are items of their own. */
function ownItem(part: Part, role: string, names: ToolNames): JsonObject | undefined {
  if (part.type === 'tool_call') return callItem(part, names);
  if (part.type === 'tool_result') return resultItem(part);
  if (part.type !== 'reasoning' || role !== 'assistant') return undefined;
  return isReplayed(part.signature) ? reasoningItem(part.signature) : undefined;
}

/**
 * Reasoning goes back only if an OpenAI model issued it (3.8). An empty proof is one that a request
 * may do without (`is-compat`).
 */
const isReplayed = (proof: string | undefined): proof is string =>
  proof === '' || isOpenAiEncrypted(proof);

/** Reasoning as it goes back: the proof alone. */
export function reasoningItem(proof: string): JsonObject {
  return { type: 'reasoning', summary: [], content: null, encrypted_content: proof };
}

function callItem(call: ToolCallPart, names: ToolNames): JsonObject {
  const name = names.short(call.name);
  return call.kind === 'custom'
    ? { type: 'custom_tool_call', call_id: call.id, name, input: call.arguments }
    : { type: 'function_call', call_id: call.id, name, arguments: call.arguments };
}

function resultItem(result: ToolResultPart): JsonObject {
  const type = result.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
  const { content } = result;
  const output = typeof content === 'string' ? content : content.map(outputPart);
  return { type, call_id: result.callId, output };
}

const textItem = (role: string, text: string): JsonObject => ({
  type: role === 'assistant' ? 'output_text' : 'input_text',
  text,
});

/** Media is taken from users only. */
function contentPart(part: Part, role: string): JsonObject | undefined {
  if (part.type === 'text' || part.type === 'refusal') return textItem(role, part.text);
  if (role !== 'user') return undefined;
  switch (part.type) {
    case 'image':
      return { type: 'input_image', image_url: part.url };
    case 'file':
      return filePart(part);
    case 'audio':
      if (part.data === '') return undefined;
      return { type: 'input_audio', data: part.data, format: part.format };
    case 'reasoning':
    case 'tool_call':
    case 'tool_result':
    case 'verbatim':
      return undefined;
  }
}

/** A file's data, else where it can be loaded. */
function filePart({ data, url, filename }: FilePart): JsonObject | undefined {
  if (data !== undefined && data !== '') return { type: 'input_file', file_data: data, filename };
  return url === undefined ? undefined : { type: 'input_file', file_url: url, filename };
}

/** Parts of a tool result; what Codex does not know goes as its JSON text. */
function outputPart(part: Part): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'input_text', text: part.text };
    case 'image':
      return {
        type: 'input_image',
        image_url: part.url,
        file_id: part.fileId,
        detail: part.detail,
      };
    case 'file':
      return {
        type: 'input_file',
        file_id: part.fileId,
        file_data: part.data,
        file_url: part.url,
        filename: part.filename,
      };
    case 'verbatim':
      return { type: 'input_text', text: JSON.stringify(part.value) };
    case 'audio':
    case 'reasoning':
    case 'tool_call':
    case 'tool_result':
      return { type: 'input_text', text: JSON.stringify(part) };
  }
}
