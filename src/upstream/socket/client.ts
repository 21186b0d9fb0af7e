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
  readonly #open = new Set<OpenSocket>();
  readonly #home: SocketHome & { timeouts: UpstreamTimeouts; limits: SocketLimits };
  #closing: Promise<void> | undefined;
  #onEmpty: () => void = () => undefined;

  constructor(options: UpstreamSocketsOptions) {
    const { timeouts, limits, clock = systemClock, env = process.env } = options;
    this.#deadlines = new Deadlines(clock);
    this.#env = env;
    const forget = (socket: OpenSocket): void => this.#forget(socket);
    this.#home = { deadlines: this.#deadlines, timeouts, limits, forget };
  }

  /** Sockets that are open or closing. */
  get openSockets(): number {
    return this.#open.size;
  }

  /** Limits of handshakes that begin from now on, and of all turns. */
  setTimeouts(timeouts: UpstreamTimeouts): void {
    this.#home.timeouts = timeouts;
  }

  /** Limits of all sockets; that of frames counts for sockets that are opened from now on. */
  setLimits(limits: SocketLimits): void {
    this.#home.limits = limits;
  }

  connect(request: SocketRequest, handler: ConnectHandler): { abort(): void } {
    try {
      if (this.#closing !== undefined) throw closedClient();
      return this.#begin(request, handler);
    } catch (thrown) {
      queueMicrotask(() => handler.onError(toSwitchyardError(thrown)));
      return { abort: () => undefined };
    }
  }

  /** Ends all handshakes and turns with `cancelled`; resolves when every socket is closed. */
  close(): Promise<void> {
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  async #endAll(): Promise<void> {
    const cancelled = new SwitchyardError('cancelled');
    for (const handshake of [...this.#handshakes]) handshake.fail(cancelled);
    for (const socket of [...this.#open]) socket.terminate(cancelled);
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
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
      onOver: (over) => void this.#handshakes.delete(over),
      onOpen: (ws, connection, headers) => {
        this.#onOpen(new OpenSocket(ws, connection, headers, this.#home), handler);
      },
      onRefused: (...answer) => guarded(handler, () => handler.onRefused(...answer)),
      onError: (error) => handler.onError(error),
    });
    handshake.begin();
    this.#handshakes.add(handshake);
    return handshake;
  }

  #onOpen(socket: OpenSocket, handler: ConnectHandler): void {
    this.#open.add(socket);
    guarded(
      handler,
      () => handler.onOpen(socket),
      (error) => socket.terminate(error),
    );
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
    this.#open.delete(socket);
    if (this.#open.size === 0) this.#onEmpty();
  }
}

/** A handler that throws hears its own error: nothing else would end what it serves. */
function guarded(
  handler: ConnectHandler,
  call: () => void,
  onThrown?: (error: SwitchyardError) => void,
): void {
  try {
    call();
  } catch (thrown) {
    const error = toSwitchyardError(thrown);
    onThrown?.(error);
    handler.onError(error);
  }
}

/** The address as HTTP knows it: proxies are chosen by it. */
function httpUrl(address: string): URL {
  if (/^wss?:/i.test(address) && URL.canParse(address)) {
    return new URL(address.replace(/^ws/i, 'http'));
  }
  throw new SwitchyardError('upstream_connect_failed', {
    message: 'the upstream address is not a WebSocket URL',
  });
}

const closedClient = (): SwitchyardError =>
  new SwitchyardError('upstream_connect_failed', { message: 'the upstream client is closed' });
