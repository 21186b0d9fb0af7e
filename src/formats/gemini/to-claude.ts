/** The pair Gemini client → Claude upstream (thinking 8.1): what Anthropic has no block for. */
import type { FilePart, Part } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { applyBodyRules } from '../claude/body-rules.ts';
import { claudeUpstream } from '../claude/upstream.ts';
import { hostedTool } from '../hosted-tools.ts';
import { hubPair, type UpstreamSide } from '../hub.ts';
import { geminiClient } from './client.ts';
import { withPlainNames } from './plain-names.ts';

/** Anthropic's scale ends here, Google's at 2. The reference leaves the temperature out (17). */
const MAX_TEMPERATURE = 1;

/** Words for a tier that Anthropic knows. */
const TIERS: ReadonlySet<string> = new Set(['auto', 'standard_only']);

const upstream: UpstreamSide = {
  ...claudeUpstream,
  encodeRequest(request, context, client) {
    const body = claudeUpstream.encodeRequest(forClaude(request), context, client);
    const { temperature, serviceTier } = request.options;
    if (temperature !== undefined) body.temperature = Math.min(temperature, MAX_TEMPERATURE);
    if (TIERS.has(serviceTier ?? '')) body.service_tier = serviceTier;
    applyBodyRules(body);
    return body;
  },
};

/** Gemini clients on Anthropic. */
export const geminiToClaude = hubPair(geminiClient, withPlainNames(upstream));

function forClaude(request: CanonicalRequest): CanonicalRequest {
  return {
    ...request,
    messages: request.messages.map(claudeMessage),
    tools: request.tools.map(claudeTool),
  };
}

/** The search is what both have; Anthropic's other server tools need a beta header. */
function claudeTool(tool: Tool): Tool {
  if (tool.type !== 'builtin' || hostedTool(tool) !== 'web_search') return tool;
  const kind = 'web_search_20250305';
  return { ...tool, family: 'claude', kind, definition: { type: kind, name: 'web_search' } };
}

function claudeMessage(message: Message): Message {
  const { content, role } = message;
  if (typeof content === 'string') return message;
  return { ...message, content: content.map(role === 'assistant' ? modelPart : claudePart) };
}

/** Anthropic takes pictures of the user alone; the model shall know that it made one. */
const modelPart = (part: Part): Part =>
  part.type === 'image' ? note('Media content: inline data (Type: image)') : claudePart(part);

/** Sound and film are told of, so that the model knows that something was there. */
function claudePart(part: Part): Part {
  if (part.type === 'tool_result' && typeof part.content !== 'string') {
    return { ...part, content: part.content.map(claudePart) };
  }
  if (part.type === 'audio')
    return note(`Media content: inline data (Type: audio/${part.format ?? ''})`);
  if (part.type !== 'file') return part;
  const { mediaType = '', url } = part;
  if (url !== undefined) return linked(part, url);
  return isDocument(mediaType) ? part : note(`Media content: inline data (Type: ${mediaType})`);
}

const note = (text: string): Part => ({ type: 'text', text });

const isDocument = (mediaType: string): boolean => /^(?:application|text)\//.test(mediaType);

/** Anthropic loads documents itself; the reference tells it the type too, which it does not take. */
function linked({ mediaType = '' }: FilePart, url: string): Part {
  if (!isDocument(mediaType)) return note(`File: ${url} (Type: ${mediaType})`);
  const value: JsonObject = { type: 'document', source: { type: 'url', url } };
  return { type: 'verbatim', family: 'claude', value };
}
