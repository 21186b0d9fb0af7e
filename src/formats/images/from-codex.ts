/** Codex answers with images of the hosted tool → the Images API, as a stream or as one body. */
import { countsOf } from '../../canonical/usage.ts';
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { parseAnswer } from '../body.ts';
import { isTerminal } from '../codex/finish.ts';
import { decodeResponsesUsage } from '../codex/usage.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { completedFrame, cutOff, noImage, partialFrame, styleOf, wholeAnswer } from './answer.ts';
import type { ImageStyle } from './answer.ts';

/** Images kept for one answer; a client can ask for 10. More are refused. */
export const MAX_ANSWER_IMAGES = 32;

/** The translator for one attempt. */
export function codexToImages(context: ResponseContext): ResponseTranslator {
  return new HostedTranslator(context);
}

class HostedTranslator implements ResponseTranslator {
  terminal = false;
  usage: TurnUsage | undefined;
  readonly #context: ResponseContext;
  readonly #style: ImageStyle;
  readonly #images: JsonObject[] = [];
  #created: number | undefined;

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#style = styleOf(context);
  }

  onEvent({ json }: SseEvent): string {
    if (this.terminal || !isObject(json)) return '';
    const { type } = json;
    if (type === 'response.image_generation_call.partial_image') return this.#partial(json);
    if (type === 'response.output_item.done') this.#collect(objectOf(json.item));
    else if (type === 'response.created') this.#noteTime(objectOf(json.response));
    return isTerminal(type) ? this.#finish(objectOf(json.response)) : '';
  }

  onBody(body: Uint8Array): string {
    const answer = parseAnswer(body);
    return this.#finish(isObject(answer.response) ? answer.response : answer);
  }

  onEnd(): string {
    if (this.terminal) return '';
    throw cutOff();
  }

  #partial(event: JsonObject): string {
    const base64 = stringOf(event.partial_image_b64) ?? '';
    if (!this.#context.stream || base64 === '') return '';
    return partialFrame(event, base64, this.#style);
  }

  #collect(item: JsonObject): void {
    if (item.type !== 'image_generation_call' || (stringOf(item.result) ?? '') === '') return;
    if (this.#images.length >= MAX_ANSWER_IMAGES) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_ANSWER_IMAGES)} images`,
      });
    }
    this.#images.push(item);
  }

  #noteTime(response: JsonObject): void {
    this.#created = numberOf(response.created_at) ?? this.#created;
  }

  #finish(response: JsonObject): string {
    this.terminal = true;
    this.#noteTime(response);
    const counts = decodeResponsesUsage(response.usage);
    if (counts !== undefined) this.usage = countsOf(counts);
    // The finished items are whole; the list at the end may be empty, or repeat them.
    if (this.#images.length === 0) {
      for (const item of arrayOf(response.output)) this.#collect(objectOf(item));
    }
    if (this.#images.length === 0) throw noImage();
    return this.#answer(imageUsage(response));
  }

  #answer(usage: JsonObject | undefined): string {
    if (this.#context.stream) {
      return this.#images.map((image) => completedFrame(image, this.#style, usage)).join('');
    }
    const created = this.#created ?? this.#context.nowSeconds;
    return wholeAnswer(this.#images, this.#style, created, usage);
  }
}

/** What the tool itself used; the answer's own usage is that of the model which called it. */
function imageUsage(response: JsonObject): JsonObject | undefined {
  const { image_gen: usage } = objectOf(response.tool_usage);
  return isObject(usage) ? usage : undefined;
}
