/** The connections to one upstream over one proxy, and the calls that wait for one. */
import { SwitchyardError } from '../errors.ts';
import type { HttpCall } from './call.ts';
import type { CallOwner } from './call-owner.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { Dial } from './dial.ts';

/** Bounds of one pool. */
export interface PoolLimits {
  connections: number;
  /** Calls that wait for one of them; above, a call fails at once instead of after its limit. */
  waiting: number;
}

/** A thousand long answers at once, some tens of KiB each; as many again may wait for their end. */
export const POOL_LIMITS: PoolLimits = { connections: 1024, waiting: 1024 };

/** What a pool is for. */
export interface Route {
  readonly origin: string;
  /** As the request has it. */
  readonly proxyUrl: string;
  /** Address and proxy as messages show them. */
  readonly where: string;
  readonly dial: Dial;
}

/** One pool. */
export class Pool implements CallOwner, ConnectionOwner {
  readonly route: Route;
  /** Number of the latest call in the client's order; for who keeps the pools. */
  lastUse = 0;
  readonly #limits: PoolLimits;
  readonly #connections = new Set<Connection>();
  /** The most recently used is last, and is taken first: the others get old and close. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<HttpCall>();
  readonly #closing = new Set<Promise<void>>();

  constructor(route: Route, limits: PoolLimits = POOL_LIMITS) {
    this.route = route;
    this.#limits = limits;
  }

  get where(): string {
    return this.route.where;
  }

  /** Carries no call, and none waits. */
  get unused(): boolean {
    return this.#connections.size === this.#idle.length && this.#waiting.size === 0;
  }

  take(call: HttpCall): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) idle.send(call);
    else if (this.#connections.size < this.#limits.connections) this.#open().send(call);
    else if (this.#waiting.size < this.#limits.waiting) this.#waiting.add(call);
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
    const connection = new Connection(this.route.origin, this.route.dial, this);
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
    return `all ${this.#limits.connections} connections to ${this.where} are in use`;
  }
}
