/** The answer to an upgrade that says no: as much of its body as comes in time. */
import type { IncomingMessage } from 'node:http';
import type { ConnectHandler } from './types.ts';

/** Bytes of a refusal's body that are kept; real ones have a few hundred. */
export const MAX_REFUSAL_BYTES = 256 * 1024;

/** Milliseconds for the body after its head: the status decides, the body only explains. */
export const REFUSAL_MS = 5_000;

/** See the head of the file. */
export class Refusal {
  readonly #answer: IncomingMessage;
  readonly #done: ConnectHandler['onRefused'];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #finished = false;

  constructor(answer: IncomingMessage, done: ConnectHandler['onRefused']) {
    this.#answer = answer;
    this.#done = done;
    answer.on('data', (chunk: Buffer) => this.#onData(chunk));
    for (const end of ['end', 'error', 'close']) answer.on(end, () => this.finish());
  }

  /** Reports what is there; also ends the connection. Safe to call twice. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    const { statusCode = 0, rawHeaders } = this.#answer;
    this.#answer.destroy();
    const body = Buffer.concat(this.#chunks).subarray(0, MAX_REFUSAL_BYTES);
    this.#chunks = [];
    this.#done(statusCode, rawHeaders, body.toString('utf8'));
  }

  #onData(chunk: Buffer): void {
    if (this.#finished) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= MAX_REFUSAL_BYTES) this.finish();
  }
}
