/** A client of Responses over HTTP: every request carries the whole history. */
import type { Answer, Dialect } from './client.ts';
import { postStream } from './http.ts';
import { answerOf, settings, toolResultItem, userItem, type Item } from './responses-items.ts';

export class ResponsesClient implements Dialect<Item> {
  readonly user = userItem;
  readonly toolResult = toolResultItem;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #settings: Item;

  constructor(origin: string, token: string, model: string, key: string) {
    this.#url = `${origin}/v1/responses`;
    this.#headers = { authorization: `Bearer ${token}`, 'session-id': key };
    this.#settings = settings(model, key);
  }

  fullBytes(history: Item[]): number {
    return Buffer.byteLength(this.#body(history));
  }

  async ask(history: Item[]): Promise<Answer<Item>> {
    const data = await postStream(this.#url, this.#headers, this.#body(history));
    return answerOf(data.length === 0 ? undefined : (JSON.parse(data.at(-1) ?? '') as Item));
  }

  close(): void {
    // Its connections belong to all conversations.
  }

  #body(history: Item[]): string {
    return JSON.stringify({ ...this.#settings, input: history });
  }
}
