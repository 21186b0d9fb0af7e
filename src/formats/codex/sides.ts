/** Codex in the hub: an upstream that always streams (codex.md 1.4 to 1.8). */
import type { CanonicalRequest } from '../../canonical/request.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { applyToCodex, defaultCodexEffort, effortWord } from '../../thinking/codex.ts';
import { parseBody } from '../body.ts';
import type { RequestContext } from '../format.ts';
import type { HubClient, UpstreamDecoder, UpstreamSide } from '../hub.ts';
import { brokenOff } from './broken-off.ts';
import { CodexAnswerDecoder } from './decode-answer.ts';
import { CodexStreamDecoder } from './decode-stream.ts';
import { codexReasoning, encodeCodexRequest, type CodexReasoning } from './encode-request.ts';
import { applyForeignRules, looseTool } from './foreign-client.ts';
import { applyImageTool } from './image-tool.ts';
import { nameRestorer } from './restore-names.ts';

/** ChatGPT's Codex backend, and what takes the same bodies. */
export const codexUpstream: UpstreamSide = {
  alwaysStreams: true,
  encodeRequest(request, context, client) {
    const body = codexBody(request, context, client);
    body.prompt_cache_key ??= request.cache.key;
    return forUpstream(body, context);
  },
  decoder(context, client, sink): UpstreamDecoder {
    const restore = nameRestorer(() => client.decodeRequest(parseBody(context.requestBody)).tools);
    // A body is read from the items of the terminal event, which are whole.
    const answer = new CodexAnswerDecoder(sink, restore);
    const decoder = context.stream ? new CodexStreamDecoder(sink, restore) : answer;
    return {
      onEvent(event) {
        if (isObject(event.json)) decoder.onEvent(event.json);
      },
      onBody(body) {
        // The `response` object itself, or the terminal event around it.
        const response = isObject(body.response) ? body.response : body;
        answer.whole(response, response.status === 'incomplete');
      },
      onEnd() {
        throw brokenOff();
      },
    };
  },
};

/**
 * The translation alone, before the upstream's own demands. The stream flag is the client's.
 * @throws SwitchyardError `invalid_request` for an effort the model does not offer.
 */
export function codexBody(
  request: CanonicalRequest,
  context: RequestContext,
  client: HubClient,
): JsonObject {
  const isForeign = client === 'claude' || client === 'gemini';
  const asked = isForeign ? { ...request, tools: request.tools.map(looseTool) } : request;
  const body = encodeCodexRequest(asked, {
    model: context.model,
    stream: context.stream,
    reasoning: reasoningOf(request, context, client),
    cacheKey: context.cacheKey,
    keepRetention: context.keepRetention,
    // Only chat clients are careless about ids, and only their format has one call list per message.
    pairs: client === 'openai',
  });
  if (isForeign) applyForeignRules(body, request);
  return body;
}

function reasoningOf(
  { reasoning }: CanonicalRequest,
  { capability, thinking: suffix }: RequestContext,
  client: HubClient,
): CodexReasoning | undefined {
  // `enabled` without a budget is what Codex does by default.
  const isDefault = reasoning.unsaid === true && reasoning.effort === undefined;
  const asked = isDefault ? {} : reasoning;
  const thinking = applyToCodex({ ...asked, from: client, to: 'codex', suffix, capability });
  if (thinking.strip) return undefined;
  const effort = thinking.effort ?? effortWord(asked) ?? defaultCodexEffort(capability);
  return codexReasoning(effort, reasoning, thinking.off);
}

/** What Codex demands beside the translation: a stream, and no parallel calls without tools. */
function forUpstream(body: JsonObject, context: RequestContext): JsonObject {
  body.stream = true;
  applyImageTool(body, context.lite && context.imageTool === 'add' ? undefined : context.imageTool);
  if (context.lite) body.parallel_tool_calls = false;
  else if (body.tools === undefined) body.parallel_tool_calls = undefined;
  return body;
}
