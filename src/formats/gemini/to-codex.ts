/** The pair Gemini client → Codex upstream (thinking 9.1): what Codex demands of a Gemini request. */
import type { CanonicalEvent } from '../../canonical/events.ts';
import type { Part } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts';
import { arrayOf, isObject, without, type JsonObject } from '../../canonical/value.ts';
import { shortCallId } from '../claude/call-id.ts';
import { inputSchema } from '../claude/tool-schema.ts';
import { codexUpstream } from '../codex/sides.ts';
import { hostedTool } from '../hosted-tools.ts';
import { hubPair, type UpstreamSide } from '../hub.ts';
import { Citations } from './codex-citations.ts';
import { geminiClient } from './client.ts';
import { withPlainNames } from './plain-names.ts';

const upstream: UpstreamSide = {
  ...codexUpstream,
  encodeRequest(request, context, client) {
    const body = codexUpstream.encodeRequest(forCodex(request), context, client);
    return { ...body, input: arrayOf(body.input).map(withSound) };
  },
  decoder(context, client, sink) {
    const citations = new Citations();
    const decoder = codexUpstream.decoder(context, client, (event) => {
      if (event.type === 'finish') citations.tell(sink);
      sink(withOtherEnd(event));
    });
    return {
      ...decoder,
      onEvent(event) {
        citations.take(event.json);
        decoder.onEvent(event);
      },
    };
  },
};

/** Gemini clients on Codex. */
export const geminiToCodex = hubPair(geminiClient, withPlainNames(upstream));

function forCodex(request: CanonicalRequest): CanonicalRequest {
  return {
    ...request,
    messages: request.messages.map(codexMessage),
    tools: request.tools.flatMap(codexTool),
    // Codex refuses it where the word JSON is not in the prompt.
    output: request.output?.type === 'json_object' ? undefined : request.output,
  };
}

/** Clients make ids themselves, of the name and the time, which may be longer than Codex takes. */
function codexMessage(message: Message): Message {
  const { content } = message;
  return typeof content === 'string' ? message : { ...message, content: content.map(codexPart) };
}

function codexPart(part: Part): Part {
  if (part.type === 'tool_call') return { ...part, id: shortCallId(part.id) };
  return part.type === 'tool_result' ? { ...part, callId: shortCallId(part.callId) } : part;
}

/** An answer that is incomplete for a reason without a word of its own did not just stop (9.2). */
function withOtherEnd(event: CanonicalEvent): CanonicalEvent {
  if (event.type !== 'finish' || event.reason !== 'stop' || event.native === undefined)
    return event;
  return { ...event, reason: 'error' };
}

/** Sound of this pair has the form of the public API (9.1), that of chat clients a flat one. */
function withSound(item: unknown): unknown {
  if (!isObject(item) || !arrayOf(item.content).some(isSound)) return item;
  const content = arrayOf(item.content).map((part) => {
    if (!isSound(part)) return part;
    const { type, data, format } = part;
    return { type, input_audio: { data, format } };
  });
  return { ...item, content };
}

const isSound = (part: unknown): part is JsonObject =>
  isObject(part) && part.type === 'input_audio';

/** Of what Google runs itself Codex has the search alone. */
function codexTool(tool: Tool): Tool[] {
  if (tool.type === 'function') return [{ ...tool, parameters: codexSchema(tool.parameters) }];
  if (tool.type !== 'builtin' || hostedTool(tool) !== 'web_search') return [];
  const kind = 'web_search';
  return [{ type: 'builtin', family: 'responses', kind, definition: { type: kind } }];
}

/**
 * OpenAI demands an object with properties at the root. A tool's own word about further members stays;
 * the reference overwrites it.
 */
const codexSchema = (schema: unknown): JsonObject => ({
  additionalProperties: false,
  ...without(inputSchema(schema), '$schema'),
});
