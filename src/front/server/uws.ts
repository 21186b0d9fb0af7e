/**
 * The server on uWebSockets.js. Its native part is loaded by `loadUws` only, so that this file can
 * be imported where no build fits the platform.
 */
import { acceptSocket, socketBehavior, type SocketData } from './uws-socket.ts';
import { answerFault, dispatch, type IntakeContext } from './body-intake.ts';
import { HEADERS_TOO_LARGE, JSON_HEADERS } from './own-answer.ts';
import { listenFailure, probeListen, readTls } from './listen-failure.ts';
import { Sweeper } from './sweep.ts';
import { UwsExchange } from './uws-exchange.ts';
import { warn } from '../../observe/warnings.ts';
import type { Application, Server, ServerOptions } from './types.ts';
import type * as Native from 'uWebSockets.js';
import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_listen_socket,
  us_socket_context_t,
} from 'uWebSockets.js';
import type { Log } from '../../observe/log.ts';

/** The loaded native module. */
export type Uws = typeof Native;

/** Flags of `listen`; the typings declare them as an enum that does not exist at run time. */
const SHARED_PORT = 0;
const EXCLUSIVE_PORT = 1;

/** Read by the native code as it loads; its default of 4 KiB is too small (clients.md 2, row 3). */
const HEADER_VARIABLE = 'UWS_HTTP_MAX_HEADERS_SIZE';

/**
 * Sets the header limit of the native server, bytes. Call it in the main thread, before the first
 * `loadUws` of the process: later calls have no effect.
 */
export function prepareUwsEnvironment(bytes: number): void {
  process.env[HEADER_VARIABLE] = String(bytes);
}

/**
 * Loads the native server.
 * @throws whatever the loader says where there is no build for this platform.
 */
export async function loadUws(): Promise<Uws> {
  const loaded = (await import('uWebSockets.js')) as Uws & { default?: Uws };
  return loaded.default ?? loaded;
}

/**
 * Listens with a loaded native server.
 * @throws SwitchyardError `invalid_config` when the address or the certificate can not be used.
 */
export async function startUws(
  uws: Uws,
  options: ServerOptions,
  app: Application,
  log: Log,
): Promise<Server> {
  warnOfHeaderLimit(options.maxHeaderBytes, log);
  if (options.tls !== undefined) await readTls(options.tls);
  const server = new UwsServer(uws, options, app, log);
  await server.listen();
  return server;
}

/** A limit above the native one can not be reached any more. */
function warnOfHeaderLimit(wanted: number, log: Log): void {
  const native = Number(process.env[HEADER_VARIABLE] ?? 4096);
  if (wanted > native) warn(log, 'SWY_W011', { wantedBytes: wanted, nativeBytes: native });
}

class UwsServer implements Server {
  readonly backend = 'uws' as const;
  readonly #uws: Uws;
  readonly #options: ServerOptions;
  readonly #native: TemplatedApp;
  readonly #context: IntakeContext;
  readonly #sweeper: Sweeper;
  readonly #onExit = (): void => void this.close();
  #socket: us_listen_socket | undefined;
  #stopping = false;
  #port = 0;

  constructor(uws: Uws, options: ServerOptions, app: Application, log: Log) {
    const { tls, requestTimeoutMs, maxMessageBytes } = options;
    this.#uws = uws;
    this.#options = options;
    this.#context = { app, log, requestTimeoutMs };
    this.#sweeper = new Sweeper(requestTimeoutMs);
    const files = { cert_file_name: tls?.cert ?? '', key_file_name: tls?.key ?? '' };
    this.#native = tls === undefined ? uws.App() : uws.SSLApp(files);
    // A worker thread that ends with open native sockets aborts the whole process.
    process.once('exit', this.#onExit);
    this.#native.any('/*', (response, request) => this.#onRequest(response, request));
    this.#native.ws<SocketData>('/*', {
      ...socketBehavior(maxMessageBytes),
      upgrade: (response, request, context) => this.#onUpgrade(response, request, context),
    });
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const { host, port, reusePort } = this.#options;
    try {
      // The native code shares a port only when it was named: find a free one first.
      const named = reusePort && port === 0 ? await probeListen(host, 0) : port;
      this.#socket = await this.#listenOn(named);
      if (this.#socket === undefined) {
        await probeListen(host, named);
        throw new Error('the native server can not listen');
      }
    } catch (cause) {
      await this.close();
      throw listenFailure(host, port, cause);
    }
    this.#port = this.#uws.us_socket_local_port(this.#socket);
  }

  stopListening(): void {
    if (this.#socket !== undefined) this.#uws.us_listen_socket_close(this.#socket);
    this.#socket = undefined;
    this.#stopping = true;
  }

  close(): Promise<void> {
    process.off('exit', this.#onExit);
    this.#socket = undefined;
    this.#native.close();
    this.#sweeper.stop();
    return Promise.resolve();
  }

  #listenOn(port: number): Promise<us_listen_socket | undefined> {
    const { host, reusePort } = this.#options;
    const flags = reusePort ? SHARED_PORT : EXCLUSIVE_PORT;
    return new Promise((resolve) => {
      const onListen = (socket: us_listen_socket | false): void => resolve(socket || undefined);
      if (host === '') this.#native.listen(port, flags, onListen);
      else (this.#native as unknown as HostListener).listen(host, port, flags, onListen);
    });
  }

  #newExchange(response: HttpResponse, request: HttpRequest): UwsExchange {
    const exchange = new UwsExchange(response, request, this.#sweeper);
    exchange.lastOfConnection = this.#stopping;
    return exchange;
  }

  #onRequest(response: HttpResponse, request: HttpRequest): void {
    const exchange = this.#newExchange(response, request);
    if (exchange.headBytes > this.#options.maxHeaderBytes) {
      exchange.lastOfConnection = true;
      exchange.head(HEADERS_TOO_LARGE.status, JSON_HEADERS);
      exchange.end(HEADERS_TOO_LARGE.body);
      return;
    }
    const intake = dispatch(this.#context, exchange, this.#sweeper.nowMs);
    if (exchange.over) return;
    this.#sweeper.add(exchange);
    if (intake === undefined) return;
    response.onData((chunk, isLast) => intake.take(new Uint8Array(chunk), isLast));
  }

  #onUpgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const exchange = this.#newExchange(response, request);
    let accepted: ReturnType<Application['onUpgrade']>;
    try {
      accepted = this.#context.app.onUpgrade(exchange);
    } catch (thrown) {
      answerFault(exchange, this.#context.log, thrown);
    }
    if (exchange.over) return;
    if (accepted === undefined || exchange.closed) this.#sweeper.add(exchange);
    else acceptSocket(response, exchange, accepted, this.#options.maxMessageBytes, context);
  }
}

/** A form of `listen` that the typings leave out. */
interface HostListener {
  listen(
    host: string,
    port: number,
    flags: number,
    onListen: (socket: us_listen_socket | false) => void,
  ): unknown;
}
