/**
 * Answers of Anthropic → canonical events (translate-openai-claude.md 7.2, 8.5). Failure events never
 * come here.
 */
import type { CanonicalEvent, EventSink } from '../../canonical/events.ts';
import { BlockDecoder } from './decode-blocks.ts';
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { UpstreamDecoder } from '../hub.ts';
import type { SseEvent } from '../format.ts';
import { decodeStopReason } from './decode-finish.ts';
import { canonicalUsage, withCounts, type ClaudeCounts } from './decode-usage.ts';

/** Bytes of shown reasoning that count as one token, where nobody tells the count (13, Q18). */
const BYTES_PER_TOKEN = 4;

interface DecoderOptions {
  /** Tell the tokens of the reasoning, which Anthropic does not. */
  estimates?: boolean;
  /** The client gets one whole answer, so that a stream without its beginning can be refused. */
  folds?: boolean;
}

/** Decodes one answer. */
export class ClaudeStreamDecoder implements UpstreamDecoder {
  readonly #emit: EventSink;
  readonly #estimates: boolean;
  readonly #folds: boolean;
  readonly #blocks: BlockDecoder;
  #counts: ClaudeCounts = {};
  #started = false;
  #finished = false;

  constructor(emit: EventSink, { estimates = false, folds = false }: DecoderOptions = {}) {
    this.#folds = folds;
    this.#emit = emit;
    this.#blocks = new BlockDecoder(emit);
    this.#estimates = estimates;
  }

  /**
   * @throws SwitchyardError `upstream_bad_answer` for too many blocks, and for a folded stream whose
   * beginning is missing or names neither id nor model (providers.md 7.5)
   */
  onEvent({ json }: SseEvent): void {
    const event = objectOf(json);
    switch (event.type) {
      case 'content_block_delta':
        this.#blocks.delta(indexOf(event), objectOf(event.delta));
        return;
      case 'content_block_start':
        this.#blocks.open(indexOf(event), objectOf(event.content_block));
        return;
      case 'content_block_stop':
        this.#blocks.close(indexOf(event));
        return;
      case 'message_start':
        if (this.#folds) checkStart(objectOf(event.message));
        this.#start(objectOf(event.message));
        return;
      case 'message_delta':
        this.#counts = withCounts(this.#counts, event.usage);
        if (isObject(event.delta)) this.#finish(event.delta, true);
        return;
      case 'message_stop':
        this.#checkStarted();
        this.#finish({}, false);
        this.#emit({ type: 'end' });
    }
  }

  onBody(answer: JsonObject): void {
    this.#start(answer);
    for (const [index, value] of arrayOf(answer.content).entries()) {
      this.#blocks.open(index, objectOf(value));
      this.#blocks.close(index);
    }
    this.#finish(answer, false);
    this.#emit({ type: 'end' });
  }

  onEnd(): void {
    if (!this.#finished) {
      throw new SwitchyardError('upstream_incomplete_stream', {
        status: 502,
        message: 'upstream stream response ended before message completion',
      });
    }
    this.#checkStarted();
    this.#emit({ type: 'end' });
  }

  #checkStarted(): void {
    if (this.#folds && !this.#started) throw badStream('stream response is missing message_start');
  }

  #start(message: JsonObject): void {
    this.#started = true;
    this.#counts = withCounts(this.#counts, message.usage);
    this.#emit({ type: 'start', id: stringOf(message.id), model: stringOf(message.model) });
    if (isObject(message.usage)) this.#emit({ type: 'usage', usage: this.#usage() });
  }

  /** The end comes with a reason; without one the last event of the stream is the end. */
  #finish(delta: JsonObject, needsReason: boolean): void {
    const { stop_reason: native, stop_sequence } = delta;
    if (this.#finished || (needsReason && typeof native !== 'string')) return;
    this.#finished = true;
    this.#blocks.finish();
    const finish: CanonicalEvent = {
      type: 'finish',
      reason: decodeStopReason(native),
      native: stringOf(native),
      stopSequence: stringOf(stop_sequence),
      usage: this.#usage(),
    };
    this.#emit(finish);
  }

  #usage() {
    const usage = canonicalUsage(this.#counts);
    if (!this.#estimates) return usage;
    return { ...usage, reasoning: Math.floor(this.#blocks.reasoningBytes / BYTES_PER_TOKEN) };
  }
}

const indexOf = (event: JsonObject): number => numberOf(event.index) ?? 0;

function checkStart({ id, model }: JsonObject): void {
  if (!stringOf(id) && !stringOf(model)) {
    throw badStream('stream message_start is missing id or model');
  }
}

const badStream = (what: string): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', { message: `upstream ${what}` });
