/**
 * Chunks and bodies of a chat upstream → canonical events (translate-openai-claude.md 9.2). Each
 * choice has one reasoning item, one message and its calls; a call is announced as soon as its name
 * is known. `finish` comes with the finish reason, `end` with `[DONE]` or the end of a body.
 */
import type { EventSink } from '../../canonical/events.ts';
import { arrayOf, isObject, numberOf, objectOf, stringOf } from '../../canonical/value.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { SseEvent } from '../format.ts';
import { CallAssembler } from './call-assembler.ts';
import { decodeFinishReason } from './decode-finish.ts';
import { decodeChatUsage } from './usage.ts';

/** Choices of one answer; nobody asks for more. Further ones are refused. */
export const MAX_CHOICES = 128;

interface Choice {
  readonly number: number;
  reasoning: number | undefined;
  message: number | undefined;
  readonly calls: CallAssembler;
}

/** Decodes one answer. */
export class ChatStreamDecoder {
  readonly #emit: EventSink;
  readonly #choices = new Map<number, Choice>();
  #id = '';
  #started = false;
  #items = 0;

  constructor(emit: EventSink) {
    this.#emit = emit;
  }

  /**
   * Takes one event; those that are no chunk are passed over.
   * @throws SwitchyardError `upstream_bad_answer` for more choices or calls than allowed.
   */
  onEvent(event: SseEvent): void {
    if (event.data.trim() === '[DONE]') this.end();
    else if (isObject(event.json)) this.#chunk(event.json);
  }

  /** Takes the whole JSON answer of an upstream that did not stream. */
  onBody(body: JsonObject): void {
    this.#start(body);
    this.#usage(body);
    for (const value of arrayOf(body.choices)) {
      const choice = objectOf(value);
      this.#choicePart(choice, objectOf(choice.message), true);
    }
    this.end();
  }

  /** Nothing follows: calls that still wait for their id or name are told as they are. */
  end(): void {
    for (const { calls } of this.#choices.values()) calls.flush();
    this.#emit({ type: 'end' });
  }

  #chunk(chunk: JsonObject): void {
    const { object, choices } = chunk;
    const isOther = typeof object === 'string' && object !== '' && object !== CHUNK;
    if (isOther || !Array.isArray(choices)) return;
    if (!this.#started) this.#start(chunk);
    // Before the finish reason, whose last chunk for a chat client tells the usage.
    this.#usage(chunk);
    for (const value of choices) {
      const choice = objectOf(value);
      this.#choicePart(choice, objectOf(choice.delta), false);
    }
  }

  #start(answer: JsonObject): void {
    this.#started = true;
    this.#id = stringOf(answer.id) ?? '';
    this.#emit({
      type: 'start',
      id: stringOf(answer.id),
      model: stringOf(answer.model),
      created: numberOf(answer.created),
    });
  }

  #usage(answer: JsonObject): void {
    const usage = decodeChatUsage(answer.usage);
    if (usage !== undefined) this.#emit({ type: 'usage', usage });
  }

  /** The delta of a chunk and the message of a body have the same members. */
  #choicePart(value: JsonObject, part: JsonObject, isWhole: boolean): void {
    const choice = this.#choice(numberOf(value.index) ?? 0);
    const reasoning = stringOf(part.reasoning_content) ?? stringOf(part.reasoning) ?? '';
    if (reasoning !== '') {
      const item = (choice.reasoning ??= this.#newItem());
      this.#emit({
        type: 'reasoning',
        kind: 'summary',
        item,
        choice: choice.number,
        text: reasoning,
      });
    }
    this.#text(choice, 'text', contentText(part.content));
    this.#text(choice, 'refusal', stringOf(part.refusal) ?? '');
    for (const [position, call] of arrayOf(part.tool_calls).entries()) {
      choice.calls.add(objectOf(call), isWhole ? position : undefined);
    }
    const { finish_reason: native } = value;
    if (typeof native !== 'string' || native === '') return;
    choice.calls.flush();
    const reason = decodeFinishReason(native);
    this.#emit({ type: 'finish', choice: choice.number, reason, native });
  }

  #text(choice: Choice, type: 'text' | 'refusal', text: string): void {
    if (text === '') return;
    const item = (choice.message ??= this.#newItem());
    this.#emit({ type, item, choice: choice.number, text });
  }

  #choice(number: number): Choice {
    const known = this.#choices.get(number);
    if (known !== undefined) return known;
    if (this.#choices.size >= MAX_CHOICES) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_CHOICES)} choices`,
      });
    }
    const calls = new CallAssembler(this.#emit, () => this.#newItem(), {
      choice: number,
      idPrefix: `call_${this.#id}_${String(number)}`,
    });
    const choice: Choice = { number, reasoning: undefined, message: undefined, calls };
    this.#choices.set(number, choice);
    return choice;
  }

  #newItem(): number {
    this.#items += 1;
    return this.#items - 1;
  }
}

const CHUNK = 'chat.completion.chunk';

/** Text of `content`, which some upstreams give as a list of parts. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return arrayOf(content)
    .map((part) => stringOf(objectOf(part).text) ?? '')
    .join('');
}
