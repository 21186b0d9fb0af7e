/**
 * Answers of Google for Gemini clients (translate-gemini-thinking.md 1.3, 3): data and bodies as
 * received; only the counts are read along the way. `[DONE]` and chunks behind the finish reason, which
 * is the last word for a client, are left out.
 */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { countsOf, mergeUsage } from '../../canonical/usage.ts';
import { arrayOf, isObject, numberOf, objectOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { memberOf, parseValue } from '../../json/scan.ts';
import { scanAnswer } from '../body.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { MAX_CANDIDATES, tooManyCandidates } from './decode-stream.ts';
import { saidReason } from './decode-finish.ts';
import { decodeUsage } from './decode-usage.ts';

/** The translator for one attempt. */
export const forwardGemini = (context: ResponseContext): ResponseTranslator =>
  new GeminiForwarder(context);

class GeminiForwarder implements ResponseTranslator {
  terminal = false;
  readonly #stream: boolean;
  readonly #isArray: boolean;
  /** Indexes of the candidates that came, and of those that ended. */
  readonly #begun = new Set<number>();
  readonly #ended = new Set<number>();
  #usage: CanonicalUsage | undefined;
  #chunks = 0;
  #blocked = false;

  constructor({ stream, streamForm }: ResponseContext) {
    this.#stream = stream;
    this.#isArray = streamForm === 'array';
  }

  get usage(): TurnUsage | undefined {
    return this.#usage === undefined ? undefined : countsOf(this.#usage);
  }

  get complete(): boolean {
    return this.#blocked || (this.#begun.size > 0 && this.#begun.size === this.#ended.size);
  }

  /** Comments are no chunks: Gemini CLI can not read past one (clients.md 4.3). */
  onEvent({ data, json }: SseEvent): string {
    if (!isObject(json)) return '';
    this.#note(json.usageMetadata);
    const candidates = arrayOf(json.candidates).map(objectOf);
    const isLate =
      candidates.length > 0 && candidates.every((one) => this.#ended.has(indexOf(one)));
    if (isLate) return '';
    this.#read(json, candidates);
    return this.#written(data);
  }

  onBody(body: Uint8Array): Uint8Array | string {
    this.terminal = true;
    const usage = memberOf(scanAnswer(body), 'usageMetadata');
    if (usage !== undefined) this.#note(parseValue(body, usage));
    if (!this.#stream) return body;
    const chunk = this.#written(Buffer.from(body).toString());
    return this.#isArray ? `${chunk}]` : chunk;
  }

  /** The stream has no last word of its own: its end counts when a reason for it was given. */
  onEnd(): string {
    if (this.terminal) return '';
    if (!this.complete) {
      throw new SwitchyardError('upstream_incomplete_stream', {
        message: 'the upstream closed the stream before the answer had a finish reason',
      });
    }
    this.terminal = true;
    return this.#isArray ? ']' : '';
  }

  #read(chunk: JsonObject, candidates: readonly JsonObject[]): void {
    this.#blocked ||= saidReason(objectOf(chunk.promptFeedback).blockReason) !== undefined;
    for (const candidate of candidates) {
      const index = indexOf(candidate);
      this.#begun.add(index);
      if (saidReason(candidate.finishReason) !== undefined) this.#ended.add(index);
    }
    if (this.#begun.size > MAX_CANDIDATES) throw tooManyCandidates();
  }

  #note(value: unknown): void {
    const usage = decodeUsage(value, 'gemini');
    if (usage !== undefined) this.#usage = mergeUsage(this.#usage, usage);
  }

  /** One line of data and nothing beside it: that is all the reader of Gemini CLI takes. */
  #written(data: string): string {
    this.#chunks += 1;
    if (!this.#isArray) return `data: ${data.replaceAll(LINE_ENDS, ' ')}\n\n`;
    return this.#chunks === 1 ? `[${data}\n` : `,\n${data}\n`;
  }
}

/** In JSON they can only stand between tokens. */
const LINE_ENDS = /[\r\n]+/g;

const indexOf = ({ index }: JsonObject): number => numberOf(index) ?? 0;
