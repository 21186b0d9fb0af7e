/**
 * Chunks and bodies of Google's upstreams → canonical events (translate-gemini-thinking.md 1.2, 4.4,
 * 5.5, 6.2). A chunk is a whole answer in small. `finish` waits for the usage that comes with it or
 * after it; `end` comes when the upstream closes, for a stream has no last word.
 */
import type { CanonicalUsage, EventSink } from '../../canonical/events.ts';
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { HubClient } from '../hub.ts';
import type { CarrierClient } from './carrier.ts';
import { CandidateDecoder } from './candidate-decoder.ts';
import { decodeFinish, saidReason } from './decode-finish.ts';
import { decodeUsage } from './decode-usage.ts';
import { either } from './spellings.ts';

/** Candidates of one answer; nobody asks for more. Further ones are refused. */
export const MAX_CANDIDATES = 128;

/** `upstream_bad_answer`, for answers beyond that bound. */
export const tooManyCandidates = (): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: `the upstream answer has more than ${String(MAX_CANDIDATES)} candidates`,
  });

/** What is known about the turn. */
export interface DecoderFacts {
  client: HubClient;
  /** Unix seconds, for answers that have no id. */
  nowSeconds: number;
  /** The client keeps signatures in carriers; undefined: it does not. */
  carriers(): CarrierClient | undefined;
  /** Was the upstream asked to search, or may it? */
  searches: boolean;
  /** The client's name of a tool. */
  nameOf(name: string): string;
  /** As in {@link CandidateDecoder}. */
  argumentsOf(name: string, args: unknown): unknown;
}

interface Candidate {
  decoder: CandidateDecoder;
  /** Google's word; undefined until it ended. */
  native: string | undefined;
  told: boolean;
}

/** Decodes one answer. */
export class GeminiStreamDecoder {
  readonly #emit: EventSink;
  readonly #facts: DecoderFacts;
  readonly #candidates = new Map<number, Candidate>();
  #id = '';
  #started = false;
  #items = 0;
  #calls = 0;
  #usage: CanonicalUsage | undefined;

  constructor(emit: EventSink, facts: DecoderFacts) {
    this.#emit = emit;
    this.#facts = facts;
  }

  /** Takes one chunk, or a whole body. @throws SwitchyardError `upstream_bad_answer`. */
  chunk(chunk: JsonObject): void {
    if (!this.#started) this.#start(chunk);
    for (const value of arrayOf(chunk.candidates)) this.#candidate(objectOf(value));
    this.#blocked(chunk);
    const usage = decodeUsage(chunk.usageMetadata, this.#facts.client);
    if (usage === undefined) return;
    this.#usage = usage;
    this.#emit({ type: 'usage', usage });
    this.#finish();
  }

  /** Every candidate has ended: nothing but the upstream's close is missing. */
  get complete(): boolean {
    const all = [...this.#candidates.values()];
    return all.length > 0 && all.every(({ native }) => native !== undefined);
  }

  /**
   * Nothing follows.
   * @throws SwitchyardError `upstream_incomplete_stream` when a candidate did not end. The reference
   *   takes that for a good end.
   */
  end(): void {
    if (!this.complete) throw brokenOff();
    this.#finish();
    this.#emit({ type: 'end' });
  }

  /**
   * Takes an answer that is whole. A candidate without a finish reason, which relays forget, ended.
   * @throws SwitchyardError as the stream.
   */
  body(answer: JsonObject): void {
    this.chunk(answer);
    for (const candidate of this.#candidates.values()) {
      if (candidate.native !== undefined) continue;
      candidate.decoder.end();
      candidate.native = 'STOP';
    }
    this.end();
  }

  #start(chunk: JsonObject): void {
    this.#started = true;
    const created = Date.parse(stringOf(chunk.createTime) ?? '');
    this.#id = stringOf(chunk.responseId) || `gemini-${String(this.#facts.nowSeconds)}`;
    this.#emit({
      type: 'start',
      id: this.#facts.client === 'openai-response' ? `resp_${this.#id}` : this.#id,
      model: stringOf(chunk.modelVersion),
      created: Number.isNaN(created) ? undefined : Math.floor(created / 1000),
    });
  }

  #candidate(value: JsonObject): void {
    const candidate = this.#find(numberOf(value.index) ?? 0);
    if (candidate.native !== undefined) return;
    const { decoder } = candidate;
    decoder.add(arrayOf(objectOf(value.content).parts));
    decoder.ground(either(value, 'groundingMetadata', 'grounding_metadata'));
    const native = saidReason(value.finishReason);
    if (native === undefined) return;
    decoder.end();
    candidate.native = native;
    // A fault of the model instead of an answer: other formats have no word for it, and their clients
    // would stop as if all was done.
    if (decoder.isSilent && decodeFinish(native, false) === 'error') throw faulty(native, value);
  }

  /** A prompt that the filters refused has no candidate, or one without an end. */
  #blocked(chunk: JsonObject): void {
    const reason = saidReason(objectOf(chunk.promptFeedback).blockReason);
    if (reason === undefined) return;
    const candidate = this.#find(0);
    candidate.decoder.end();
    candidate.native ??= BLOCKED.has(reason) ? reason : 'SAFETY';
  }

  #finish(): void {
    for (const [choice, candidate] of this.#candidates) {
      const { native, told, decoder } = candidate;
      if (native === undefined || told) continue;
      candidate.told = true;
      const reason = decodeFinish(native, decoder.hasCalls);
      const usage = decoder.searched ? { ...this.#usage, webSearches: 1 } : this.#usage;
      this.#emit({ type: 'finish', choice, reason, native: native.toLowerCase(), usage });
    }
  }

  #find(choice: number): Candidate {
    const known = this.#candidates.get(choice);
    if (known !== undefined) return known;
    if (this.#candidates.size >= MAX_CANDIDATES) throw tooManyCandidates();
    const decoder = new CandidateDecoder({
      emit: this.#emit,
      choice,
      client: this.#facts.client,
      carriers: () => this.#facts.carriers(),
      grounded: this.#grounded(),
      newItem: () => this.#items++,
      newCallId: () => this.#callId(),
      nameOf: (name) => this.#facts.nameOf(name),
      argumentsOf: (name, args) => this.#facts.argumentsOf(name, args),
    });
    const candidate: Candidate = { decoder, native: undefined, told: false };
    this.#candidates.set(choice, candidate);
    return candidate;
  }

  /** Claude clients read citations together with the text (10.4). */
  #grounded(): 'held' | 'streamed' | undefined {
    if (!this.#facts.searches) return undefined;
    return this.#facts.client === 'claude' ? 'held' : 'streamed';
  }

  /** Unique over the whole conversation, because the answer's own id is. */
  #callId(): string {
    this.#calls += 1;
    return `call_${this.#id.replaceAll(/[^A-Za-z0-9_-]/g, '_')}_${String(this.#calls)}`;
  }
}

/** Words for a refused prompt that are reasons of a candidate too. */
const BLOCKED: ReadonlySet<string> = new Set([
  'SAFETY',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'IMAGE_SAFETY',
]);

const faulty = (reason: string, { finishMessage }: JsonObject): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: `the model ended with ${reason}: ${stringOf(finishMessage) ?? 'it said nothing else'}`,
  });

const brokenOff = (): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', {
    message: 'the upstream closed the stream before the answer had a finish reason',
  });
