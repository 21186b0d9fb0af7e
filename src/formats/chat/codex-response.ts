/** Codex answers for chat clients: as a stream of chunks, or collected into one body. */
import { AnswerCollector } from '../../canonical/answer.ts';
import type { CanonicalEvent } from '../../canonical/events.ts';
import { countsOf } from '../../canonical/usage.ts';
import { isObject, objectOf } from '../../canonical/value.ts';
import { parseAnswer, parseBody } from '../body.ts';
import { brokenOff } from '../codex/broken-off.ts';
import { CodexAnswerDecoder } from '../codex/decode-answer.ts';
import { CodexStreamDecoder, type RestoreName } from '../codex/decode-stream.ts';
import { nameRestorer } from '../codex/restore-names.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { decodeTools } from './decode-tools.ts';
import { encodeChatAnswer } from './encode-answer.ts';
import { ChatStreamEncoder } from './encode-stream.ts';

/** The translator for one attempt. */
export function codexToChat(context: ResponseContext): ResponseTranslator {
  const restore = nameRestorer(() => decodeTools(parseBody(context.requestBody).tools));
  return context.stream
    ? new StreamTranslator(context, restore)
    : new BodyTranslator(context, restore);
}

/** What both forms share: the end of the answer and its usage. */
abstract class CodexTranslator implements ResponseTranslator {
  terminal = false;
  usage: TurnUsage | undefined;

  abstract onEvent(event: SseEvent): string;
  abstract onBody(body: Uint8Array): string;

  onEnd(): string {
    if (this.terminal) return '';
    throw brokenOff();
  }

  protected note(event: CanonicalEvent): void {
    if (event.type === 'end') this.terminal = true;
    else if (event.type === 'finish' && event.usage !== undefined) {
      this.usage = countsOf(event.usage);
    }
  }
}

class StreamTranslator extends CodexTranslator {
  readonly #encoder: ChatStreamEncoder;
  readonly #decoder: CodexStreamDecoder;
  readonly #restore: RestoreName;
  #text = '';

  constructor(context: ResponseContext, restore: RestoreName) {
    super();
    this.#encoder = new ChatStreamEncoder(context.requestedModel);
    this.#restore = restore;
    this.#decoder = new CodexStreamDecoder((event) => this.#take(event), restore);
  }

  onEvent(event: SseEvent): string {
    if (this.terminal || !isObject(event.json)) return '';
    this.#decoder.onEvent(event.json);
    return this.#taken();
  }

  onBody(body: Uint8Array): string {
    decodeWhole(body, new CodexAnswerDecoder((event) => this.#take(event), this.#restore));
    return this.#taken();
  }

  #take(event: CanonicalEvent): void {
    this.note(event);
    this.#text += this.#encoder.write(event);
  }

  #taken(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

class BodyTranslator extends CodexTranslator {
  readonly #collector = new AnswerCollector();
  readonly #decoder: CodexAnswerDecoder;
  readonly #context: ResponseContext;

  constructor(context: ResponseContext, restore: RestoreName) {
    super();
    this.#context = context;
    this.#decoder = new CodexAnswerDecoder((event) => {
      this.note(event);
      this.#collector.add(event);
    }, restore);
  }

  onEvent(event: SseEvent): string {
    if (this.terminal || !isObject(event.json)) return '';
    this.#decoder.onEvent(event.json);
    return this.terminal ? this.#body() : '';
  }

  onBody(body: Uint8Array): string {
    decodeWhole(body, this.#decoder);
    return this.#body();
  }

  #body(): string {
    const { requestedModel: model, nowSeconds } = this.#context;
    return JSON.stringify(encodeChatAnswer(this.#collector.answer, { model, nowSeconds }));
  }
}

/** A JSON answer: the `response` object itself, or the terminal event around it. */
function decodeWhole(body: Uint8Array, decoder: CodexAnswerDecoder): void {
  const value = parseAnswer(body);
  const response = isObject(value.response) ? objectOf(value.response) : value;
  decoder.whole(response, response.status === 'incomplete');
}
