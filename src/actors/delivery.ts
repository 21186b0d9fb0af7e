/** The answer of one attempt on its way to the client, and what it says about the quota. */
import { isCountPath } from '../providers/paths.ts';
import { sealedHeaders, sealedTurnState } from '../providers/codex/turn-state.ts';
import type { AnswerListener } from './answer.ts';
import type { AttemptListener, AttemptOwner, AttemptPlan } from './attempt-types.ts';
import type { CallPhase } from '../upstream/types.ts';
import type { ContinuitySource } from '../turn.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { TurnUsage } from '../formats/format.ts';
import type { UpstreamFailure } from '../providers/types.ts';

/** See the head of the file. */
export class Delivery implements AnswerListener {
  /** Every error of the upstream is the client's. Set before the call is made. */
  errorsAreFinal = false;
  readonly #plan: AttemptPlan;
  readonly #continuity: ContinuitySource;
  readonly #owner: AttemptOwner;
  readonly #listener: AttemptListener;
  #status = 0;
  #upstreamHeaders: string[] = [];

  /** `continuity`: the signal that chose the conversation's key. */
  constructor(
    plan: AttemptPlan,
    continuity: ContinuitySource,
    owner: AttemptOwner,
    listener: AttemptListener,
  ) {
    this.#plan = plan;
    this.#continuity = continuity;
    this.#owner = owner;
    this.#listener = listener;
  }

  onHead(status: number, headers: string[]): void {
    this.#status = status;
    this.#upstreamHeaders = headers;
    this.#listener.onFirstByte();
    // Counting has limits of its own, under the same names.
    if (isCountPath(this.#plan.request.path)) return;
    const reading = this.#owner.provider.quotaOfHeaders(headers, this.#owner.now());
    if (reading !== undefined) this.onQuota(reading, status >= 400);
  }

  /** What a failed answer says about the quota disproves no failure: it may be this very one. */
  onQuota(reading: QuotaReading, failed: boolean): void {
    const { model, startedAtMs } = this.#plan;
    this.#owner.observed(reading, model, failed ? undefined : startedAtMs);
  }

  onText(text: string): void {
    this.#commit();
    this.#plan.stream.write(text);
  }

  onBody(body: Uint8Array | string): void {
    this.#commit();
    this.#plan.stream.writeBytes(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  }

  onDone(usage: TurnUsage | undefined): void {
    this.#commit();
    this.#listener.onDone(this.#status, usage);
  }

  onFailure(failure: UpstreamFailure, phase: CallPhase): void {
    this.#listener.onFailure({ ...failure, final: this.errorsAreFinal }, phase);
  }

  #commit(): void {
    const { request, stream } = this.#plan;
    if (stream.committed) return;
    const type = request.stream ? 'text/event-stream' : 'application/json';
    const { record, settings } = this.#owner;
    // The turn state goes to the client even without passthrough (clients.md 2, row 8).
    const headers = settings.passthroughHeaders
      ? sealedHeaders(record.handle, this.#upstreamHeaders)
      : sealedTurnState(record.handle, this.#upstreamHeaders);
    stream.head(this.#status, type, headers, this.#continuity);
  }
}
