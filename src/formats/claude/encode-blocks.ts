/** Canonical parts → content blocks of Anthropic (translate-openai-claude.md 7.1, 8.2). */
import type {
  FilePart,
  ImagePart,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '../../canonical/parts.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { qualifiedName } from '../chat/qualified-name.ts';
import { REDACTED_CARRIER } from './redacted.ts';
import { claudeSignature } from './signature.ts';

/**
 * One part; undefined for what Anthropic has no block for. `missingId`: for calls without an id.
 * `keepsUnsigned`: the upstream takes thinking whoever signed it, or nobody (`is-compat`).
 */
export function encodePart(
  part: Part,
  missingId: string,
  keepsUnsigned = false,
): JsonObject | undefined {
  const block = blockOf(part, missingId, keepsUnsigned);
  if (block !== undefined && part.cacheControl !== undefined) {
    block.cache_control = part.cacheControl;
  }
  return block;
}

function blockOf(part: Part, missingId: string, keepsUnsigned: boolean): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      // Anthropic refuses blank ones.
      return part.text.trim() === '' ? undefined : { type: 'text', text: part.text };
    case 'image':
      return imageBlock(part);
    case 'file':
      return documentBlock(part);
    case 'reasoning':
      return thinkingBlock(part, keepsUnsigned);
    case 'tool_call':
      return toolUse(part, missingId);
    case 'tool_result':
      return toolResult(part, missingId);
    case 'verbatim':
      return part.family === 'claude' && isObject(part.value) ? { ...part.value } : undefined;
    case 'audio':
      return undefined;
  }
}

/** An id Anthropic takes (3.7). */
export const upstreamCallId = (id: string, missingId: string): string =>
  id === '' ? missingId : id.replace(/[^a-zA-Z0-9_-]/g, '_');

const DATA_URL = /^data:([^;,]*)[^,]*,(.+)$/s;

const UNKNOWN_MEDIA = 'application/octet-stream';

function base64Source(url: string): JsonObject | undefined {
  const [, type, data] = DATA_URL.exec(url) ?? [];
  if (data === undefined) return undefined;
  return { type: 'base64', media_type: type || UNKNOWN_MEDIA, data };
}

/** Anthropic takes PDF as data; of other documents it takes the text. */
const TEXTUAL = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript)\b)/;

function documentSource(url: string): JsonObject | undefined {
  const source = base64Source(url);
  if (source === undefined || !TEXTUAL.test(textOf(source.media_type))) return source;
  const data = Buffer.from(textOf(source.data), 'base64').toString();
  return { type: 'text', media_type: 'text/plain', data };
}

function imageBlock({ url }: ImagePart): JsonObject | undefined {
  if (url === undefined || url === '') return undefined;
  const source = url.startsWith('data:') ? base64Source(url) : { type: 'url', url };
  return source && { type: 'image', source };
}

/** Bare data without a known type is left out: Anthropic refuses it. */
function documentBlock({ data = '', mediaType, filename = '' }: FilePart): JsonObject | undefined {
  if (data.startsWith('data:')) {
    const source = documentSource(data);
    return source && { type: 'document', source };
  }
  const told = mediaType ?? (/\.pdf$/i.test(filename) ? 'application/pdf' : undefined);
  if (data === '' || told === undefined) return undefined;
  const isImage = told.startsWith('image/');
  const url = `data:${told};base64,${data}`;
  return { type: isImage ? 'image' : 'document', source: documentSource(url) };
}

/** Only what Anthropic itself issued may go back to it (3.8). */
function thinkingBlock(part: ReasoningPart, keepsUnsigned: boolean): JsonObject | undefined {
  const { signature = '', summary, text } = part;
  if (part.redacted === true && signature !== '') {
    return { type: 'redacted_thinking', data: signature };
  }
  if (signature.startsWith(REDACTED_CARRIER)) {
    return { type: 'redacted_thinking', data: signature.slice(REDACTED_CARRIER.length) };
  }
  const thinking = summary.join('') || (text ?? '');
  const proof = claudeSignature(signature) ?? (keepsUnsigned ? signature : undefined);
  if (proof === undefined || (proof === '' && thinking === '')) return undefined;
  return { type: 'thinking', thinking, signature: proof };
}

function toolUse(part: ToolCallPart, missingId: string): JsonObject {
  const input = part.kind === 'custom' ? { input: part.arguments } : objectIn(part.arguments);
  const name = qualifiedName(part.name, part.namespace);
  return { type: 'tool_use', id: upstreamCallId(part.id, missingId), name, input };
}

/** The arguments as an object; anything else is an empty one. */
function objectIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    // The client may have cut its own history; the call must stay paired with its result.
    return {};
  }
}

function toolResult(part: ToolResultPart, missingId: string): JsonObject {
  return {
    type: 'tool_result',
    tool_use_id: upstreamCallId(part.callId, missingId),
    content: resultContent(part),
    ...(part.isError === true && { is_error: true }),
  };
}

function resultContent({ content, wire }: ToolResultPart): string | JsonObject[] {
  if (typeof content === 'string') {
    return content === 'null' && (wire === undefined || wire === null) ? '' : content;
  }
  const blocks = content.map(resultBlock).filter((block) => block !== undefined);
  if (blocks.length === 0) return content.length === 0 ? '' : JSON.stringify(wire ?? content);
  const [only] = blocks;
  const isPlain = blocks.length === 1 && only?.type === 'text' && only.cache_control === undefined;
  return isPlain ? String(only.text) : blocks;
}

function resultBlock(part: Part): JsonObject | undefined {
  if (part.type === 'verbatim') {
    if (typeof part.value === 'string') return { type: 'text', text: part.value };
    return part.family === 'claude' && isObject(part.value) ? part.value : undefined;
  }
  const isContent = part.type === 'text' || part.type === 'image' || part.type === 'file';
  return isContent ? encodePart(part, '') : undefined;
}
