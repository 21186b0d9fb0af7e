/**
 * Puts reasoning back into a request, in front of what the model said after it (codex.md 4.9). The
 * result has the same bytes as if the client had sent the reasoning itself.
 */
import { isObject } from '../../../canonical/value.ts';
import { applyEdits, type Edit } from '../../../json/edits.ts';
import { parseRange } from '../../../json/scan.ts';
import { itemBehind, scanRequest, type ScannedRequest } from '../input-chain.ts';
import { messageText } from '../item-identity.ts';
import { inputItems, type InputItem } from './items.ts';
import { textHash, type ReplayTurn, type Step, type TextAnchor } from './turn.ts';

/**
 * The body with what is missing; the same object where nothing is. `turns`: in the order in which
 * they were answered. @throws SwitchyardError `invalid_json`.
 */
export function withReasoning(body: Uint8Array, turns: readonly ReplayTurn[]): Uint8Array {
  const request = new Request(body);
  return applyEdits(
    body,
    turns.flatMap((turn) => request.insertions(turn)),
  );
}

/** One request, looked up by what its items are called. */
class Request {
  readonly #body: Uint8Array;
  readonly #items: readonly InputItem[];
  /** Proofs that the client sent back itself. */
  readonly #proofs = new Set<string>();
  readonly #calls = new Map<string, number>();
  readonly #outputs = new Map<string, number>();
  #scan: ScannedRequest | undefined;

  constructor(body: Uint8Array) {
    this.#body = body;
    this.#items = inputItems(body);
    for (const [index, { kind, key }] of this.#items.entries()) {
      if (kind === 'reasoning') this.#proofs.add(key);
      else if (kind === 'call' && !this.#calls.has(key)) this.#calls.set(key, index);
      else if (kind === 'output' && !this.#outputs.has(key)) this.#outputs.set(key, index);
    }
  }

  /** What has to be inserted for one answer. */
  insertions(turn: ReplayTurn): Edit[] {
    const lacks = turn.steps.some((step) => step.is === 'reasoning' && !this.#proofs.has(step.key));
    const start = lacks ? this.#startOf(turn) : undefined;
    return start === undefined ? [] : this.#merged(turn.steps, start);
  }

  /** Index of the answer's first item; undefined: the request does not hold the answer. */
  #startOf({ steps, anchor }: ReplayTurn): number | undefined {
    if (anchor !== undefined) {
      const place = this.#placeOfText(anchor);
      return place === undefined ? undefined : this.#back(place, false);
    }
    const places = steps.flatMap((step) => (step.is === 'call' ? this.#placesOf(step.ids) : []));
    if (places.length === 0) return undefined;
    const first = steps.find(({ is }) => is !== 'reasoning');
    return this.#back(Math.min(...places), first?.is === 'text');
  }

  #placesOf(ids: readonly string[]): number[] {
    const places = ids.flatMap((id) => [this.#calls.get(id), this.#outputs.get(id)]);
    return places.filter((place) => place !== undefined);
  }

  /** Over what belongs to the same answer: reasoning, and the text in front of the first call. */
  #back(place: number, overText: boolean): number {
    const kind = this.#items[place - 1]?.kind;
    const belongs = kind === 'reasoning' || (overText && kind === 'assistant');
    return belongs ? this.#back(place - 1, overText) : place;
  }

  /** The same text in answer to the same conversation. */
  #placeOfText({ text, after }: TextAnchor): number | undefined {
    const place = itemBehind((this.#scan ??= scanRequest(this.#body)), after);
    const item = place === undefined ? undefined : this.#items[place];
    if (item?.kind !== 'assistant') return undefined;
    const value = parseRange(this.#body, item.start, item.end);
    return isObject(value) && textHash(messageText(value.content)) === text ? place : undefined;
  }

  /** Goes through answer and items side by side. */
  #merged(steps: readonly Step[], start: number): Edit[] {
    const edits: Edit[] = [];
    let at = start;
    for (const step of steps) {
      if (step.is === 'call') {
        const place = this.#call(step.ids);
        if (place !== undefined) at = Math.max(at, place + 1);
        else edits.push(...this.#lostCall(step, at));
      } else if (step.is === 'text') {
        if (this.#items[at]?.kind === 'assistant') at += 1;
      } else if (!this.#proofs.has(step.key)) edits.push(this.#insert(at, step.json));
      else if (this.#items[at]?.kind === 'reasoning') at += 1;
    }
    return edits;
  }

  #call(ids: readonly string[]): number | undefined {
    const known = ids.find((id) => this.#calls.has(id));
    return known === undefined ? undefined : this.#calls.get(known);
  }

  /** A call that the client dropped although it sends the output, under the id of that output. */
  #lostCall(step: Extract<Step, { is: 'call' }>, at: number): Edit[] {
    const id = step.ids.find((known) => this.#outputs.has(known));
    if (id === undefined) return [];
    const { name, arguments: text } = step;
    const item = { type: 'function_call', call_id: id, name, arguments: text };
    return [this.#insert(at, JSON.stringify(item))];
  }

  #insert(at: number, json: string): Edit {
    const item = this.#items[at];
    if (item !== undefined) return { start: item.start, end: item.start, text: `${json},` };
    const end = this.#items.at(-1)?.end ?? 0;
    return { start: end, end, text: `,${json}` };
  }
}
