/** Anthropic Messages as upstreams speak it. They always stream: a whole answer is collected here. */
import { arrayOf } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { UpstreamSide } from '../hub.ts';
import { applyBodyRules } from './body-rules.ts';
import { orderCacheMarkers } from './cache-markers.ts';
import { ClaudeStreamDecoder } from './decode-stream.ts';
import { encodeClaudeRequest } from './encode-request.ts';
import { isClaudeModel } from './models.ts';
import { dropRefusedBudget } from './open-turn.ts';

/** Anthropic has no endpoint that compacts a conversation (providers.md 1.1). */
const noCompaction = (): SwitchyardError =>
  new SwitchyardError('invalid_request', {
    status: 501,
    message: '/responses/compact not supported',
  });

/** The upstream side of the format. */
export const claudeUpstream: UpstreamSide = {
  alwaysStreams: true,
  encodeRequest(request, context, client) {
    if (context.compact !== undefined) throw noCompaction();
    const body = encodeClaudeRequest(request, context, client);
    // Other models, and servers that take what nobody signed, do not ask for it.
    const checksProofs = isClaudeModel(context.model) && context.keepsUnsigned !== true;
    if (checksProofs) dropRefusedBudget(body, arrayOf(body.messages));
    applyBodyRules(body);
    orderCacheMarkers(body);
    body.stream = true;
    return body;
  },
  decoder: ({ stream }, client, sink) =>
    new ClaudeStreamDecoder(sink, {
      estimates: client.format === 'openai-response',
      folds: !stream,
    }),
};
