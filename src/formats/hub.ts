/**
 * The hub: any client format on any upstream format by way of the canonical model (design 4). A
 * format offers its client side, its upstream side, or both; a pair is made of one of each. Pairs
 * that can leave the bytes alone are written by themselves and do not come here.
 */
import { AnswerCollector, type CanonicalAnswer } from '../canonical/answer.ts';
import { countsOf, mergeUsage } from '../canonical/usage.ts';
import { parseAnswer, parseBody } from './body.ts';
import type { CanonicalEvent, CanonicalUsage, EventSink } from '../canonical/events.ts';
import type { CanonicalRequest } from '../canonical/request.ts';
import type { JsonObject } from '../canonical/value.ts';
import type {
  ClientFormat,
  FormatPair,
  RequestContext,
  ResponseContext,
  ResponseTranslator,
  SseEvent,
  TurnUsage,
} from './format.ts';

/** Writes the events of one answer as the text of a stream. */
export interface StreamEncoder {
  /**
   * Text for this event, `''` for none.
   * @throws SwitchyardError `upstream_incomplete_stream` for an end of nothing.
   */
  write(event: CanonicalEvent): string;
}

/** Families of clients, for upstreams: text completions count as chat, images have their own pairs. */
export type HubClient = Exclude<ClientFormat, 'openai-image' | 'openai-completion'>;

/** A format as clients speak it. */
export interface ClientSide {
  readonly format: HubClient;
  /** @throws SwitchyardError `invalid_request` for a body that can not be read at all. */
  decodeRequest(body: JsonObject): CanonicalRequest;
  /** Sees a request whose answer will be streamed: what it finds here needs no second parse then. */
  onRequest?(bytes: Uint8Array, body: JsonObject): void;
  streamEncoder(context: ResponseContext): StreamEncoder;
  /** JSON text of a whole answer. */
  encodeAnswer(answer: CanonicalAnswer, context: ResponseContext): string;
}

/** Reads one answer of an upstream; every event goes to the sink, an `end` last. */
export interface UpstreamDecoder {
  onEvent(event: SseEvent): void;
  /** A whole JSON answer. */
  onBody(answer: JsonObject): void;
  /**
   * The stream is over.
   * @throws SwitchyardError `upstream_incomplete_stream` when the answer has no end.
   */
  onEnd(): void;
  /** As in `ResponseTranslator`. */
  readonly complete?: boolean;
}

/** A format as upstreams speak it. */
export interface UpstreamSide {
  /** Must the upstream be asked to stream even when the client did not? */
  readonly alwaysStreams: boolean;
  /** `client`: whose words the request came in; thinking depends on it. */
  encodeRequest(request: CanonicalRequest, context: RequestContext, client: HubClient): JsonObject;
  decoder(context: ResponseContext, client: ClientSide, sink: EventSink): UpstreamDecoder;
}

/** The pair of both. */
export function hubPair(client: ClientSide, upstream: UpstreamSide): FormatPair {
  return {
    alwaysStreams: upstream.alwaysStreams,
    encodeRequest(body, context) {
      const parsed = parseBody(body);
      if (context.stream) client.onRequest?.(body, parsed);
      const request = client.decodeRequest(parsed);
      return Buffer.from(JSON.stringify(upstream.encodeRequest(request, context, client.format)));
    },
    response: (context) => new HubTranslator(client, upstream, context),
  };
}

class HubTranslator implements ResponseTranslator {
  terminal = false;
  readonly #client: ClientSide;
  readonly #context: ResponseContext;
  readonly #decoder: UpstreamDecoder;
  /** A stream is written as it comes, a whole answer is collected first. */
  readonly #encoder: StreamEncoder | undefined;
  readonly #collector = new AnswerCollector();
  #usage: CanonicalUsage | undefined;
  #text = '';

  constructor(client: ClientSide, upstream: UpstreamSide, context: ResponseContext) {
    this.#client = client;
    this.#context = context;
    this.#encoder = context.stream ? client.streamEncoder(context) : undefined;
    this.#decoder = upstream.decoder(context, client, (event) => this.#take(event));
  }

  get complete(): boolean {
    return this.#decoder.complete ?? false;
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
    this.#decoder.onBody(parseAnswer(body));
    return this.#taken();
  }

  onEnd(): string {
    if (this.terminal) return '';
    this.#decoder.onEnd();
    return this.#taken();
  }

  #take(event: CanonicalEvent): void {
    if (this.terminal) return;
    const counts = event.type === 'usage' || event.type === 'finish' ? event.usage : undefined;
    if (counts !== undefined) this.#usage = mergeUsage(this.#usage, counts);
    if (this.#encoder === undefined) this.#collector.add(event);
    else this.#text += this.#encoder.write(event);
    if (event.type === 'end') this.terminal = true;
  }

  /** What is ready for the client: of a whole answer nothing before its end. */
  #taken(): string {
    if (this.#encoder === undefined) {
      return this.terminal ? this.#client.encodeAnswer(this.#collector.answer, this.#context) : '';
    }
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
