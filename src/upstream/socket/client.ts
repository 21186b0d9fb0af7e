/** The WebSocket client of an actor host: opens sockets and ends them with the host. */
import { Deadlines } from '../deadlines.ts';
import { dialThrough, type Dial } from '../dial.ts';
import { Handshake } from './handshake.ts';
import { OpenSocket, type SocketHome } from './open-socket.ts';
import { proxyFor, type Environment, type Proxy } from '../proxy.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import { systemClock, type UpstreamClock } from '../clock.ts';
import type { ConnectHandler, SocketClient, SocketLimits, SocketRequest } from './types.ts';
import type { UpstreamTimeouts } from '../../config/types.ts';

/** Ways to upstreams that are kept for their TLS sessions; when full, all are dropped. */
export const MAX_DIALS = 256;

/** What the client is made of. */
export interface UpstreamSocketsOptions {
  timeouts: UpstreamTimeouts;
  limits: SocketLimits;
  /** Default: the system's. */
  clock?: UpstreamClock;
  /** Holds the proxy variables; default: the process's. */
  env?: Environment;
}

/** See the head of the file. */
export class UpstreamSockets implements SocketClient {
  readonly #deadlines: Deadlines;
  readonly #env: Environment;
  readonly #dials = new Map<string, Dial>();
  readonly #handshakes = new Set<Handshake>();
  readonly #open = new Map<OpenSocket, () => void>();
  readonly #home: SocketHome & { timeouts: UpstreamTimeouts; limits: SocketLimits };
  #closed = false;

  constructor({
    timeouts,
    limits,
    clock = systemClock,
    env = process.env,
  }: UpstreamSocketsOptions) {
    this.#deadlines = new Deadlines(clock);
    this.#env = env;
    const forget = (socket: OpenSocket): void => this.#forget(socket);
    this.#home = { deadlines: this.#deadlines, timeouts, limits, forget };
  }

  get openSockets(): number {
    return this.#open.size;
  }

  /** Limits of handshakes and turns from now on. */
  setTimeouts(timeouts: UpstreamTimeouts): void {
    this.#home.timeouts = timeouts;
  }

  setLimits(limits: SocketLimits): void {
    this.#home.limits = limits;
  }

  connect(request: SocketRequest, handler: ConnectHandler): { abort(): void } {
    try {
      if (this.#closed) throw closedClient();
      return this.#begin(request, handler);
    } catch (thrown) {
      queueMicrotask(() => handler.onError(toSwitchyardError(thrown)));
      return { abort: () => undefined };
    }
  }

  /** Ends all sockets; resolves when every one is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    const cancelled = new SwitchyardError('cancelled');
    for (const handshake of [...this.#handshakes]) handshake.fail(cancelled);
    const all = [...this.#open.keys()].map(
      (socket) => new Promise<void>((resolve) => this.#open.set(socket, resolve)),
    );
    for (const socket of [...this.#open.keys()]) socket.terminate(cancelled);
    await Promise.all(all);
    this.#deadlines.stop();
  }

  #begin(request: SocketRequest, handler: ConnectHandler): Handshake {
    const url = httpUrl(request.url);
    const proxy = proxyFor(url, request.proxyUrl, this.#env);
    const handshake = new Handshake({
      request,
      dial: this.#dialFor(url, request.proxyUrl, proxy),
      where: proxy === undefined ? url.origin : `${url.origin} through ${proxy.shown}`,
      timeouts: this.#home.timeouts,
      deadlines: this.#deadlines,
      maxFrameBytes: this.#home.limits.maxFrameBytes,
      handler,
      onUpgraded: (ws, headers) => {
        const socket = new OpenSocket(ws, headers, this.#home);
        this.#open.set(socket, () => undefined);
        handler.onOpen(socket);
      },
      onOver: () => void this.#handshakes.delete(handshake),
    });
    this.#handshakes.add(handshake);
    return handshake;
  }

  #dialFor(url: URL, proxyUrl: string, proxy: Proxy | undefined): Dial {
    const key = `${url.origin} ${proxyUrl}`;
    const known = this.#dials.get(key);
    if (known !== undefined) return known;
    if (this.#dials.size >= MAX_DIALS) this.#dials.clear();
    const dial = dialThrough(proxy);
    this.#dials.set(key, dial);
    return dial;
  }

  #forget(socket: OpenSocket): void {
    this.#open.get(socket)?.();
    this.#open.delete(socket);
  }
}

/** The address as HTTP knows it: proxies are chosen by it. */
function httpUrl(address: string): URL {
  const url = address.replace(/^ws/i, 'http');
  if (URL.canParse(url) && /^https?:/i.test(url)) return new URL(url);
  throw new SwitchyardError('upstream_connect_failed', {
    message: 'the upstream address is not a WebSocket URL',
  });
}

const closedClient = (): SwitchyardError =>
  new SwitchyardError('upstream_connect_failed', { message: 'the upstream client is closed' });
