/** A client WebSocket that costs this process little: ready frames, answers read only for their end. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { settings, userItem } from '../continuity/responses-items.ts';

/** Characters that the user types. */
const QUESTION = 'And now? '.repeat(30);

export class Client {
  readonly #key: string;
  readonly #frame: string;
  readonly #socket: WebSocket;
  #previous: string | undefined;

  constructor(port: number, index: number) {
    this.#key = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const input = [userItem(QUESTION)];
    const frame = { type: 'response.create', ...settings('bench', this.#key), input };
    this.#frame = JSON.stringify(frame).slice(1);
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`, {
      headers: { 'session-id': this.#key, 'thread-id': this.#key, originator: 'codex_exec' },
    });
  }

  async open(): Promise<void> {
    await once(this.#socket, 'open');
  }

  /** One turn that goes on from the last one. @throws for any end but a whole answer. */
  turn(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => {
        socket.off('message', onMessage).off('close', onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onMessage = (data: Buffer): void => {
        const text = data.toString('latin1');
        if (text.includes('"type":"response.completed"')) {
          this.#previous = /"id":"(resp_\w+)"/.exec(text)?.[1];
          done();
        } else if (/"type":"(?:error|response\.failed)"/.test(text)) done(new Error(text));
      };
      const onClose = (code: number): void => done(new Error(`closed with ${code}`));
      socket.on('message', onMessage).on('close', onClose);
      socket.send(this.#previous === undefined ? `{${this.#frame}` : this.#continued());
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #continued(): string {
    return `{"previous_response_id":"${this.#previous ?? ''}",${this.#frame}`;
  }
}
