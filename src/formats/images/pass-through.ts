/** The pair image client → upstream with image endpoints of its own: bytes through (design 4). */
import { countsOf } from '../../canonical/usage.ts';
import { arrayOf, isObject, objectOf, stringOf } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { parseAnswer } from '../body.ts';
import { decodeResponsesUsage } from '../codex/usage.ts';
import type {
  FormatPair,
  ResponseContext,
  ResponseTranslator,
  SseEvent,
  TurnUsage,
} from '../format.ts';
import { frameOf } from '../sse/frame.ts';
import { completedFrame, cutOff, noImage, styleOf } from './answer.ts';

/** Streams when the client does; only the model is written anew. */
export const imagesToImages: FormatPair = {
  alwaysStreams: false,
  encodeRequest(body, { model }) {
    const edits = new ObjectEdits(body, scanObject(body), closingBrace(body));
    edits.set('model', JSON.stringify(model));
    return applyEdits(body, edits.edits());
  },
  response: (context) => new Forwarder(context),
};

class Forwarder implements ResponseTranslator {
  terminal = false;
  usage: TurnUsage | undefined;
  readonly #context: ResponseContext;
  /** Images whose last event has not come yet. */
  #missing: number;
  #any = false;

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#missing = context.stream ? countOf(context.requestBody) : 1;
  }

  onEvent(event: SseEvent): string {
    const { json } = event;
    if (this.terminal || !isObject(json)) return '';
    if (stringOf(json.type)?.endsWith('.completed') === true) {
      this.#any = true;
      this.#missing -= 1;
      this.#note(json.usage);
      this.terminal = this.#missing <= 0;
    }
    return frameOf(event);
  }

  onBody(body: Uint8Array): Uint8Array | string {
    this.terminal = true;
    if (this.#context.stream) return this.#streamed(body);
    const member = memberOf(scanObject(body), 'usage');
    if (member !== undefined) this.#note(parseValue(body, member));
    return body;
  }

  onEnd(): string {
    if (this.terminal || this.#any) return '';
    throw cutOff();
  }

  /** The upstream answered at once, but the client reads events. */
  #streamed(body: Uint8Array): string {
    const { data, output_format, usage } = parseAnswer(body);
    this.#note(usage);
    const images = arrayOf(data).map((image) => objectOf(image).b64_json);
    const whole = images.filter((image) => stringOf(image) !== undefined);
    if (whole.length === 0) throw noImage();
    const style = styleOf(this.#context);
    return whole.map((result) => completedFrame({ result, output_format }, style, usage)).join('');
  }

  #note(usage: unknown): void {
    const counts = decodeResponsesUsage(usage);
    if (counts !== undefined) this.usage = countsOf(counts);
  }
}

/** How many images the client asked for. */
function countOf(body: Uint8Array): number {
  const member = memberOf(scanObject(body), 'n');
  const count = member === undefined ? 1 : parseValue(body, member);
  return typeof count === 'number' && count >= 1 ? count : 1;
}
