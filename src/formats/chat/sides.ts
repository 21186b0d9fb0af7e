/** Chat Completions in the hub: as clients speak it, and as upstreams take it. */
import { isPresent } from '../../canonical/value.ts';
import { applyToCodex, effortWord } from '../../thinking/codex.ts';
import { responsesClient } from '../responses/sides.ts';
import type { ClientSide, UpstreamDecoder, UpstreamSide } from '../hub.ts';
import { AnswerWatch } from './answer-watch.ts';
import { decodeChatRequest } from './decode-request.ts';
import { ChatStreamDecoder } from './decode-stream.ts';
import { encodeChatAnswer } from './encode-answer.ts';
import { encodeChatRequest } from './encode-request.ts';
import { encodeSampling } from './encode-sampling.ts';
import { ChatStreamEncoder } from './encode-stream.ts';
import { reasoningSwitch } from './reasoning-switch.ts';
import { flattenToolContent } from './text-only.ts';
import { wrongMessages } from './wrong-messages.ts';

/** Clients of `POST /v1/chat/completions`. */
export const chatClient: ClientSide = {
  format: 'openai',
  decodeRequest(body) {
    if (isMisplaced(body)) return responsesClient.decodeRequest(body);
    if (isPresent(body.messages) && !Array.isArray(body.messages)) throw wrongMessages();
    return decodeChatRequest(body);
  },
  streamEncoder: ({ requestedModel: model, nowSeconds }) =>
    new ChatStreamEncoder({ model, nowSeconds }),
  encodeAnswer: (answer, { requestedModel: model, nowSeconds }) =>
    JSON.stringify(encodeChatAnswer(answer, { model, nowSeconds })),
};

/** Some clients post Responses bodies to the chat endpoint, and read chat answers (9.6). */
export const isMisplaced = (body: Readonly<Record<string, unknown>>): boolean =>
  !('messages' in body) && ('input' in body || 'instructions' in body);

/** Upstreams that only speak chat (translate-openai-claude.md 9.1, 9.2). */
export const chatUpstream: UpstreamSide = {
  alwaysStreams: false,
  encodeRequest(request, context, client) {
    const { reasoning } = request;
    const { model, stream, capability, thinking: suffix, cacheKey, openRouter } = context;
    const thinking = applyToCodex({ ...reasoning, from: client, to: 'openai', suffix, capability });
    const effort = thinking.strip ? undefined : (thinking.effort ?? effortWord(reasoning));
    const body = {
      ...encodeChatRequest(request, { model, stream, effort }),
      reasoning: openRouter && !thinking.off ? reasoningSwitch(reasoning.summary) : undefined,
      ...encodeSampling(request, client),
      // Usage of a stream comes only on demand.
      stream_options: stream ? { include_usage: true } : undefined,
      prompt_cache_key: cacheKey,
    };
    return context.textOnly ? flattenToolContent(body) : body;
  },
  decoder({ stream }, client, sink): UpstreamDecoder {
    const watch = new AnswerWatch(client.format, stream);
    const decoder = new ChatStreamDecoder((event) => {
      watch.see(event);
      sink(event);
    });
    return {
      onEvent: (event) => decoder.onEvent(event),
      onBody: (answer) => decoder.onBody(answer),
      onEnd() {
        watch.closed();
        decoder.end();
      },
    };
  },
};
