/** The pair chat client → Codex upstream (translate-openai-claude.md 4; codex.md 1.4 to 1.7). */
import type { CanonicalRequest } from '../../canonical/request.ts';
import { isPresent, stringOf, type JsonObject } from '../../canonical/value.ts';
import { applyToCodex, defaultCodexEffort } from '../../thinking/codex.ts';
import { parseBody } from '../body.ts';
import {
  codexReasoning,
  encodeCodexRequest,
  type CodexReasoning,
} from '../codex/encode-request.ts';
import { applyImageTool } from '../codex/image-tool.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { codexToChat } from './codex-response.ts';
import { decodeChatRequest } from './decode-request.ts';
import { wrongMessages } from './wrong-messages.ts';

/** Chat Completions clients on a Codex upstream, which always streams. */
export const chatToCodex: FormatPair = {
  alwaysStreams: true,
  encodeRequest(body, context) {
    const client = parseBody(body);
    if (isPresent(client.messages) && !Array.isArray(client.messages)) throw wrongMessages();
    const upstream = chatBodyToCodex(client, context);
    upstream.prompt_cache_key ??= stringOf(client.prompt_cache_key ?? client.promptCacheKey);
    return Buffer.from(JSON.stringify(forUpstream(upstream, context)));
  },
  response: codexToChat,
};

/**
 * The translation alone, before the upstream's own demands. The stream flag is the client's.
 * @throws SwitchyardError `invalid_request` for an effort the model does not offer.
 */
export function chatBodyToCodex(body: JsonObject, context: RequestContext): JsonObject {
  const request = decodeChatRequest(body);
  return encodeCodexRequest(request, {
    model: context.model,
    stream: context.stream,
    reasoning: reasoningOf(request, context),
    cacheKey: context.cacheKey,
    keepRetention: context.keepRetention,
  });
}

function reasoningOf(
  request: CanonicalRequest,
  context: RequestContext,
): CodexReasoning | undefined {
  const { reasoning } = request;
  const { capability } = context;
  const thinking = applyToCodex({
    from: 'openai',
    suffix: context.thinking,
    effort: reasoning.effort,
    capability,
  });
  if (thinking.strip) return undefined;
  const effort = thinking.effort ?? reasoning.effort ?? defaultCodexEffort(capability);
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
