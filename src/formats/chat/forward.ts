/**
 * Chat answers for chat clients (translate-openai-claude.md 9.3; providers.md 12.4): chunks and
 * bodies as received, `[DONE]` exactly once. A usage chunk that only the proxy asked for stays here,
 * because clients that did not ask for it read `choices[0]` of every chunk.
 */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { countsOf, mergeUsage } from '../../canonical/usage.ts';
import { isObject, objectOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { parseAnswer, scanAnswer } from '../body.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { commentsOf, frameOf } from '../sse/frame.ts';
import { ChatStreamDecoder } from './decode-stream.ts';
import { ChatStreamEncoder } from './encode-stream.ts';
import { decodeChatUsage } from './usage.ts';

const DONE = '[DONE]';
const DONE_FRAME = 'data: [DONE]\n\n';

/** The translator for one attempt. */
export function forwardChat(context: ResponseContext): ResponseTranslator {
  return new ChatForwarder(context);
}

class ChatForwarder implements ResponseTranslator {
  terminal = false;
  readonly #context: ResponseContext;
  #usage: CanonicalUsage | undefined;
  #sawData = false;
  #finished = false;
  #wantsUsage: boolean | undefined;

  constructor(context: ResponseContext) {
    this.#context = context;
  }

  get usage(): TurnUsage | undefined {
    return this.#usage === undefined ? undefined : countsOf(this.#usage);
  }

  onEvent(event: SseEvent): string {
    if (this.terminal) return '';
    const { json } = event;
    if (isObject(json)) return this.#chunk(event, json);
    if (event.data.trim() === DONE) return this.#done();
    // Comments pass once the answer has begun; before, they would only spoil another attempt.
    return this.#sawData ? commentsOf(event) : '';
  }

  onBody(body: Uint8Array): Uint8Array | string {
    if (this.#context.stream) return this.#streamed(body);
    this.terminal = true;
    const usage = memberOf(scanAnswer(body), 'usage');
    if (usage !== undefined) this.#note(parseValue(body, usage));
    return body;
  }

  onEnd(): string {
    if (this.terminal) return '';
    if (this.#finished) return this.#done();
    throw new SwitchyardError('upstream_incomplete_stream', {
      status: 502,
      message: 'the upstream stream ended without a finish reason',
    });
  }

  #chunk(event: SseEvent, json: JsonObject): string {
    this.#sawData = true;
    const { choices } = json;
    this.#note(json.usage);
    if (Array.isArray(choices)) {
      if (choices.length === 0 && isObject(json.usage) && !this.#clientWantsUsage()) return '';
      for (const choice of choices) this.#finished ||= hasFinish(choice);
    }
    return frameOf(event);
  }

  #done(): string {
    this.terminal = true;
    return DONE_FRAME;
  }

  #note(value: unknown): void {
    const usage = decodeChatUsage(value);
    if (usage !== undefined) this.#usage = mergeUsage(this.#usage, usage);
  }

  /** The client's body is looked at only once there is a chunk to decide on. */
  #clientWantsUsage(): boolean {
    this.#wantsUsage ??= wantsUsage(this.#context.requestBody);
    return this.#wantsUsage;
  }

  /** A whole answer for a client that wants a stream. */
  #streamed(body: Uint8Array): string {
    const answer = parseAnswer(body);
    this.#note(answer.usage);
    const { requestedModel: model, nowSeconds } = this.#context;
    const encoder = new ChatStreamEncoder({ model, nowSeconds });
    let text = '';
    new ChatStreamDecoder((event) => {
      text += encoder.write(event);
    }).onBody(answer);
    this.terminal = true;
    return text;
  }
}

function hasFinish(choice: unknown): boolean {
  const reason = objectOf(choice).finish_reason;
  return typeof reason === 'string' && reason !== '';
}

function wantsUsage(body: Uint8Array): boolean {
  const options = memberOf(scanObject(body), 'stream_options');
  return options !== undefined && objectOf(parseValue(body, options)).include_usage === true;
}
