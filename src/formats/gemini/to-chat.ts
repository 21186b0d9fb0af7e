/** The pair Gemini client → chat upstream (thinking 7.1): what a chat body says beyond the hub's. */
import type { AudioPart, FilePart, Part } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts';
import { textOf, type JsonObject } from '../../canonical/value.ts';
import { inputSchema } from '../claude/tool-schema.ts';
import { chatUpstream } from '../chat/sides.ts';
import { hubPair, type UpstreamSide } from '../hub.ts';
import { geminiClient } from './client.ts';
import { withPlainNames } from './plain-names.ts';
import { listOf } from './spellings.ts';

const upstream: UpstreamSide = {
  ...chatUpstream,
  encodeRequest(request, context, client) {
    const modalities = listOf(request.extensions?.responseModalities).map(lowerCase);
    return {
      ...chatUpstream.encodeRequest(forChat(request), context, client),
      modalities: modalities.length === 0 ? undefined : modalities,
    };
  },
};

/** Gemini clients on Chat Completions upstreams. */
export const geminiToChat = hubPair(geminiClient, withPlainNames(upstream));

function forChat(request: CanonicalRequest): CanonicalRequest {
  return {
    ...request,
    messages: request.messages.map(chatMessage),
    tools: request.tools.map(chatTool),
    // Chat upstreams refuse it where the word JSON is not in the prompt.
    output: request.output?.type === 'json_object' ? undefined : request.output,
  };
}

/** OpenAI demands an object with properties at the root; the reference leaves schemas as they are. */
const chatTool = (tool: Tool): Tool =>
  tool.type === 'function' ? { ...tool, parameters: inputSchema(tool.parameters) } : tool;

/** Text alone is one string; only the system message stays a list. */
function chatMessage(message: Message): Message {
  const { content, role } = message;
  if (typeof content === 'string') return message;
  if (role !== 'system' && content.every(isText)) {
    return { ...message, content: content.map(({ text }) => text).join('') };
  }
  // Thoughts go to those who proved them, and chat upstreams prove nothing (7.1).
  const said = content.filter((part) => part.type !== 'reasoning');
  return { ...message, content: said.map(chatPart) };
}

const isText = (part: Part): part is Extract<Part, { type: 'text' }> => part.type === 'text';

/** Sounds, films and files in the forms that only some chat upstreams take. */
function chatPart(part: Part): Part {
  if (part.type !== 'audio' && part.type !== 'file') return part;
  return { type: 'verbatim', family: 'chat', value: mediaPart(part) };
}

function mediaPart(part: AudioPart | FilePart): JsonObject {
  if (part.type === 'audio') {
    return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
  }
  if (part.mediaType?.startsWith('video/') === true) {
    return { type: 'video_url', video_url: { url: part.data ?? part.url } };
  }
  const { filename, data, url } = part;
  return { type: 'file', file: { filename, file_data: data, file_url: url } };
}

const lowerCase = (value: unknown): string => textOf(value).toLowerCase();
