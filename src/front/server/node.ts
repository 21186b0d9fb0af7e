/** The server on node:http and ws: serves wherever the native one does not load. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { BodyReader } from './body-reader.ts';
import { listenFailure } from './listen-failure.ts';
import { NodeExchange } from './node-exchange.ts';
import { statusLine } from './status-text.ts';
import { SwitchyardError } from '../../errors.ts';
import { UpgradeHandler } from './node-socket.ts';
import type { Application, Server, ServerOptions } from './types.ts';

/** Milliseconds an idle client connection is kept: longer than clients keep theirs in their pools. */
const KEEP_ALIVE_MS = 60_000;

/** How often Node looks for requests whose head is late, milliseconds. */
const HEAD_CHECK_MS = 1_000;

/**
 * Listens with node:http.
 * @throws SwitchyardError `invalid_config` when the address is taken or a certificate does not work.
 */
export async function startNode(options: ServerOptions, app: Application): Promise<Server> {
  const server = await newServer(options);
  const upgrades = new UpgradeHandler(app, options.maxMessageBytes);
  server.headersTimeout = options.requestTimeoutMs;
  // The body's limit is ours (`BodyReader`), so that it is answered like every other error.
  server.requestTimeout = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('request', (message, response) => {
    const exchange = new NodeExchange(message, response);
    const sink = app.onRequest(exchange);
    // A request that breaks off ends with the response's 'close'; here it would be uncaught.
    message.on('error', () => undefined);
    // What nobody reads would stay in the way of the connection's next request.
    message.resume();
    if (sink === undefined || exchange.closed) return;
    const reader = new BodyReader(exchange, sink, options.requestTimeoutMs);
    message.on('data', (chunk: Buffer) => reader.add(chunk));
    message.on('end', () => reader.end());
  });
  server.on('upgrade', (message, socket, head) => upgrades.onUpgrade(message, socket, head));
  server.on('clientError', onClientError);
  await listen(server, options);
  return {
    backend: 'node',
    port: (server.address() as AddressInfo).port,
    stopListening: () => void server.close(),
    close: async () => {
      const closed = server.listening ? once(server, 'close') : Promise.resolve();
      server.close();
      upgrades.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function newServer({ tls, maxHeaderBytes }: ServerOptions): Promise<HttpServer> {
  const common = { maxHeaderSize: maxHeaderBytes, connectionsCheckingInterval: HEAD_CHECK_MS };
  if (tls === undefined) return createServer(common);
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    return createTlsServer({ ...common, cert, key });
  } catch (cause) {
    throw new SwitchyardError('invalid_config', {
      message: `tls: ${tls.cert} and ${tls.key} can not be used`,
      cause,
    });
  }
}

async function listen(server: HttpServer, { host, port, reusePort }: ServerOptions): Promise<void> {
  const address = host === '' ? { port } : { host, port };
  server.listen({ ...address, ...(reusePort ? { reusePort } : {}) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw listenFailure(host, port, cause);
  }
}

const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** A request that HTTP itself can not take: there is no exchange to answer it through. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERRORS[error.code ?? ''] ?? 400;
  const line = statusLine(status);
  const message = line.slice(line.indexOf(' ') + 1);
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error' } });
  const head = `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
