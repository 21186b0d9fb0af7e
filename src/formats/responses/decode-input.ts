/** Responses `input` → canonical messages, one for each item (translate-openai-claude.md 2.2, 9.2). */
import type { Part, ToolKind } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { decodeToolOutput } from '../chat/tool-output.ts';
import { cacheControlOf } from '../claude/cache-control.ts';

/** Reads `input`; a string is one message of the user. */
export function decodeInput(input: unknown): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const messages: Message[] = [];
  for (const item of arrayOf(input)) {
    // Tool definitions are read together with `tools`.
    if (!isObject(item) || item.type === 'additional_tools') continue;
    const cacheControl = cacheControlOf(item);
    const message = decodeItem(item);
    messages.push(cacheControl === undefined ? message : { ...message, cacheControl });
  }
  return messages;
}

function decodeItem(item: JsonObject): Message {
  const id = stringOf(item.id);
  switch (item.type) {
    case undefined:
    case null:
    case 'message':
      return { role: textOf(item.role) || 'user', content: decodeContent(item.content), id };
    case 'reasoning':
      return { role: 'assistant', content: [decodeReasoning(item)], id };
    case 'function_call':
      return { role: 'assistant', content: [decodeCall(item, 'function')], id };
    case 'custom_tool_call':
      return { role: 'assistant', content: [decodeCall(item, 'custom')], id };
    case 'function_call_output':
      return { role: 'tool', content: [decodeResult(item, 'function')], id };
    case 'custom_tool_call_output':
      return { role: 'tool', content: [decodeResult(item, 'custom')], id };
    default:
      return {
        role: 'assistant',
        content: [{ type: 'verbatim', family: 'responses', value: item }],
        id,
      };
  }
}

function decodeContent(content: unknown): string | Part[] {
  return Array.isArray(content) ? content.map(decodePart) : textOf(content);
}

function decodePart(value: unknown): Part {
  const part = partOf(value);
  const cacheControl = cacheControlOf(objectOf(value));
  return cacheControl === undefined ? part : { ...part, cacheControl };
}

function partOf(value: unknown): Part {
  const part = objectOf(value);
  switch (part.type) {
    case undefined:
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: textOf(part.text) };
    case 'refusal':
      return { type: 'refusal', text: textOf(part.refusal) };
    case 'input_image':
      return {
        type: 'image',
        url: stringOf(part.image_url) ?? stringOf(part.url),
        fileId: stringOf(part.file_id),
        detail: stringOf(part.detail),
      };
    case 'input_file':
      return {
        type: 'file',
        data: stringOf(part.file_data),
        url: stringOf(part.file_url),
        fileId: stringOf(part.file_id),
        filename: stringOf(part.filename),
      };
    case 'input_audio': {
      // The nested form is that of the public API.
      const audio = isObject(part.input_audio) ? part.input_audio : part;
      return { type: 'audio', data: textOf(audio.data), format: stringOf(audio.format) };
    }
    default:
      return { type: 'verbatim', family: 'responses', value };
  }
}

function decodeReasoning(item: JsonObject): Part {
  const texts = (list: unknown): string[] =>
    arrayOf(list)
      .map((part) => textOf(objectOf(part).text))
      .filter((text) => text !== '');
  return {
    type: 'reasoning',
    id: stringOf(item.id),
    summary: texts(item.summary),
    text: texts(item.content).join('') || undefined,
    signature: stringOf(item.encrypted_content),
  };
}

function decodeCall(item: JsonObject, kind: ToolKind): Part {
  return {
    type: 'tool_call',
    kind,
    id: textOf(item.call_id),
    name: textOf(item.name),
    namespace: stringOf(item.namespace),
    arguments: textOf(kind === 'custom' ? item.input : item.arguments),
    itemId: stringOf(item.id),
  };
}

function decodeResult(item: JsonObject, kind: ToolKind): Part {
  const { content, wire } = decodeToolOutput(item.output);
  return { type: 'tool_result', kind, callId: textOf(item.call_id), content, wire };
}
