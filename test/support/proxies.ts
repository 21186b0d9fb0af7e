/**
 * Real outbound proxies on free ports: HTTP with `CONNECT`, and SOCKS5 (RFC 1928, 1929). Both lead
 * every name to this machine, so that a test can use names that no resolver knows.
 */
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cleanup } from './temp.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts';

/** What a proxy was asked for. */
export interface ProxyRequest {
  /** `host:port` as asked. */
  readonly target: string;
  /** `user:password`, or undefined when none was sent. */
  readonly login: string | undefined;
}

/** A running proxy. */
export interface OutboundProxy {
  readonly port: number;
  readonly requests: ProxyRequest[];
  /** Client connections that are open now. */
  readonly openConnections: number;
}

/** How a proxy behaves. */
export interface ProxyOptions {
  /** `user:password` that is asked for. */
  login?: string;
  /** Refuses every target. */
  refuse?: boolean;
  /** Accepts connections and never answers. */
  silent?: boolean;
  /** HTTP proxy only: TLS on the way to it. */
  tls?: boolean;
}

/** Starts an HTTP proxy that knows nothing but `CONNECT`. */
export async function startConnectProxy(
  test: Cleanup,
  options: ProxyOptions = {},
): Promise<OutboundProxy> {
  const server = options.tls
    ? createHttps({ key: TEST_KEY, cert: TEST_CERTIFICATE })
    : createHttp();
  const requests: ProxyRequest[] = [];
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    const login = basicLogin(request.headers['proxy-authorization']);
    const target = request.url ?? '';
    requests.push({ target, login });
    // HTTP servers keep half-open connections.
    if (options.silent) return void client.resume().once('end', () => client.destroy());
    if (options.login !== undefined && login !== options.login) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    } else if (options.refuse) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\nno way');
    else join(client, target, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return listen(test, server, requests);
}

/** Starts a SOCKS5 proxy. */
export async function startSocksProxy(
  test: Cleanup,
  options: ProxyOptions = {},
): Promise<OutboundProxy> {
  const requests: ProxyRequest[] = [];
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    if (options.silent) client.resume();
    else void serveSocks(client, options, requests);
  });
  return listen(test, server, requests);
}

const NO_LOGIN = 0x00;
const USER_LOGIN = 0x02;
const NONE_ACCEPTABLE = 0xff;
const NOT_ALLOWED = 0x02;

async function serveSocks(
  client: Socket,
  options: ProxyOptions,
  requests: ProxyRequest[],
): Promise<void> {
  const bytes = new ByteReader(client);
  const methods = await bytes.take((await bytes.take(2))[1] ?? 0);
  const wanted = options.login === undefined ? NO_LOGIN : USER_LOGIN;
  if (!methods.includes(wanted)) return void client.end(Buffer.from([5, NONE_ACCEPTABLE]));
  client.write(Buffer.from([5, wanted]));
  let login: string | undefined;
  if (wanted === USER_LOGIN) {
    const user = await bytes.take((await bytes.take(2))[1] ?? 0);
    const password = await bytes.take((await bytes.take(1))[0] ?? 0);
    login = `${user.toString()}:${password.toString()}`;
    const right = login === options.login;
    client.write(Buffer.from([1, right ? 0 : 1]));
    if (!right) return void client.end();
  }
  const target = await socksTarget(bytes);
  requests.push({ target, login });
  const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (options.refuse) return void client.end(reply(NOT_ALLOWED));
  bytes.release();
  join(client, target, () => client.write(reply(0)));
}

/** Address kinds of RFC 1928, 5. */
async function socksTarget(bytes: ByteReader): Promise<string> {
  const kind = (await bytes.take(4))[3];
  const length = kind === 3 ? ((await bytes.take(1))[0] ?? 0) : kind === 1 ? 4 : 16;
  const address = await bytes.take(length);
  const host = kind === 3 ? address.toString() : [...address].join('.');
  return `${host}:${(await bytes.take(2)).readUInt16BE()}`;
}

/** Reads a handshake piece by piece. */
class ByteReader {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
  }

  async take(count: number): Promise<Buffer> {
    if (count === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes = this.#socket.read(count) as Buffer | null;
      if (bytes !== null) return bytes;
      await once(this.#socket, 'readable');
    }
  }

  release(): void {
    this.#socket.removeAllListeners('readable');
  }
}

function join(client: Duplex, target: string, onConnect: () => void): void {
  const upstream = connect(Number(target.slice(target.lastIndexOf(':') + 1)), '127.0.0.1', () => {
    onConnect();
    client.pipe(upstream).pipe(client);
  });
  client.on('error', () => upstream.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.destroy());
}

function basicLogin(header: string | undefined): string | undefined {
  return header === undefined
    ? undefined
    : Buffer.from(header.replace(/^Basic /, ''), 'base64').toString();
}

async function listen(
  test: Cleanup,
  server: Server,
  requests: ProxyRequest[],
): Promise<OutboundProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    get openConnections() {
      return sockets.size;
    },
  };
}
