/**
 * The server on uWebSockets.js. Its native part is loaded only when a server starts, so that systems
 * without a fitting build can fall back (`index.ts`).
 */
import { BodyReader } from './body-reader.ts';
import { listenFailure } from './listen-failure.ts';
import { UwsExchange } from './uws-exchange.ts';
import { SwitchyardError } from '../../errors.ts';
import { upgradeBehavior } from './uws-socket.ts';
import type { Application, Server, ServerOptions } from './types.ts';
import type * as UwsModule from 'uWebSockets.js';
import type { HttpResponse, TemplatedApp, us_listen_socket } from 'uWebSockets.js';

/** The native server's module. */
export type Uws = typeof UwsModule;

/** Read by the native code when it is loaded: default 4 KiB is too small for real clients. */
const HEADER_VARIABLE = 'UWS_HTTP_MAX_HEADERS_SIZE';

/** Sets the header limit of the native server; has an effect before its first load only. */
export function prepareUwsEnvironment(headerBytes: number): void {
  process.env[HEADER_VARIABLE] = String(headerBytes);
}

/** Loads the native server. Rejects where there is no build for this platform. */
export async function loadUws(): Promise<Uws> {
  const loaded = (await import('uWebSockets.js')) as Uws & { default?: Uws };
  return loaded.default ?? loaded;
}

/**
 * Listens with a loaded native server.
 * @throws SwitchyardError `invalid_config` when the address is taken or a certificate does not work.
 */
export async function startUws(
  uws: Uws,
  options: ServerOptions,
  app: Application,
): Promise<Server> {
  const server = newApp(uws, options);
  server.any('/*', (response, request) => {
    serve(app, new UwsExchange(response, request), response, options.requestTimeoutMs);
  });
  server.ws('/*', upgradeBehavior(uws, app, options.maxMessageBytes));
  const socket = await listen(server, options);
  let listening = true;
  const stopListening = (): void => {
    if (listening) uws.us_listen_socket_close(socket);
    listening = false;
  };
  return {
    backend: 'uws',
    port: uws.us_socket_local_port(socket),
    stopListening,
    close: () => {
      listening = false;
      server.close();
      return Promise.resolve();
    },
  };
}

function newApp(uws: Uws, { tls }: ServerOptions): TemplatedApp {
  if (tls === undefined) return uws.App();
  try {
    return uws.SSLApp({ cert_file_name: tls.cert, key_file_name: tls.key });
  } catch (cause) {
    throw new SwitchyardError('invalid_config', {
      message: `tls: ${tls.cert} and ${tls.key} can not be used`,
      cause,
    });
  }
}

/** Of the native server's listen flags: refuse a port that another listener shares. */
const EXCLUSIVE_PORT = 1;

type Listening = (socket: us_listen_socket | false) => void;

function listen(
  server: TemplatedApp,
  { host, port, reusePort }: ServerOptions,
): Promise<us_listen_socket> {
  // The types leave out that a host and flags may be given together.
  const listenOn = server.listen.bind(server) as (...args: unknown[]) => void;
  return new Promise((resolve, reject) => {
    const onListen: Listening = (socket) => {
      if (socket) resolve(socket);
      else reject(listenFailure(host, port, undefined));
    };
    const where = host === '' ? [port] : [host, port];
    listenOn(...where, reusePort ? 0 : EXCLUSIVE_PORT, onListen);
  });
}

function serve(
  app: Application,
  exchange: UwsExchange,
  response: HttpResponse,
  timeoutMs: number,
): void {
  const sink = app.onRequest(exchange);
  if (sink === undefined || exchange.closed) return;
  const reader = new BodyReader(exchange, sink, timeoutMs);
  if (reader.done) return;
  response.onData((chunk, isLast) => {
    if (reader.done) return;
    // The memory is only valid in this call: the reader copies it.
    reader.add(new Uint8Array(chunk));
    if (isLast && !reader.done) response.cork(() => reader.end());
  });
}
