/**
 * Answers of Anthropic for Claude clients: frames and bodies go through as received (translate-openai-
 * claude.md 9.4); only the counts are read along the way.
 */
import { objectOf, type JsonObject } from '../../canonical/value.ts';
import { countsOf } from '../../canonical/usage.ts';
import { SwitchyardError } from '../../errors.ts';
import { parseAnswer } from '../body.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { frameOf } from '../sse/frame.ts';
import { canonicalUsage, withCounts, type ClaudeCounts } from './decode-usage.ts';

/** The translator for one attempt. */
export const forwardClaude = (context: ResponseContext): ResponseTranslator =>
  new ClaudeForwarder(context.stream);

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
    const json = objectOf(event.json);
    if (event.json !== undefined) this.#sawData = true;
    this.#read(json);
    // Comments before the answer would only spoil another attempt.
    return this.#sawData ? frameOf(event) : '';
  }

  onBody(body: Uint8Array): Uint8Array | string {
    this.terminal = true;
    this.#note(parseAnswer(body).usage);
    return body;
  }

  onEnd(): string {
    if (this.terminal) return '';
    if (this.#ended) return '';
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
