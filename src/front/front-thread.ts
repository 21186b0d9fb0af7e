/** Builds a front inside its worker thread and offers its control interface. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { Access } from './access.ts';
import { Cors } from './cors.ts';
import { expose, remote } from '../threads/control.ts';
import { Front } from './front.ts';
import { HostLinks } from './host-links.ts';
import { flushLogs, loggerFor, plainLoggerFor, setDebug, type Log } from '../observe/log.ts';
import { Router } from './router.ts';
import { startServer } from './server/index.ts';
import { Ticker } from './ticker.ts';
import type { FrontControl, FrontServices, FrontSettings, ListenOptions } from './control.ts';
import type { FrontState } from './front-state.ts';
import type { RoutingTable } from '../routing/table.ts';
import type { Server, ServerOptions } from './server/types.ts';
import type { WorkerId } from '../ids.ts';

/** How often a drain looks whether the requests are done, milliseconds. */
const DRAIN_POLL_MS = 25;

interface Running {
  front: Front;
  state: FrontState;
  log: Log;
  server: Server | undefined;
}

/** Serves control calls on the thread's port; the front exists from `start` on. */
export function serveFront(port: MessagePort): void {
  let running: Running | undefined;
  const started = (): Running => {
    if (running === undefined) throw new Error('the front was not started');
    return running;
  };
  const control: FrontControl = {
    start: async (id, settings, table, services) => {
      running = newFront(id, settings, table, services);
    },
    listen: async (options) => {
      const current = started();
      const { settings } = current.state;
      current.server = await startServer(
        serverOptions(options, settings),
        current.front,
        current.log,
      );
      return { port: current.server.port, backend: current.server.backend };
    },
    attachHost: async (host, hostPort, board) =>
      started().state.links.attach(host, hostPort, board),
    configure: async (settings, table) => configure(started(), settings, table),
    applyBindings: async (changes) => started().state.router.applyBindings(changes),
    drain: (deadlineMs) => drain(started(), deadlineMs),
    snapshot: async () => {
      const { front, state } = started();
      return {
        openRequests: front.openRequests,
        openStreams: state.links.openStreams,
        bindings: state.router.bindings,
        heapUsedBytes: process.memoryUsage().heapUsed,
      };
    },
  };
  expose(control, port);
}

function newFront(
  id: WorkerId,
  settings: FrontSettings,
  table: RoutingTable,
  servicesPort: MessagePort,
): Running {
  const log = loggerFor(id, settings.debug);
  const services = remote<FrontServices>(servicesPort);
  const links = new HostLinks();
  links.onError = (error) => log.error({ err: error }, 'a frame of a host failed');
  const router = new Router({
    table,
    settings,
    states: links.states,
    random: Math.random,
    onBindings: (changes) => {
      services.bindingsChanged(changes).catch((thrown: unknown) => {
        log.warn({ err: thrown }, 'bindings could not be passed on');
      });
    },
  });
  const state: FrontState = {
    settings,
    access: new Access(settings.apiKeys),
    cors: new Cors(settings.cors.origins),
    router,
    links,
    ticker: new Ticker(() => performance.now()),
    log,
    requestLog: plainLoggerFor(id),
    now: Date.now,
  };
  return { front: new Front(state), state, log, server: undefined };
}

function configure({ front, state }: Running, settings: FrontSettings, table: RoutingTable): void {
  state.settings = settings;
  state.access = new Access(settings.apiKeys);
  state.cors = new Cors(settings.cors.origins);
  state.router.configure(settings, table);
  setDebug(settings.debug);
  front.sockets.configured();
}

/**
 * Stops listening and waits for the open requests; what is left at the deadline is cut. Sockets end
 * with a close frame behind their turn, and one look later than that: it has to leave.
 */
async function drain({ front, state, server }: Running, deadlineMs: number): Promise<void> {
  server?.stopListening();
  const endAt = performance.now() + deadlineMs;
  const sockets = front.sockets.open > 0;
  front.sockets.retire();
  while (front.openRequests > 0 && performance.now() < endAt) await delay(DRAIN_POLL_MS);
  front.sockets.end();
  if (sockets) await delay(DRAIN_POLL_MS);
  await server?.close();
  state.links.close();
  flushLogs();
}

function serverOptions(
  { host, port, reusePort }: ListenOptions,
  { limits, tls }: FrontSettings,
): ServerOptions {
  return {
    host,
    port,
    tls: tls.enable ? { cert: tls.cert, key: tls.key } : undefined,
    maxHeaderBytes: limits.maxHeaderBytes,
    requestTimeoutMs: limits.requestTimeoutMs,
    // A frame may be a whole conversation, as a body (clients.md 2, row 2).
    maxMessageBytes: limits.maxBodyBytes,
    reusePort,
  };
}
