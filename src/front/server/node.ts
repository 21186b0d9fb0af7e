/**
 * The server on node:http(s) and ws: runs wherever node does, at about twice the cost per request.
 */
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { dispatch, type IntakeContext } from './body-intake.ts';
import { errorBody, HEADERS_TOO_LARGE } from './own-answer.ts';
import { KEEP_ALIVE_MS, SILENT_PEER_MS } from './limits.ts';
import { listenFailure, readTls } from './listen-failure.ts';
import { NodeExchange } from './node-exchange.ts';
import { statusLine } from './status-line.ts';
import { SwitchyardError } from '../../errors.ts';
import { Sweeper, SWEEP_MS } from './sweep.ts';
import { UpgradableMessage, Upgrades } from './node-upgrade.ts';
import type { Application, Server, ServerOptions } from './types.ts';
import type { Duplex } from 'node:stream';
import type { Log } from '../../observe/log.ts';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';

/**
 * Listens with node's own server.
 * @throws SwitchyardError `invalid_config` when address, certificate or `reusePort` can not be used.
 */
export async function startNode(
  options: ServerOptions,
  app: Application,
  log: Log,
): Promise<Server> {
  if (options.reusePort && !canReusePort(process.versions.node)) {
    throw new SwitchyardError('invalid_config', {
      message:
        `several fronts on one port need uWebSockets.js, or Node.js 22.12 or 23.1 (this is ` +
        `${process.versions.node}): set switchyard.threads.fronts to 1`,
    });
  }
  const tls = options.tls === undefined ? undefined : await readTls(options.tls);
  const settings = httpSettings(options);
  const native = tls === undefined ? createHttp(settings) : createHttps({ ...settings, ...tls });
  const server = new NodeServer(native, options, app, log);
  await server.listen(options);
  return server;
}

/** `reusePort` of `listen` exists since 22.12 and 23.1; older versions ignore it. */
export function canReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

function httpSettings({ maxHeaderBytes, requestTimeoutMs }: ServerOptions) {
  return {
    IncomingMessage: UpgradableMessage,
    maxHeaderSize: maxHeaderBytes,
    // Node's own limit for bodies answers without asking us: ours is in BodyIntake.
    requestTimeout: 0,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(SWEEP_MS, requestTimeoutMs || SWEEP_MS),
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}

class NodeServer implements Server {
  readonly backend = 'node' as const;
  readonly #native: HttpServer;
  readonly #context: IntakeContext;
  readonly #sweeper: Sweeper;
  readonly #upgrades: Upgrades;
  #stopping = false;
  #port = 0;

  constructor(native: HttpServer, options: ServerOptions, app: Application, log: Log) {
    const { maxMessageBytes, requestTimeoutMs } = options;
    this.#native = native;
    this.#context = { app, log, requestTimeoutMs };
    this.#sweeper = new Sweeper(requestTimeoutMs);
    this.#upgrades = new Upgrades(this.#context, this.#sweeper, maxMessageBytes);
    native.timeout = SILENT_PEER_MS;
    // Bytes are the limit, not lines.
    native.maxHeadersCount = 0;
    native.on('request', (request, response) => this.#onRequest(request, response, false));
    native.on('checkContinue', (request, response) => this.#onRequest(request, response, true));
    native.on('upgrade', (request, socket, head) =>
      this.#upgrades.onUpgrade(request, socket, head),
    );
    native.on('clientError', answerClientError);
  }

  get port(): number {
    return this.#port;
  }

  async listen({ host, port, reusePort }: ServerOptions): Promise<void> {
    const address = { port, ...(host === '' ? {} : { host }), ...(reusePort ? { reusePort } : {}) };
    try {
      await new Promise<void>((resolve, reject) => {
        this.#native.once('error', reject);
        this.#native.listen(address, resolve);
      });
    } catch (cause) {
      await this.close();
      throw listenFailure(host, port, cause);
    }
    const { log } = this.#context;
    this.#native.removeAllListeners('error');
    this.#native.on('error', (cause) => log.error({ err: cause }, 'the listener failed'));
    const bound = this.#native.address();
    this.#port = typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  stopListening(): void {
    this.#stopping = true;
    // Also cuts connections that idle.
    this.#native.close();
  }

  close(): Promise<void> {
    this.#sweeper.stop();
    this.#upgrades.close();
    return new Promise((resolve) => {
      // An error only says that it does not listen any more, or never did.
      this.#native.close(() => resolve());
      this.#native.closeAllConnections();
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse, asksToContinue: boolean): void {
    const exchange = new NodeExchange(request, response, this.#sweeper);
    exchange.lastOfConnection = this.#stopping;
    const intake = dispatch(this.#context, exchange, this.#sweeper.nowMs);
    if (intake === undefined) return;
    this.#sweeper.add(exchange);
    if (asksToContinue) response.writeContinue();
    request.on('data', (chunk: Buffer) => intake.take(chunk, false));
    request.on('end', () => intake.take(NOTHING, true));
  }
}

const NOTHING = new Uint8Array(0);

/** What can not be parsed, or does not arrive, gets an answer with a reason and no second chance. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const running = (socket as { _httpMessage?: unknown })._httpMessage;
  if (!socket.writable || error.code === 'ECONNRESET' || running) {
    socket.destroy();
    return;
  }
  const { status, body } = clientErrorAnswer(error);
  const head = `HTTP/1.1 ${statusLine(status)}\r\nConnection: close\r\n`;
  const type = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  socket.end(`${head}${type}\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}

function clientErrorAnswer(error: NodeJS.ErrnoException): { status: number; body: string } {
  if (error.code === 'HPE_HEADER_OVERFLOW') return HEADERS_TOO_LARGE;
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const body = errorBody('request_timeout', 'the request did not arrive in time');
    return { status: 408, body };
  }
  return { status: 400, body: errorBody('invalid_request', 'the request is not valid HTTP') };
}
