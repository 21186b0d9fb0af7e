/** Builds an actor host inside its worker thread and offers its control interface. */
import type { MessagePort } from 'node:worker_threads';
import { ActorHost } from './host.ts';
import { expose } from '../threads/control.ts';
import { keeperFor } from './tokens/keepers.ts';
import { flushLogs, loggerFor, setDebug } from '../observe/log.ts';
import { PooledTranslation } from './translation.ts';
import { systemClock } from '../upstream/clock.ts';
import { UpstreamHttp } from '../upstream/http.ts';
import { UpstreamSockets } from '../upstream/socket/client.ts';
import type { HostControl } from './control.ts';
import type { HostSettings } from './settings.ts';
import type { SocketLimits } from '../upstream/socket/types.ts';

/** Serves control calls on the thread's port; the host exists from `start` on. */
export function serveHost(port: MessagePort): void {
  let host: ActorHost | undefined;
  let apply: (settings: HostSettings) => void = () => undefined;

  const started = (): ActorHost => {
    if (host === undefined) throw new Error('the host was not started');
    return host;
  };

  const control: HostControl = {
    start(id, settings) {
      let { proxyUrl } = settings;
      const upstream = new UpstreamHttp({ timeouts: settings.upstream });
      const sockets = new UpstreamSockets({
        timeouts: settings.upstream,
        limits: socketLimits(settings),
      });
      const log = loggerFor(id, settings.debug);
      const translation = new PooledTranslation(settings.cpuPoolBytes, log);
      host = new ActorHost({
        settings,
        upstream,
        sockets,
        translation,
        log,
        now: Date.now,
        clockMs: () => systemClock.now(),
        keeperFor: (record, onNewToken) =>
          keeperFor(record, upstream, () => proxyUrl, log, { onNewToken }),
      });
      apply = (next) => {
        proxyUrl = next.proxyUrl;
        upstream.setTimeouts(next.upstream);
        sockets.setTimeouts(next.upstream);
        sockets.setLimits(socketLimits(next));
        translation.poolBytes = next.cpuPoolBytes;
        setDebug(next.debug);
        started().reconfigure(next);
      };
      return Promise.resolve();
    },
    attachFront: async (front, frontPort, board) => started().attachFront(front, frontPort, board),
    assign: async (assignments) => started().assign(assignments),
    remove: async (ids) => started().remove(ids),
    lookAgain: async (ids) => started().lookAgain(ids),
    reconfigure: async (settings) => apply(settings),
    drain: async (deadlineMs) => {
      await started().drain(deadlineMs);
      flushLogs();
    },
    snapshot: async () => started().snapshot(),
  };
  expose(control, port);
}

function socketLimits({ sockets, maxAnswerBytes }: HostSettings): SocketLimits {
  return { idleMs: sockets.idleMs, pingMs: sockets.pingMs, maxFrameBytes: maxAnswerBytes };
}
