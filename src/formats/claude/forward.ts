/**
 * Answers of Anthropic for Claude clients: frames and bodies go through as received (translate-openai-
 * claude.md 9.4); only the counts are read along the way. What the SDKs need and some relays leave out
 * is added: the names of events, and the last one.
 */
import { isObject, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { countsOf } from '../../canonical/usage.ts';
import { SwitchyardError } from '../../errors.ts';
import { parseAnswer } from '../body.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { commentsOf, dataFrame, frameOf } from '../sse/frame.ts';
import { canonicalUsage, withCounts, type ClaudeCounts } from './decode-usage.ts';
import { wholeEvents } from './whole-events.ts';

/** The translator for one attempt. */
export const forwardClaude = (context: ResponseContext): ResponseTranslator =>
  new ClaudeForwarder(context.stream);

const frame = (event: JsonObject): string => dataFrame(textOf(event.type), JSON.stringify(event));

const STOP_FRAME = frame({ type: 'message_stop' });

class ClaudeForwarder implements ResponseTranslator {
  terminal = false;
  usage: TurnUsage | undefined;
  readonly #stream: boolean;
  #counts: ClaudeCounts = {};
  #sawData = false;
  /** The reason of the end came: what follows adds nothing. */
  #ended = false;

  constructor(stream: boolean) {
    this.#stream = stream;
  }

  onEvent(event: SseEvent): string {
    if (this.terminal || !this.#stream) return '';
    const { json } = event;
    if (isObject(json)) {
      this.#sawData = true;
      this.#read(json);
      const type = event.event === undefined ? stringOf(json.type) : undefined;
      return type === undefined ? frameOf(event) : dataFrame(type, event.data);
    }
    // Comments before the answer would only spoil another attempt.
    return this.#sawData ? commentsOf(event) : '';
  }

  onBody(body: Uint8Array): Uint8Array | string {
    this.terminal = true;
    const answer = parseAnswer(body);
    this.#note(answer.usage);
    return this.#stream ? wholeEvents(answer).map(frame).join('') : body;
  }

  onEnd(): string {
    if (this.terminal) return '';
    if (this.#ended) {
      this.terminal = true;
      return STOP_FRAME;
    }
    throw new SwitchyardError('upstream_incomplete_stream', {
      status: 502,
      message: 'upstream stream response ended before message completion',
    });
  }

  #read(event: JsonObject): void {
    if (event.type === 'message_start') this.#note(objectOf(event.message).usage);
    else if (event.type === 'message_delta') {
      this.#note(event.usage);
      this.#ended ||= typeof objectOf(event.delta).stop_reason === 'string';
    } else if (event.type === 'message_stop') this.terminal = true;
  }

  #note(usage: unknown): void {
    if (usage === undefined) return;
    this.#counts = withCounts(this.#counts, usage);
    this.usage = countsOf(canonicalUsage(this.#counts));
  }
}
