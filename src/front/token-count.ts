/**
 * Answers requests that only ask for their own size in tokens (translate-openai-claude.md 9.5): an
 * upstream that counts is asked; where there is none, or it fails, the size is estimated here.
 */
import type { Beat } from './ticker.ts';
import { clientTurnHeaders } from './client-headers.ts';
import type { CountRoute } from './count-route.ts';
import type { FrontState } from './front-state.ts';
import type { OpenStream, StreamListener } from './host-links.ts';
import { NOTHING_DONE } from './ledger.ts';
import { parseBody } from '../formats/body.ts';
import { scanObject } from '../json/scan.ts';
import { SwitchyardError } from '../errors.ts';
import type { Target } from './target.ts';
import type { AdmittedRequest } from './admitted-request.ts';
import type { TurnReport } from './client-turn.ts';
import type { TurnRequest, TurnSummary } from '../turn.ts';

/** How long a client waits for a true count, milliseconds; then the estimate has to do. */
export const COUNT_WAIT_MS = 10_000;

/** Bytes of an upstream's count; real ones have a hundred. A longer answer is none. */
export const MAX_COUNT_BYTES = 16 * 1024;

/** Takes a request whose body was read. @throws SwitchyardError for one that can not be counted. */
export function answerCount(
  front: FrontState,
  request: AdmittedRequest,
  model: string,
  body: Uint8Array,
): void {
  const counted = request.surface.countedRequest?.(body) ?? body;
  const route = routeOf(front, request, model, counted);
  new TokenCount(front, request, model, counted, route).start();
}

/** Undefined: nobody serves the model, which is no reason to refuse an estimate. */
function routeOf(
  front: FrontState,
  { exchange, surface, principal }: AdmittedRequest,
  model: string,
  body: Uint8Array,
): CountRoute | undefined {
  try {
    return front.router.count({
      format: surface.format,
      path: exchange.path,
      headers: exchange.headers,
      body,
      members: scanObject(body),
      model,
      scope: principal.scope,
      nowMs: front.now(),
    });
  } catch (thrown) {
    if (thrown instanceof SwitchyardError && thrown.code === 'unknown_model') return undefined;
    throw thrown;
  }
}

/** One request, from its first question to its answer. */
class TokenCount implements StreamListener {
  readonly #front: FrontState;
  readonly #request: AdmittedRequest;
  readonly #model: string;
  readonly #body: Uint8Array;
  readonly #route: CountRoute | undefined;
  #stream: OpenStream | undefined;
  #target: Target | undefined;
  #attempts = 0;
  #limit: Beat | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #done = false;

  constructor(
    front: FrontState,
    request: AdmittedRequest,
    model: string,
    body: Uint8Array,
    route: CountRoute | undefined,
  ) {
    this.#front = front;
    this.#request = request;
    this.#model = model;
    this.#body = body;
    this.#route = route;
  }

  start(): void {
    const { exchange } = this.#request;
    exchange.onClose = () => {
      this.#stop();
      this.#report({ status: CLIENT_LEFT, error: 'cancelled' });
    };
    this.#limit = this.#front.ticker.after(COUNT_WAIT_MS, () => this.#estimate());
    this.#next();
  }

  onHead(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  onData(bytes: Uint8Array): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_COUNT_BYTES) this.#estimate();
    else this.#chunks.push(bytes);
  }

  onEnd(summary: TurnSummary): void {
    this.#answer(Buffer.concat(this.#chunks), summary);
  }

  onFail(): void {
    this.#stream = undefined;
    this.#next();
  }

  onFlush(): void {
    // The answer is written as a whole.
  }

  #next(): void {
    const target = this.#route?.next(this.#front.now());
    if (target === undefined) {
      this.#estimate();
      return;
    }
    this.#target = target;
    this.#attempts += 1;
    this.#stream = this.#front.links.open(target.credential, this.#turn(target), this);
    if (this.#stream === undefined) this.#next();
  }

  #turn(target: Target): TurnRequest {
    const { id, exchange, surface, principal } = this.#request;
    const { upstreamModels, thinking, forcedModel, capabilities } = target;
    return {
      requestId: id,
      format: surface.format,
      path: exchange.path,
      requestedModel: this.#model,
      upstreamModels,
      thinking,
      forcedModel,
      capabilities,
      stream: false,
      principal,
      headers: clientTurnHeaders(exchange.headers),
      executionSession: null,
      continues: false,
      body: this.#body,
    };
  }

  #estimate(): void {
    this.#stop();
    const { surface } = this.#request;
    try {
      if (surface.countTokens === undefined) throw new SwitchyardError('not_found');
      this.#answer(JSON.stringify(surface.countTokens(parseBody(this.#body))), undefined);
    } catch (thrown) {
      if (this.#done) return;
      this.#done = true;
      this.#request.onRefused(thrown);
    }
  }

  #answer(json: string | Uint8Array, summary: TurnSummary | undefined): void {
    this.#stop();
    const { exchange, ownHeaders } = this.#request;
    exchange.cork(() => {
      exchange.head(200, ['content-type', 'application/json', ...ownHeaders]);
      exchange.end(json);
    });
    this.#report({ status: 200, summary });
  }

  #stop(): void {
    this.#limit?.stop();
    this.#stream?.cancel();
    this.#stream = undefined;
  }

  #report(report: Partial<TurnReport>): void {
    if (this.#done) return;
    this.#done = true;
    const { onDone } = this.#request;
    onDone({ ...NOTHING_DONE, target: this.#target, attempts: this.#attempts, ...report });
  }
}

/** Status in logs when the client left before the end (routing.md 13). */
const CLIENT_LEFT = 499;
