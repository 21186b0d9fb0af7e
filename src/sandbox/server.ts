/**
 * The sandbox: a local upstream with the endpoints, answers, cache and faults of a real one, so that
 * Switchyard can be tried and tested without an account. Speaks Responses (HTTP and WebSocket) and
 * Chat Completions.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accountName, type AccountStats } from './accounts.ts';
import type { Fault } from './commands.ts';
import { errorBody, errorTypeOf } from './errors-wire.ts';
import { sendJson, sendOutcome } from './reply.ts';
import { readRequest, type TurnKind } from './request.ts';
import { SandboxSockets, type Caller } from './sockets.ts';
import { SandboxUpstream, type ObservedTurn } from './upstream.ts';

/** Bytes of a request body; above every limit that a front is likely to have. */
export const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Settings; all have defaults. */
export interface SandboxOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
  /** Unix ms, for cache lifetimes and reset times. */
  nowMs?: () => number;
  /** Is told of every turn as it is decided. */
  onTurn?: (turn: ObservedTurn) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** e.g. `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** WebSockets that are open now. */
  readonly openSockets: number;
  /** Counters by account name. */
  stats(): Record<string, AccountStats>;
  /** Makes an account answer 429 `usage_limit_reached` for some time. */
  exhaust(account: string, seconds: number): void;
  /** Makes the next turns of an account fail. */
  fail(account: string, fault: Fault, times?: number): void;
  close(): Promise<void>;
}

/** Endings of the paths that are served, whatever stands before them. */
const TURN_PATHS: [string, TurnKind][] = [
  ['/responses/compact', 'compact'],
  ['/responses', 'responses'],
  ['/chat/completions', 'chat'],
];

/** Starts a sandbox. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const nowMs = options.nowMs ?? Date.now;
  const upstream = new SandboxUpstream(nowMs, options.onTurn);
  const sockets = new SandboxSockets(upstream, MAX_BODY_BYTES);
  const server = createServer((request, response) => {
    handle(upstream, request, response).catch((error: unknown) => {
      // The client left, or the sandbox is wrong: either way nobody waits for more of this answer.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.on('upgrade', (request, stream, head) =>
    sockets.upgrade(callerOf(request), request, stream, head),
  );
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<unknown> | undefined;
  const { address, port } = server.address() as AddressInfo;
  return {
    origin: `http://${address}:${port}`,
    get openSockets() {
      return sockets.open;
    },
    stats: () => upstream.accounts.stats(),
    exhaust: (account, seconds) => upstream.accounts.exhaust(account, nowMs() + seconds * 1000),
    fail: (account, fault, times = 1) => upstream.accounts.plan(account, fault, times),
    close: async () => {
      closed ??= once(server, 'close');
      server.close();
      server.closeAllConnections();
      sockets.close();
      await closed;
    },
  };
}

async function handle(
  upstream: SandboxUpstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  const { path, account, session } = callerOf(request);
  const kind = TURN_PATHS.find(([ending]) => path.endsWith(ending))?.[1];
  if (account === undefined)
    return refuse(response, 401, 'send a bearer token: it names the account');
  if (request.method === 'GET' && path.endsWith('/models')) {
    return sendJson(response, 200, upstream.models());
  }
  if (kind === undefined) return refuse(response, 404, `the sandbox does not serve ${path}`);
  if (request.method !== 'POST') return refuse(response, 405, 'send a POST request');
  if (body === undefined)
    return refuse(response, 413, `a body has at most ${MAX_BODY_BYTES} bytes`);
  const parsed = readRequest(kind, parseJson(body));
  if (typeof parsed === 'string') return refuse(response, 400, parsed);
  const origin = { account, session, transport: 'http', bytes: body.length, held: 0 } as const;
  return sendOutcome(response, parsed, upstream.decide(origin, parsed));
}

function callerOf({ headers, url }: IncomingMessage): Caller {
  const token = /^Bearer\s+(\S+)/i.exec(headers.authorization ?? '')?.[1];
  const [path = ''] = (url ?? '').split('?');
  const session = String(headers['session-id'] ?? headers['session_id'] ?? '');
  return { path, session, account: token && accountName(token) };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, errorBody(errorTypeOf(status), message));
}

/** The whole body; undefined when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

/** Undefined for what is not JSON: the schema then says that an object was expected. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
