/** The connections to one upstream over one proxy, and the calls that wait for one. */
import { SwitchyardError } from '../errors.ts';
import type { CallOwner, HttpCall } from './call.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { Dial } from './dial.ts';

/** Connections of one pool: a thousand long answers at once, some tens of KiB each. */
export const MAX_CONNECTIONS = 1024;

/** Calls that wait for one of them; above, a call fails at once instead of after its limit. */
export const MAX_WAITING_CALLS = 1024;

/** One pool. */
export class Pool implements CallOwner, ConnectionOwner {
  readonly where: string;
  readonly #origin: string;
  readonly #dial: Dial;
  readonly #connections = new Set<Connection>();
  /** The most recently used is last, and is taken first: the others get old and close. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<HttpCall>();
  readonly #closing = new Set<Promise<void>>();

  /** `where`: address and proxy as messages show them. */
  constructor(origin: string, where: string, dial: Dial) {
    this.#origin = origin;
    this.where = where;
    this.#dial = dial;
  }

  /** Carries no call, and none waits. */
  get unused(): boolean {
    return this.#connections.size === this.#idle.length && this.#waiting.size === 0;
  }

  take(call: HttpCall): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) idle.send(call);
    else if (this.#connections.size < MAX_CONNECTIONS) this.#open().send(call);
    else if (this.#waiting.size < MAX_WAITING_CALLS) this.#waiting.add(call);
    else call.fail(new SwitchyardError('upstream_connect_failed', { message: this.#full() }));
  }

  takeFresh(call: HttpCall): void {
    this.#drop(this.#carrierOf(call));
    this.#open().send(call);
  }

  leave(call: HttpCall, whole: boolean): void {
    const connection = this.#carrierOf(call);
    if (connection === undefined) {
      this.#waiting.delete(call);
      return;
    }
    if (whole) {
      connection.release();
      this.#idle.push(connection);
    } else this.#drop(connection);
    this.#serveWaiting();
  }

  onIdleEnd(connection: Connection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#drop(connection);
  }

  /** Cancels all calls; resolves when every socket is closed. */
  async close(): Promise<void> {
    for (const call of this.#waiting) call.abort();
    for (const connection of this.#connections) connection.call?.abort();
    for (const connection of this.#connections) this.#drop(connection);
    this.#idle.length = 0;
    await Promise.all(this.#closing);
  }

  #carrierOf(call: HttpCall): Connection | undefined {
    const { carrier } = call;
    return carrier instanceof Connection && carrier.call === call ? carrier : undefined;
  }

  #open(): Connection {
    const connection = new Connection(this.#origin, this.#dial, this);
    this.#connections.add(connection);
    return connection;
  }

  #drop(connection: Connection | undefined): void {
    if (connection === undefined || !this.#connections.delete(connection)) return;
    const closed = connection.destroy().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #serveWaiting(): void {
    const [call] = this.#waiting;
    if (call === undefined) return;
    this.#waiting.delete(call);
    this.take(call);
  }

  #full(): string {
    return `all ${MAX_CONNECTIONS} connections to ${this.where} are in use`;
  }
}
