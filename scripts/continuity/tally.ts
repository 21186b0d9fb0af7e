/** Counts what clients sent and got, and what the sandbox saw of it. */
import type { ObservedTurn } from '../../src/sandbox/upstream.ts';
import { markIn } from './plan.ts';

/** Kinds of failures that are shown; the rest is only counted. */
const MAX_REASONS = 5;

/** The counts of one run. */
export class Tally {
  failedTurns = 0;
  doneTurns = 0;
  inputTokens = 0;
  cachedTokens = 0;
  requests = 0;
  /** Bytes of all requests, had each carried the whole history. */
  fullBytes = 0;
  /** Bytes that reached the sandbox. */
  upstreamBytes = 0;
  /** Requests that a client had to send again. */
  repeats = 0;
  readonly reasons = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #taken = new Map<string, number>();

  /** A client will send a request. */
  meant(fullBytes: number): void {
    this.requests += 1;
    this.fullBytes += fullBytes;
  }

  /** A client sends a request that ends with this text. */
  sent(text: string): void {
    count(this.#sent, markIn(text) ?? '');
  }

  answered(inputTokens: number, cachedTokens: number): void {
    this.inputTokens += inputTokens;
    this.cachedTokens += cachedTokens;
  }

  failedTry(error: unknown): void {
    this.repeats += 1;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.reasons.has(reason) || this.reasons.size < MAX_REASONS) count(this.reasons, reason);
  }

  endTurn(ok: boolean): void {
    this.doneTurns += 1;
    if (!ok) this.failedTurns += 1;
  }

  /** The sandbox got a turn. */
  seen(turn: ObservedTurn): void {
    this.upstreamBytes += turn.bytes;
    if (turn.refused || turn.request.warmUp) return;
    const mark = markIn(turn.request.toolOutput ?? turn.request.userText);
    if (mark !== undefined) count(this.#taken, mark);
  }

  /** Turns that the sandbox worked on more often than clients asked for them. */
  get twice(): number {
    let turns = 0;
    for (const [mark, taken] of this.#taken) turns += taken > (this.#sent.get(mark) ?? 0) ? 1 : 0;
    return turns;
  }

  get cachedShare(): number {
    return this.cachedTokens / this.inputTokens;
  }

  get savedShare(): number {
    return 1 - this.upstreamBytes / this.fullBytes;
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
