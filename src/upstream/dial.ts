/** Opens the socket of a connection: a way to the host, direct or through a proxy, and TLS on it. */
import { buildConnector } from 'undici';
import { openHttpTunnel } from './http-tunnel.ts';
import type { Proxy } from './proxy.ts';
import { openSocksTunnel } from './socks-tunnel.ts';
import { openTcp, type Place } from './tcp.ts';

/** Opens a socket, and calls `done` once. The result gives up at once; `done` may then never come. */
export type Dial = (target: buildConnector.Options, done: buildConnector.Callback) => () => void;

/** Opens the way to a place without TLS to it, as {@link Dial} does. */
export type OpenWay = (place: Place, done: buildConnector.Callback) => () => void;

/** Pause before TCP asks whether the other side still lives; routers forget silent connections. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** How connections of one pool are opened. Limits are the caller's business. */
export function dialThrough(proxy: Proxy | undefined): Dial {
  const open = wayThrough(proxy);
  // Keeps the TLS sessions of this pool. No limit of its own.
  const secure = buildConnector({ timeout: 0 });
  return (target, done) => {
    const place = { host: target.hostname, port: portOf(target) };
    let cancel = open(place, (error, way) => {
      if (error !== null) return done(error, null);
      way.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      if (target.protocol !== 'https:') return done(null, way);
      cancel = () => void way.destroy();
      secure({ ...target, httpSocket: way }, done);
    });
    return () => cancel();
  };
}

function wayThrough(proxy: Proxy | undefined): OpenWay {
  if (proxy === undefined) return openTcp;
  return (place, done) =>
    proxy.kind === 'socks'
      ? openSocksTunnel(proxy, place, done)
      : openHttpTunnel(proxy, place, done);
}

function portOf(target: buildConnector.Options): number {
  if (target.port !== '') return Number(target.port);
  return target.protocol === 'https:' ? 443 : 80;
}
