/**
 * Answers of Google for Gemini clients (translate-gemini-thinking.md 1.3, 3): chunks and bodies as
 * received, `[DONE]` left out; only the counts are read along the way.
 */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { countsOf, mergeUsage } from '../../canonical/usage.ts';
import { arrayOf, isObject, objectOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { frameOf } from '../sse/frame.ts';
import { decodeUsage } from './decode-usage.ts';

/** The translator for one attempt. */
export const forwardGemini = (context: ResponseContext): ResponseTranslator =>
  new GeminiForwarder(context);

class GeminiForwarder implements ResponseTranslator {
  terminal = false;
  readonly #isArray: boolean;
  #usage: CanonicalUsage | undefined;
  #chunks = 0;
  #finished = false;

  constructor({ streamForm }: ResponseContext) {
    this.#isArray = streamForm === 'array';
  }

  get usage(): TurnUsage | undefined {
    return this.#usage === undefined ? undefined : countsOf(this.#usage);
  }

  onEvent(event: SseEvent): string {
    const { json } = event;
    if (isObject(json)) {
      this.#read(json);
      return this.#written(event);
    }
    // No comments either: Gemini CLI can not read past one (clients.md 4.3).
    return '';
  }

  onBody(body: Uint8Array): Uint8Array {
    this.terminal = true;
    const usage = memberOf(scanObject(body), 'usageMetadata');
    if (usage !== undefined) this.#note(parseValue(body, usage));
    return body;
  }

  /** The stream has no last word of its own: its end counts when a reason for it was given. */
  onEnd(): string {
    if (this.terminal) return '';
    if (!this.#finished) {
      throw new SwitchyardError('upstream_incomplete_stream', {
        message: 'the upstream closed the stream before the answer had a finish reason',
      });
    }
    this.terminal = true;
    return this.#isArray ? ']' : '';
  }

  #read(chunk: JsonObject): void {
    this.#note(chunk.usageMetadata);
    const isBlocked = typeof objectOf(chunk.promptFeedback).blockReason === 'string';
    this.#finished ||= isBlocked || arrayOf(chunk.candidates).some(hasFinish);
  }

  #note(value: unknown): void {
    const usage = decodeUsage(value, 'gemini');
    if (usage !== undefined) this.#usage = mergeUsage(this.#usage, usage);
  }

  #written(event: SseEvent): string {
    this.#chunks += 1;
    if (!this.#isArray) return frameOf(event);
    return this.#chunks === 1 ? `[${event.data}\n` : `,\n${event.data}\n`;
  }
}

function hasFinish(candidate: unknown): boolean {
  const reason = objectOf(candidate).finishReason;
  return typeof reason === 'string' && reason !== '';
}
