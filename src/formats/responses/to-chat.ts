/** The pair Responses client → chat upstream (translate-openai-claude.md 9.2), over the hub. */
import { AnswerCollector } from '../../canonical/answer.ts';
import type { CanonicalEvent, CanonicalUsage } from '../../canonical/events.ts';
import { countsOf, mergeUsage } from '../../canonical/usage.ts';
import { isPresent, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { applyToCodex } from '../../thinking/codex.ts';
import { parseAnswer, parseBody } from '../body.ts';
import { ChatStreamDecoder } from '../chat/decode-stream.ts';
import { encodeChatRequest } from '../chat/encode-request.ts';
import type {
  FormatPair,
  RequestContext,
  ResponseContext,
  ResponseTranslator,
  SseEvent,
  TurnUsage,
} from '../format.ts';
import { clientTools } from './client-tools.ts';
import { decodeResponsesRequest } from './decode-request.ts';
import { decodeResponsesTools } from './decode-tools.ts';
import { encodeResponsesAnswer } from './encode-answer.ts';
import { ResponsesStreamEncoder, type EncoderOptions } from './encode-stream.ts';
import { wrongInput } from './wrong-input.ts';

/** Responses clients on upstreams that only speak chat. Streams when the client does. */
export const responsesToChat: FormatPair = {
  alwaysStreams: false,
  encodeRequest(body, context) {
    const upstream = responsesBodyToChat(parseBody(body), context);
    // Usage of a stream comes only on demand.
    if (context.stream) upstream.stream_options = { include_usage: true };
    if (context.cacheKey !== undefined) upstream.prompt_cache_key = context.cacheKey;
    return Buffer.from(JSON.stringify(upstream));
  },
  response: (context) => new ChatToResponses(context),
};

/**
 * The translation alone.
 * @throws SwitchyardError `invalid_request` for an `input` of a wrong type or an effort the model
 * does not offer.
 */
export function responsesBodyToChat(body: JsonObject, context: RequestContext): JsonObject {
  const { input } = body;
  if (isPresent(input) && typeof input !== 'string' && !Array.isArray(input)) {
    throw wrongInput();
  }
  const request = decodeResponsesRequest(body);
  const { effort } = request.reasoning;
  const thinking = applyToCodex({
    from: 'openai-response',
    suffix: context.thinking,
    effort,
    capability: context.capability,
  });
  return encodeChatRequest(request, {
    model: context.model,
    stream: context.stream,
    effort: thinking.strip ? undefined : (thinking.effort ?? effort),
  });
}

class ChatToResponses implements ResponseTranslator {
  terminal = false;
  readonly #context: ResponseContext;
  readonly #options: EncoderOptions;
  readonly #encoder: ResponsesStreamEncoder;
  readonly #decoder: ChatStreamDecoder;
  #usage: CanonicalUsage | undefined;
  #text = '';

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#options = {
      model: context.requestedModel,
      nowSeconds: context.nowSeconds,
      requestBody: context.requestBody,
      toolOf: clientTools(() => decodeResponsesTools(parseBody(context.requestBody))),
    };
    this.#encoder = new ResponsesStreamEncoder(this.#options);
    this.#decoder = new ChatStreamDecoder((event) => this.#take(event));
  }

  get usage(): TurnUsage | undefined {
    return this.#usage === undefined ? undefined : countsOf(this.#usage);
  }

  onEvent(event: SseEvent): string {
    if (this.terminal) return '';
    this.#decoder.onEvent(event);
    return this.#taken();
  }

  onBody(body: Uint8Array): string {
    const answer = parseAnswer(body);
    if (this.#context.stream) {
      this.#decoder.onBody(answer);
      return this.#taken();
    }
    const collector = new AnswerCollector();
    new ChatStreamDecoder((event) => {
      this.#note(event);
      collector.add(event);
    }).onBody(answer);
    this.terminal = true;
    // A whole body shows the upstream's own name of the model (9.2).
    const options = { ...this.#options, model: this.#context.upstreamModel };
    return encodeResponsesAnswer(collector.answer, options);
  }

  /** A chat upstream ends with `[DONE]`; what ends without it may have been cut (9.2). */
  onEnd(): string {
    if (this.terminal) return '';
    throw new SwitchyardError('upstream_incomplete_stream', {
      status: 502,
      message: 'upstream stream closed before [DONE]',
    });
  }

  #take(event: CanonicalEvent): void {
    this.#note(event);
    this.#text += this.#encoder.write(event);
    if (event.type !== 'end') return;
    if (!this.#encoder.completed) throw noAnswer();
    this.terminal = true;
  }

  #note(event: CanonicalEvent): void {
    if (event.type === 'usage') this.#usage = mergeUsage(this.#usage, event.usage);
  }

  #taken(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

/** The stream was whole, but held no answer (P04). */
const noAnswer = (): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', {
    status: 502,
    message: 'upstream stream closed before a terminal event',
  });
