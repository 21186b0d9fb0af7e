/** One server with a scripted application, and small clients for it. */
import assert from 'node:assert/strict';
import { connect as connectTls } from 'node:tls';
import { openRaw, type RawConnection } from '../../support/raw-socket.ts';
import { waitUntil } from '../../support/wait.ts';
import type {
  Application,
  BodySink,
  Exchange,
  Server,
  ServerOptions,
} from '../../../src/front/server/types.ts';
import type { Cleanup } from '../../support/temp.ts';

/** Starts the server under test. */
export type Start = (options: ServerOptions, app: Application) => Promise<Server>;

/** Generous limits, so that only the limit under test is met. */
export const OPTIONS: ServerOptions = {
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  maxHeaderBytes: 64 * 1024,
  requestTimeoutMs: 60_000,
  maxMessageBytes: 16 * 1024 * 1024,
  reusePort: false,
};

export const JSON_TYPE = ['content-type', 'application/json'];

/** A running server. */
export interface Running {
  readonly server: Server;
  readonly origin: string;
  /** All exchanges so far. */
  readonly exchanges: Exchange[];
  raw(text?: string): Promise<RawConnection>;
}

/** Starts a server that ends with the test. */
export async function run(
  test: Cleanup,
  start: Start,
  onRequest: Application['onRequest'],
  options: Partial<ServerOptions> = {},
  onUpgrade: Application['onUpgrade'] = refuseUpgrade,
): Promise<Running> {
  const exchanges: Exchange[] = [];
  const server = await start(
    { ...OPTIONS, ...options },
    {
      onRequest: (exchange) => {
        exchanges.push(exchange);
        return onRequest(exchange);
      },
      onUpgrade: (exchange) => {
        exchanges.push(exchange);
        return onUpgrade(exchange);
      },
    },
  );
  test.after(() => server.close());
  const origin = `http://127.0.0.1:${server.port}`;
  const raw = async (text = ''): Promise<RawConnection> => {
    const connection = await openRaw(origin);
    test.after(() => Promise.resolve(connection.close()));
    if (text !== '') connection.write(Buffer.from(text, 'latin1'));
    return connection;
  };
  return { server, origin, exchanges, raw };
}

export const refuseUpgrade = (exchange: Exchange): undefined => {
  exchange.head(426, JSON_TYPE);
  exchange.end('{"error":{"message":"use HTTP"}}');
};

/** Replies at once. */
export const reply =
  (text: string, status = 200, headers: string[] = []) =>
  (exchange: Exchange): undefined => {
    exchange.head(status, [...JSON_TYPE, ...headers]);
    exchange.end(text);
  };

/** A sink that answers what happened: `body <bytes>`, `too large`, `timeout`. */
export function reportingSink(exchange: Exchange, limit = 16 * 1024 * 1024): BodySink {
  const answer = (status: number, text: string): void => void reply(text, status)(exchange);
  return {
    limit,
    onBody: (bytes) => answer(200, `body ${bytes.byteLength}`),
    onTooLarge: () => answer(413, 'too large'),
    onTimeout: () => answer(408, 'timeout'),
  };
}

/** Text of one request without a body. */
export const get = (path: string, lines: string[] = [], method = 'GET'): string =>
  [`${method} ${path} HTTP/1.1`, 'host: x', ...lines, '', ''].join('\r\n');

/** Waits for text from the server. */
export const arrives = (connection: RawConnection, text: string | RegExp): Promise<string> =>
  waitUntil(
    () => {
      const { received } = connection;
      const found = typeof text === 'string' ? received.includes(text) : text.test(received);
      return found ? received : undefined;
    },
    `${String(text)} from the server`,
  );

/** Status codes of all answers received so far. */
export const statusesOf = (connection: RawConnection): number[] =>
  [...connection.received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

/** Headers of the first answer, names in lower case. */
export function headersOf(connection: RawConnection): Record<string, string> {
  const [head = ''] = connection.received.split('\r\n\r\n');
  const pairs = head.split('\r\n').slice(1);
  return Object.fromEntries(
    pairs.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 2),
    ]),
  );
}

/** Status line and body of a request over TLS. */
export async function getOverTls(port: number, path: string, ca: Buffer): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' });
  let text = '';
  let failure: Error | undefined;
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', (error) => (failure = error));
  socket.write(get(path, ['connection: close']));
  await waitUntil(() => failure !== undefined || socket.closed, 'the TLS connection to end');
  assert.equal(failure, undefined);
  return text;
}
