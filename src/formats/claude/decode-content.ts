/**
 * Content blocks of Claude messages → canonical parts (translate-openai-claude.md 2.4, 6.2). A block
 * that no other family understands is kept verbatim.
 */
import type { Part, ToolResultPart } from '../../canonical/parts.ts';
import { arrayOf, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { isAttribution } from './system-text.ts';
import { cacheControlOf } from './cache-control.ts';

/** Type of images whose sender told none. */
const UNKNOWN_MEDIA = 'application/octet-stream';

const PDF = 'application/pdf';

/** Reads `content`: a string stays one, a list becomes parts. */
export function decodeContent(content: unknown): string | Part[] {
  if (typeof content === 'string') return content;
  return arrayOf(content).flatMap((value) => {
    const block = typeof value === 'string' ? { type: 'text', text: value } : objectOf(value);
    return blockOf(block);
  });
}

function blockOf(block: JsonObject): Part[] {
  const pictured = block.type === 'document' ? picturedContent(objectOf(block.source)) : undefined;
  if (pictured !== undefined) return pictured;
  const part = decodeBlock(block);
  if (part === undefined) return [];
  const cacheControl = cacheControlOf(block);
  return [cacheControl === undefined ? part : { ...part, cacheControl }];
}

/** Parts of a document that holds pictures; undefined: it is none. */
function picturedContent({ type, content }: JsonObject): Part[] | undefined {
  if (type !== 'content' || !Array.isArray(content)) return undefined;
  const parts = decodeContent(content);
  return typeof parts !== 'string' && parts.some((part) => part.type === 'image')
    ? parts
    : undefined;
}

function decodeBlock(block: JsonObject): Part | undefined {
  switch (block.type) {
    case 'text':
      return textBlock(block);
    case 'image':
      return imageBlock(block) ?? verbatim(block);
    case 'document':
      return documentBlock(objectOf(block.source)) ?? verbatim(block);
    case 'thinking': {
      const signature = stringOf(block.signature);
      return { type: 'reasoning', summary: [], text: thinkingText(block), signature };
    }
    case 'redacted_thinking':
      return { type: 'reasoning', summary: [], redacted: true, signature: textOf(block.data) };
    case 'tool_use':
      return {
        type: 'tool_call',
        kind: 'function',
        id: textOf(block.id),
        name: textOf(block.name),
        arguments: JSON.stringify(block.input ?? {}),
      };
    case 'tool_result':
      return toolResult(block);
    case 'search_result':
      return { type: 'text', text: searchResult(block) };
    case 'compaction':
      // Anthropic's summary of what the client may have thrown away since.
      return typeof block.content === 'string'
        ? { type: 'text', text: block.content }
        : verbatim(block);
    default:
      return verbatim(block);
  }
}

function textBlock(block: JsonObject): Part | undefined {
  const text = textOf(block.text);
  if (isAttribution(text)) return undefined;
  const { citations } = block;
  return Array.isArray(citations)
    ? { type: 'text', text, annotations: citations }
    : { type: 'text', text };
}

/** Older clients write the text in other places (9.1). */
function thinkingText(block: JsonObject): string {
  const { thinking, text } = block;
  return stringOf(text) ?? stringOf(thinking) ?? textOf(objectOf(thinking).text);
}

function imageBlock(block: JsonObject): Part | undefined {
  const source = objectOf(block.source);
  const data = stringOf(source.data) ?? stringOf(source.base64) ?? '';
  if (data !== '') {
    const media = stringOf(source.media_type) ?? stringOf(source.mime_type) ?? UNKNOWN_MEDIA;
    return { type: 'image', url: `data:${media};base64,${data}` };
  }
  const url = stringOf(source.url) ?? stringOf(block.url) ?? '';
  return url === '' ? undefined : { type: 'image', url };
}

/** Text documents are text to every model; of the rest only PDF files are known elsewhere. */
function documentBlock(source: JsonObject): Part | undefined {
  const data = stringOf(source.data) ?? '';
  switch (source.type) {
    case 'base64':
      if (source.media_type !== PDF || data === '') return undefined;
      return {
        type: 'file',
        data: `data:${PDF};base64,${data}`,
        filename: 'document.pdf',
        mediaType: PDF,
      };
    case 'url':
      return typeof source.url === 'string' ? { type: 'file', url: source.url } : undefined;
    case 'text':
      return { type: 'text', text: data };
    case 'content': {
      const { content } = source;
      const texts = typeof content === 'string' ? [content] : arrayOf(content).map(blockText);
      return { type: 'text', text: texts.join('\n') };
    }
    default:
      return undefined;
  }
}

const blockText = (block: unknown): string => stringOf(objectOf(block).text) ?? '';

/** What a search of the client's own found: text to every model. */
function searchResult({ title, source, content }: JsonObject): string {
  const lines = [title, source].map(textOf).filter((line) => line !== '');
  return [...lines, ...arrayOf(content).map(blockText)].join('\n');
}

function toolResult(block: JsonObject): ToolResultPart {
  const result: ToolResultPart = {
    type: 'tool_result',
    callId: textOf(block.tool_use_id),
    content: resultContent(block.content),
  };
  if (block.is_error === true) result.isError = true;
  return result;
}

/** A list without any block is its JSON text (F12). */
function resultContent(content: unknown): string | Part[] {
  if (content === undefined || content === null || typeof content === 'string') {
    return content ?? '';
  }
  const parts = decodeContent(Array.isArray(content) ? content : [content]);
  return parts.length === 0 ? JSON.stringify(content) : parts;
}

const verbatim = (value: JsonObject): Part => ({ type: 'verbatim', family: 'claude', value });
