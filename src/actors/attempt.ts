/**
 * One attempt of a turn: the request as one upstream model gets it, over one connection. Decides
 * nothing about what comes next: its ending is told to the turn.
 */
import { Delivery } from './delivery.ts';
import { SwitchyardError } from '../errors.ts';
import { UpstreamAnswer } from './answer.ts';
import { isCountPath } from '../providers/paths.ts';
import { isWarmUp } from './warm-up.ts';
import { prepareTurn, type PreparedTurn } from './prepare.ts';
import { scanRequest } from '../formats/codex/input-chain.ts';
import type { AttemptFacts, AttemptListener, AttemptOwner, AttemptPlan } from './attempt-types.ts';
import type { ResponseTranslator } from '../formats/format.ts';
import type { SocketCall } from './sockets/socket-call.ts';
import type { UpstreamCall } from '../upstream/types.ts';

/** See the head of the file. */
export class Attempt {
  readonly #plan: AttemptPlan;
  readonly #owner: AttemptOwner;
  readonly #listener: AttemptListener;
  #prepared: PreparedTurn | undefined;
  #call: UpstreamCall | undefined;
  #socketCall: SocketCall | undefined;
  /** Reasoning was put into the request. */
  #replayed = false;
  #ownMs = 0;

  constructor(plan: AttemptPlan, owner: AttemptOwner, listener: AttemptListener) {
    this.#plan = plan;
    this.#owner = owner;
    this.#listener = listener;
  }

  get facts(): AttemptFacts {
    return {
      continuity: this.#prepared?.continuity.source ?? 'none',
      ownMs: this.#ownMs,
      transport: this.#socketCall === undefined ? 'http' : 'websocket',
      savedBytes: this.#socketCall?.savedBytes ?? 0,
    };
  }

  /** Begins. Never throws; the listener may be called before this returns. */
  start(): void {
    const { request, model, thinking, httpOnly } = this.#plan;
    const began = performance.now();
    try {
      const maySocket = !httpOnly && this.#owner.sockets.usable(request.continues);
      const prepared = prepareTurn(this.#owner, request, model, thinking, maySocket);
      this.#prepared = prepared;
      const encoded = this.#owner.translation.encode(prepared);
      this.#ownMs += performance.now() - began;
      if (encoded instanceof Promise) {
        encoded.then(
          (body) => this.#dispatch(prepared, body),
          (thrown: unknown) => this.#listener.onFault(thrown),
        );
      } else this.#dispatch(prepared, encoded);
    } catch (thrown) {
      this.#listener.onFault(thrown);
    }
  }

  /** Cuts the upstream connection at once. */
  abort(): void {
    this.#call?.abort();
  }

  /**
   * The upstream refused reasoning, perhaps what was put back here: that is forgotten. Was there any
   * in this request?
   */
  forgetReplay(): boolean {
    const conversation = this.#prepared?.replay;
    if (conversation !== undefined) this.#owner.replay.forget(conversation);
    return this.#replayed;
  }

  #dispatch(prepared: PreparedTurn, encoded: Uint8Array): void {
    if (this.#plan.stream.ended) return;
    const began = performance.now();
    try {
      const { body, translator } = this.#withReplay(prepared, encoded);
      const reading = this.#reading(prepared, translator);
      this.#owner.diagnose(this.#plan.request, prepared);
      if (prepared.over.transport === 'http') this.#overHttp(prepared, body, reading);
      else this.#overSocket(prepared, prepared.over.conversation, body, reading);
    } catch (thrown) {
      this.#listener.onFault(thrown);
    }
    this.#ownMs += performance.now() - began;
  }

  #reading(prepared: PreparedTurn, translator: ResponseTranslator): Reading {
    const { provider, settings } = this.#owner;
    const context = {
      provider,
      translator,
      expectsStream: prepared.streaming,
      maxAnswerBytes: settings.maxAnswerBytes,
      holdsHandshake: prepared.upstreamFormat === 'codex' && settings.codexBootstrapBuffering,
      now: () => this.#owner.now(),
    };
    const { source } = prepared.continuity;
    const delivery = new Delivery(this.#plan, source, this.#owner, this.#listener);
    return { answer: new UpstreamAnswer(context, delivery), delivery };
  }

  #withReplay(prepared: PreparedTurn, encoded: Uint8Array) {
    const { replay: conversation } = prepared;
    if (conversation === undefined) {
      return { body: encoded, translator: prepared.translator(encoded) };
    }
    const { replay } = this.#owner;
    const body = replay.restored(conversation, encoded);
    this.#replayed = body !== encoded;
    const translator = replay.recorded(prepared.translator(body), conversation, encoded);
    return { body, translator };
  }

  #overHttp(prepared: PreparedTurn, body: Uint8Array, { answer, delivery }: Reading): void {
    const { request, stream, token } = this.#plan;
    // An answer that only a socket knows, and a warm-up, mean nothing over HTTP (codex.md 2.8).
    if (request.continues || isWarmUp(request)) throw new SwitchyardError('replay_required');
    const { provider, upstream } = this.#owner;
    const upstreamRequest = prepared.upstreamRequest(body, token);
    delivery.errorsAreFinal =
      !isCountPath(request.path) && (provider.errorsAreFinal?.(upstreamRequest) ?? false);
    stream.onDispatch();
    this.#follow(upstream.call(upstreamRequest, answer), answer);
  }

  #overSocket(
    prepared: PreparedTurn,
    conversation: string,
    body: Uint8Array,
    { answer, delivery }: Reading,
  ): void {
    const { request, stream, token } = this.#plan;
    const { provider, sockets } = this.#owner;
    const call = sockets.call({
      conversation,
      scan: scanRequest(body),
      session: request.executionSession,
      continues: request.continues,
      warmUp: isWarmUp(request),
      request: prepared.socketRequest(token),
      sink: answer,
      listener: {
        onSending: () => stream.onDispatch(),
        onHttp: () => this.#listener.onHttp(),
        onPrivate: (event) => {
          const reading = provider.quotaOfEvent(event, this.#owner.now());
          if (reading !== undefined) delivery.onQuota(reading, false);
        },
      },
    });
    this.#socketCall = call;
    this.#follow(call, answer);
    call.start();
  }

  #follow(call: UpstreamCall, answer: UpstreamAnswer): void {
    answer.call = call;
    this.#call = call;
    this.#plan.stream.attach(call);
  }
}

/** Those who take the upstream's answer: one reads it, the other hands it on. */
interface Reading {
  answer: UpstreamAnswer;
  delivery: Delivery;
}
