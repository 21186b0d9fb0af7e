/**
 * A client of the Responses WebSocket, as Codex (clients.md 5.3): warm-up on the first socket, then new
 * items with `previous_response_id`; after any failure a new socket and the whole history.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Answer, Dialect } from './client.ts';
import { answerOf, settings, toolResultItem, userItem, type Item } from './responses-items.ts';

/** Longest time for one answer; the sandbox answers at once. */
const ANSWER_MS = 60_000;

const TERMINAL = /^(?:response\.(?:completed|failed|incomplete)|error)$/;

/** Where it connects, and as who. */
export interface SocketTarget {
  origin: string;
  token: string;
  model: string;
  key: string;
  /** Send the instructions ahead, as Codex does. */
  warmUp: boolean;
}

export class SocketClient implements Dialect<Item> {
  readonly user = userItem;
  readonly toolResult = toolResultItem;
  readonly #target: SocketTarget;
  readonly #settings: Item;
  #socket: WebSocket | undefined;
  #warm: boolean;
  #previous: string | undefined;
  /** Items of the history that the last answer stands for. */
  #known = 0;

  constructor(target: SocketTarget) {
    this.#target = target;
    this.#warm = !target.warmUp;
    this.#settings = settings(target.model, target.key);
  }

  fullBytes(history: Item[]): number {
    return Buffer.byteLength(JSON.stringify({ ...this.#settings, input: history }));
  }

  async ask(history: Item[]): Promise<Answer<Item>> {
    try {
      if (this.#socket?.readyState !== WebSocket.OPEN) await this.#connect(history);
      const answer = await this.#turn(history, {});
      this.#known += answer.items.length;
      return answer;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
    this.#forget();
  }

  async #connect(history: Item[]): Promise<void> {
    this.#forget();
    const { origin, token, key } = this.#target;
    const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/responses`, {
      headers: {
        authorization: `Bearer ${token}`,
        'openai-beta': 'responses_websockets=2026-02-06',
        originator: 'codex_exec',
        'session-id': key,
        'thread-id': key,
        'x-client-request-id': key,
      },
    });
    await once(socket, 'open', { signal: AbortSignal.timeout(ANSWER_MS) });
    // How it ends is seen by the turn that waits, or at the next one.
    socket.on('error', () => undefined);
    this.#socket = socket;
    if (this.#warm) return;
    this.#warm = true;
    await this.#turn(history.slice(0, 1), { generate: false });
  }

  async #turn(history: Item[], more: Item): Promise<Answer<Item>> {
    const frame = {
      type: 'response.create',
      ...this.#settings,
      ...more,
      ...(this.#previous === undefined ? {} : { previous_response_id: this.#previous }),
      input: history.slice(this.#known),
    };
    const answer = answerOf(await this.#exchange(JSON.stringify(frame)));
    this.#previous = answer.id;
    this.#known = history.length;
    return answer;
  }

  /** Sends a frame; resolves with the terminal event, or undefined when the socket ended. */
  #exchange(frame: string): Promise<Item | undefined> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (event: Item | undefined): void => {
        clearTimeout(timer);
        socket.off('message', onMessage).off('close', onClose);
        resolve(event);
      };
      const onMessage = (data: Buffer): void => {
        const event = JSON.parse(data.toString('utf8')) as Item;
        if (TERMINAL.test(String(event['type']))) settle(event);
      };
      const onClose = (): void => settle(undefined);
      const timer = setTimeout(settle, ANSWER_MS, { type: 'no answer in time' });
      socket.on('message', onMessage).on('close', onClose);
      socket.send(frame);
    });
  }

  #forget(): void {
    this.#previous = undefined;
    this.#known = 0;
  }
}
