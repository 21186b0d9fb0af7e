/** The local listener that a browser login comes back to (codex.md 6.1, providers.md 7.2). */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errnoOf } from '../credentials/json-file.ts';
import { SwitchyardError } from '../errors.ts';
import { readCallback, type CallbackAnswer } from '../providers/oauth/callback.ts';
import type { CliClock } from './io.ts';

/** Reading a request and writing an answer may take this long. */
const SOCKET_LIMIT_MS = 10_000;

/** After the redirect, the browser has this long to fetch the page behind it. */
const SUCCESS_PAGE_MS = 2000;

const SUCCESS_PATH = '/success';

const SUCCESS_PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Switchyard</title>
<body style="font-family: sans-serif; margin: 4em">
<h1>Signed in</h1><p>You can close this page. The terminal says how it went on.</p></body></html>
`;

/** A listener that waits for one answer. */
export interface CallbackServer {
  readonly port: number;
  /** The first answer that is complete, whatever it says. */
  readonly answer: Promise<CallbackAnswer>;
  /** Lets the browser fetch the last page, then closes everything. */
  close(): Promise<void>;
}

/** What a listener waits for. */
export interface Awaited {
  port: number;
  /** Path of the callback. */
  path: string;
  /** Of the login that waits. */
  state: string;
}

/**
 * Listens on loopback.
 * @throws SwitchyardError `callback_port_in_use`
 */
export async function startCallbackServer(
  { port, path, state }: Awaited,
  clock: CliClock,
): Promise<CallbackServer> {
  let settle = (_: CallbackAnswer): void => undefined;
  const answer = new Promise<CallbackAnswer>((resolve) => (settle = resolve));
  let pageShown = (): void => undefined;
  const shown = new Promise<void>((resolve) => (pageShown = resolve));
  let redirected = false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (refused(request, response, [path, SUCCESS_PATH].includes(url.pathname))) return;
    if (url.pathname === SUCCESS_PATH) {
      response.once('close', pageShown);
      return reply(response, 200, SUCCESS_PAGE, { 'content-type': 'text/html; charset=utf-8' });
    }
    const read = readCallback(url.searchParams, state);
    redirected ||= read.kind === 'code';
    answerCallback(response, read);
    if (read.kind !== 'incomplete') settle(read);
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    answer,
    close: async () => {
      if (redirected) await withinLimit(shown, clock);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Other paths and methods are answered here. */
function refused(request: IncomingMessage, response: ServerResponse, isOurs: boolean): boolean {
  if (!isOurs) reply(response, 404, 'Not found\n');
  else if (request.method !== 'GET') reply(response, 405, 'Use GET\n', { allow: 'GET' });
  else return false;
  return true;
}

function answerCallback(response: ServerResponse, read: CallbackAnswer): void {
  switch (read.kind) {
    case 'code':
      return reply(response, 302, '', { location: SUCCESS_PATH });
    case 'error':
      return reply(response, 400, `OAuth error: ${read.reason}\n`);
    case 'state':
      return reply(response, 400, 'This answer belongs to another login.\n');
    case 'incomplete':
      return reply(response, 400, 'The answer has no code or no state.\n');
  }
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, { ...plain, connection: 'close', ...headers });
  response.end(body);
}

async function listen(server: Server, port: number): Promise<void> {
  server.headersTimeout = SOCKET_LIMIT_MS;
  server.requestTimeout = SOCKET_LIMIT_MS;
  server.setTimeout(SOCKET_LIMIT_MS);
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    const reason = errnoOf(thrown) === 'EADDRINUSE' ? 'is in use' : `fails (${errnoOf(thrown)})`;
    const message =
      `port ${port} of this machine ${reason}: another login may be waiting there; ` +
      'a login with --no-browser does without it';
    throw new SwitchyardError('callback_port_in_use', { message });
  }
}

function withinLimit(done: Promise<void>, clock: CliClock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(SUCCESS_PAGE_MS, resolve);
    void done.then(() => {
      cancel();
      resolve();
    });
  });
}
