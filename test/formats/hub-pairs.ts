/** Pairs of the hub under test, and the translation of a request alone. */
import type { JsonObject } from '../../src/canonical/value.ts';
import { chatClient, chatUpstream } from '../../src/formats/chat/sides.ts';
import { codexBody, codexUpstream } from '../../src/formats/codex/sides.ts';
import type { RequestContext } from '../../src/formats/format.ts';
import { hubPair } from '../../src/formats/hub.ts';
import { responsesClient } from '../../src/formats/responses/sides.ts';

export const chatToCodex = hubPair(chatClient, codexUpstream);
export const responsesToChat = hubPair(responsesClient, chatUpstream);

/** What a chat body means for Codex, before the upstream's own demands. */
export const chatBodyToCodex = (body: JsonObject, context: RequestContext): JsonObject =>
  codexBody(chatClient.decodeRequest(body), context, chatClient.format);

/** What a Responses body means for chat, before the usage of a stream is asked for. */
export function responsesBodyToChat(body: JsonObject, context: RequestContext): JsonObject {
  const request = responsesClient.decodeRequest(body);
  const upstream = chatUpstream.encodeRequest(request, context, responsesClient.format);
  return { ...upstream, stream_options: undefined };
}
