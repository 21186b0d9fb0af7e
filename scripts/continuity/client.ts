/** What the three clients have in common: a history, and asking again when an answer fails. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Tally } from './tally.ts';

/** Tries in all for one request, as Codex and opencode make them (clients.md 4.4). */
const MAX_TRIES = 6;

/** Between two tries; real clients wait 0.2 s and more. */
const RETRY_MS = 50;

/** One answer. `Item`: an entry of the history in the client's dialect. */
export interface Answer<Item> {
  /** What the client puts into its history. */
  items: Item[];
  /** Id of the call that the model wants; undefined: it is done. */
  callId: string | undefined;
  inputTokens: number;
  cachedTokens: number;
}

/** A way to ask. */
export interface Dialect<Item> {
  user(text: string): Item;
  toolResult(callId: string, output: string): Item;
  /** Bytes of a request with the whole history. */
  fullBytes(history: Item[]): number;
  /** @throws when the answer does not come whole. */
  ask(history: Item[]): Promise<Answer<Item>>;
  close(): void;
}

/** One conversation. */
export class Conversation<Item> {
  readonly #dialect: Dialect<Item>;
  readonly #tally: Tally;
  readonly #history: Item[];

  constructor(dialect: Dialect<Item>, opening: Item[], tally: Tally) {
    this.#dialect = dialect;
    this.#tally = tally;
    this.#history = [...opening];
  }

  /** Says something; true when the answer came. `resultOf` runs a call of the model, from 0. */
  async turn(text: string, resultOf: (call: number) => string): Promise<boolean> {
    let answer = await this.#request(this.#dialect.user(text), text);
    for (let call = 0; answer?.callId !== undefined; call += 1) {
      const output = resultOf(call);
      answer = await this.#request(this.#dialect.toolResult(answer.callId, output), output);
    }
    return answer !== undefined;
  }

  close(): void {
    this.#dialect.close();
  }

  async #request(item: Item, text: string): Promise<Answer<Item> | undefined> {
    this.#history.push(item);
    this.#tally.meant(this.#dialect.fullBytes(this.#history));
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      this.#tally.sent(text);
      try {
        const answer = await this.#dialect.ask(this.#history);
        this.#history.push(...answer.items);
        this.#tally.answered(answer.inputTokens, answer.cachedTokens);
        return answer;
      } catch (error) {
        this.#tally.failedTry(error);
        await pause(RETRY_MS);
      }
    }
    this.#history.pop();
    return undefined;
  }
}
