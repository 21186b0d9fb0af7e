/**
 * Parts of one candidate → canonical events. An item is open as long as parts of its kind follow each
 * other. Signatures go where the client's format can keep them: on the call itself, or, for Responses
 * and Claude clients, into a thought that says whose they are (translate-gemini-thinking.md 5.4, 5.5,
 * 10.4).
 */
import type { EventSink } from '../../canonical/events.ts';
import { isObject, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import {
  encodeCarrier,
  type CarrierClient,
  type CarrierDirection,
  type CarrierTarget,
} from './carrier.ts';
import { CodeRuns } from './code-runs.ts';
import { GroundedText } from './grounded-text.ts';
import { decodeGrounding, type Grounding } from './grounding.ts';
import { either } from './spellings.ts';

/** What a candidate needs from the answer it is part of. */
export interface CandidateRules {
  emit: EventSink;
  choice: number;
  client: HubClient;
  /** The client keeps signatures in carriers; undefined: it does not. */
  carriers(): CarrierClient | undefined;
  /** The answer may be founded on a search; absent: none was asked for. */
  grounded?: 'held' | 'streamed';
  newItem(): number;
  newCallId(): string;
  /** The client's name of a tool. */
  nameOf(name: string): string;
  /** Arguments as the client's schema has them; `name` is the client's. */
  argumentsOf(name: string, args: unknown): unknown;
}

/** Type of a picture that does not tell its own. */
const DEFAULT_IMAGE = 'image/png';

interface OpenItem {
  kind: 'message' | 'reasoning';
  item: number;
  /** Of the text; the last one counts. */
  signature?: string | undefined;
}

/** Decodes one candidate. */
export class CandidateDecoder {
  hasCalls = false;
  /** Was there nothing but thoughts? */
  isSilent = true;
  readonly #rules: CandidateRules;
  readonly #text: GroundedText | undefined;
  readonly #code: CodeRuns;
  #open: OpenItem | undefined;
  #grounding: Grounding | undefined;
  /** Did it stand on a search? */
  searched = false;

  constructor(rules: CandidateRules) {
    this.#rules = rules;
    const { emit, choice, newItem, newCallId } = rules;
    const shared = { emit, choice, newItem };
    this.#code = new CodeRuns({ ...shared, newRunId: newCallId });
    if (rules.grounded === undefined) return;
    const holds = rules.grounded === 'held';
    this.#text = new GroundedText({ ...shared, holds, newSearchId: newCallId });
  }

  /** Takes the parts of one chunk. */
  add(parts: readonly unknown[]): void {
    for (const value of parts) if (isObject(value)) this.#part(value);
  }

  /** Takes the grounding of a chunk; the last one that says something counts. */
  ground(value: unknown): void {
    this.#grounding = decodeGrounding(value) ?? this.#grounding;
  }

  /** The candidate is complete. */
  end(): void {
    this.#code.end();
    const grounding = this.#grounding;
    this.#grounding = undefined;
    if (grounding === undefined) this.#text?.release();
    else {
      this.searched = true;
      this.#text?.ground(grounding);
    }
    this.#close();
  }

  /** Closes what is open. */
  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { kind, item, signature } = open;
    const { emit, choice } = this.#rules;
    if (kind === 'reasoning') {
      const carried = this.#carried(signature, 'standalone', 'any') ?? signature;
      emit({ type: 'item_done', kind, item, choice, signature: carried });
      return;
    }
    emit({ type: 'item_done', kind, item, choice });
    // Claude clients take what comes last for the answer, which must not be an empty thought.
    if (this.#rules.client === 'claude') return;
    const carried = this.#carried(signature, 'previous', 'text');
    if (carried !== undefined) this.#carrier(carried);
  }

  #part(part: JsonObject): void {
    const signature = stringOf(either(part, 'thoughtSignature', 'thought_signature'));
    const call = either(part, 'functionCall', 'function_call');
    const inline = either(part, 'inlineData', 'inline_data');
    if (isObject(call)) this.#call(call, signature);
    else if (isObject(inline)) this.#image(inline);
    else if (typeof part.text === 'string')
      this.#words(part.text, part.thought === true, signature);
    else if (signature !== undefined) this.#words('', false, signature);
    else this.#codeRun(part);
  }

  #codeRun(part: JsonObject): void {
    const code = either(part, 'executableCode', 'executable_code');
    const result = either(part, 'codeExecutionResult', 'code_execution_result');
    if (!isObject(code) && !isObject(result)) return;
    this.#between();
    if (isObject(code)) this.#code.started(code);
    if (isObject(result)) this.#code.finished(result);
  }

  /** Something comes that is no text. */
  #between(): void {
    this.isSilent = false;
    this.#text?.release();
    this.#close();
  }

  #words(text: string, isThought: boolean, signature: string | undefined): void {
    const kind = isThought ? 'reasoning' : 'message';
    // A signature without text belongs to what is open.
    if (text === '' && signature !== undefined && this.#open !== undefined) {
      this.#open.signature = signature;
      return;
    }
    if (text === '' && signature === undefined) return;
    if (!isThought && text !== '') this.isSilent = false;
    const open = this.#opened(kind);
    if (signature !== undefined) open.signature = signature;
    if (text === '') return;
    const { emit, choice } = this.#rules;
    const place = { item: open.item, choice };
    if (isThought) emit({ type: 'reasoning', kind: 'summary', text, ...place });
    else if (this.#text?.add(text, open.item) !== true) emit({ type: 'text', text, ...place });
  }

  #opened(kind: OpenItem['kind']): OpenItem {
    if (this.#open?.kind === kind) return this.#open;
    if (kind === 'reasoning') this.#text?.release();
    this.#close();
    this.#open = { kind, item: this.#rules.newItem() };
    return this.#open;
  }

  #call(call: JsonObject, signature: string | undefined): void {
    const name = textOf(call.name);
    if (name === '') return;
    this.#text?.release();
    this.#signNext(signature);
    this.#close();
    const { emit, choice, newItem, newCallId } = this.#rules;
    const own = this.#rules.nameOf(name);
    this.hasCalls = true;
    this.isSilent = false;
    const place = { item: newItem(), choice };
    const args = call.args === undefined || call.args === null ? {} : call.args;
    emit({
      type: 'tool_call',
      kind: 'function',
      id: stringOf(call.id) || newCallId(),
      name: own,
      signature,
      arguments: JSON.stringify(this.#rules.argumentsOf(own, args)),
      ...place,
    });
    emit({ type: 'tool_call_done', ...place });
  }

  /** The thought before a call carries the call's signature, if it has none of its own. */
  #signNext(signature: string | undefined): void {
    const carried = this.#carried(signature, 'next', 'function');
    if (carried === undefined) return;
    const open = this.#open;
    if (open?.kind !== 'reasoning' || open.signature !== undefined) {
      this.#close();
      this.#carrier(carried);
      return;
    }
    const { emit, choice } = this.#rules;
    this.#open = undefined;
    emit({ type: 'item_done', kind: 'reasoning', item: open.item, choice, signature: carried });
  }

  #carried(
    signature: string | undefined,
    direction: CarrierDirection,
    target: CarrierTarget,
  ): string | undefined {
    const carriers = signature === undefined ? undefined : this.#rules.carriers();
    if (signature === undefined || carriers === undefined) return undefined;
    return encodeCarrier({ direction, target, signature }, carriers);
  }

  /** A reasoning item without a word. */
  #carrier(signature: string): void {
    const { emit, choice, newItem } = this.#rules;
    emit({ type: 'item_done', kind: 'reasoning', item: newItem(), choice, signature });
  }

  #image(inline: JsonObject): void {
    const data = textOf(inline.data);
    if (data === '') return;
    this.#between();
    const type = stringOf(either(inline, 'mimeType', 'mime_type')) || DEFAULT_IMAGE;
    const { emit, choice, newItem } = this.#rules;
    const url = `data:${type};base64,${data}`;
    emit({ type: 'image', url, partial: false, item: newItem(), choice });
  }
}
