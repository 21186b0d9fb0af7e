/**
 * Canonical events → the chunks of `streamGenerateContent` (thinking 7.2, 9.2). Deltas go out as
 * they come; calls, finish reasons and usage wait for the end and go out in one last chunk, so none
 * of them can be lost and no chunk is without content, which Gemini CLI takes for a broken stream.
 */
import type {
  CanonicalEvent,
  CanonicalUsage,
  FinishEvent,
  ItemDoneEvent,
  ReasoningEvent,
  ToolCallEvent,
} from '../../canonical/events.ts';
import { mergeUsage } from '../../canonical/usage.ts';
import { candidateJson, responseJson, tailJson } from './encode-chunk.ts';
import { encodeFinish } from './encode-finish.ts';
import { AnswerSources } from './encode-grounding.ts';
import {
  callPart,
  codeParts,
  EMPTY_PART,
  imagePart,
  textPart,
  thoughtPart,
  type EncodedCall,
} from './encode-parts.ts';
import { callProof, foreignProof, MAX_CARRIED_THOUGHT, packProof } from './foreign-proof.ts';

/** How chunks follow each other: server-sent events, or the elements of one JSON array (1.3). */
export type StreamForm = 'sse' | 'array';

/** Between two parts of the reasoning. */
const PART_BREAK = '\n\n';

interface PendingCall extends EncodedCall {
  choice: number;
}

/** Encodes one answer. */
export class GeminiStreamEncoder {
  readonly #form: StreamForm;
  #model: string;
  #id: string | undefined;
  #created: number | undefined;
  #tail: string;
  #chunks = 0;
  #usage: CanonicalUsage | undefined;
  readonly #finishes: FinishEvent[] = [];
  readonly #sources = new AnswerSources();
  /** By choice and item, in the order in which they began. Bounded by the decoder's calls. */
  readonly #calls = new Map<string, PendingCall>();
  /** Proof of the reasoning before the next call. */
  #callProof: string | undefined;
  /** What was thought and has no proof yet; no longer than a call could carry, and one delta. */
  #thought = '';
  /** Reasoning item whose last part is complete: the next one is set off from it. */
  #closedPart: number | undefined;

  /** `model`: the name shown until the upstream tells its own. */
  constructor(model: string, form: StreamForm) {
    this.#model = model;
    this.#form = form;
    this.#tail = tailJson({ model });
  }

  /** Text to send for one event; `''` for events Gemini has no words for. */
  write(event: CanonicalEvent): string {
    switch (event.type) {
      case 'text':
      case 'refusal':
        return event.text === '' ? '' : this.#delta(event.choice, textPart(event.text));
      case 'reasoning':
        return this.#reasoning(event);
      case 'reasoning_part_done':
        this.#closedPart = event.item;
        return '';
      case 'image':
        return this.#delta(event.choice, imagePart(event.url));
      case 'tool_call':
        this.#open(event);
        return '';
      case 'tool_arguments': {
        const call = this.#calls.get(callKey(event));
        if (call !== undefined) call.arguments += event.text;
        return '';
      }
      case 'start':
        this.#start(event);
        return '';
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return '';
      case 'finish':
        this.#finishes.push(event);
        if (event.usage !== undefined) this.#usage = mergeUsage(this.#usage, event.usage);
        return '';
      case 'end':
        return this.#end();
      case 'code_run':
        return this.#delta(event.choice, codeParts(event).join(','));
      case 'web_search':
      case 'citation':
        this.#sources.take(event);
        return '';
      case 'item_done':
        return event.kind === 'reasoning' ? this.#proof(event) : '';
      case 'item_start':
      case 'tool_call_done':
      case 'verbatim':
        return '';
    }
  }

  #start({ id, model, created }: { id?: string; model?: string; created?: number }): void {
    this.#id = id ?? this.#id;
    this.#model = model ?? this.#model;
    this.#created = created ?? this.#created;
    this.#tail = tailJson({ id: this.#id, model: this.#model, created: this.#created });
  }

  #reasoning({ choice, item, text }: ReasoningEvent): string {
    if (text === '') return '';
    const lead = this.#closedPart === item ? PART_BREAK : '';
    this.#closedPart = undefined;
    if (this.#thought.length <= MAX_CARRIED_THOUGHT) this.#thought += lead + text;
    return this.#delta(choice, thoughtPart(lead + text));
  }

  #proof(event: ItemDoneEvent): string {
    const thought = this.#thought;
    this.#thought = '';
    const proof = foreignProof(event);
    if (proof === undefined) return '';
    this.#callProof = callProof(proof, thought);
    return this.#delta(event.choice, thoughtPart('', packProof(proof)));
  }

  #open(event: ToolCallEvent): void {
    const { kind, id, name, choice = 0, arguments: text = '' } = event;
    const signature = event.signature ?? this.#callProof;
    this.#callProof = undefined;
    this.#calls.set(callKey(event), { kind, id, name, signature, choice, arguments: text });
  }

  #end(): string {
    const finishes = this.#finishes.length === 0 ? [{ reason: 'stop' as const }] : this.#finishes;
    const candidates = finishes.map((finish: Pick<FinishEvent, 'reason' | 'choice'>) => {
      const choice = finish.choice ?? 0;
      const calls = [...this.#calls.values()].filter((call) => call.choice === choice);
      const parts = calls.length === 0 ? [EMPTY_PART] : calls.map(callPart);
      const grounding = choice === 0 ? this.#sources.json() : undefined;
      return candidateJson(choice, parts, encodeFinish(finish), grounding);
    });
    const last = this.#chunk(responseJson(candidates, this.#usage, this.#tail));
    return this.#form === 'array' ? `${last}]` : last;
  }

  #delta(choice: number | undefined, part: string): string {
    const candidate = candidateJson(choice ?? 0, [part]);
    return this.#chunk(responseJson([candidate], undefined, this.#tail));
  }

  #chunk(json: string): string {
    this.#chunks += 1;
    if (this.#form === 'sse') return `data: ${json}\n\n`;
    return this.#chunks === 1 ? `[${json}\n` : `,\n${json}\n`;
  }
}

const callKey = (event: { item: number; choice?: number }): string =>
  `${String(event.choice ?? 0)}:${String(event.item)}`;
