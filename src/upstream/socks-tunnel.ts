/**
 * A way through a SOCKS5 proxy (RFC 1928, login RFC 1929). Names are resolved by the proxy for
 * `socks5` as for `socks5h`, as the reference does: the names to hide are often not resolvable here.
 */
import { SocksClient } from 'socks';
import type { buildConnector } from 'undici';
import type { Proxy } from './proxy.ts';
import { openTcp, type Place } from './tcp.ts';

/**
 * The library's own limit. It can not be switched off, and its timer lives that long even after
 * success: so longer than sensible connect limits, and not much longer.
 */
export const SOCKS_LIMIT_MS = 120_000;

/** Opens the tunnel; errors show no login. */
export function openSocksTunnel(
  proxy: Proxy,
  place: Place,
  done: buildConnector.Callback,
): () => void {
  return openTcp(proxy, (error, socket) => {
    if (error !== null) return done(error, null);
    const login = proxy.user !== '' || proxy.password !== '';
    const client = new SocksClient({
      proxy: {
        type: 5,
        host: proxy.host,
        port: proxy.port,
        ...(login ? { userId: proxy.user, password: proxy.password } : {}),
      },
      command: 'connect',
      destination: place,
      timeout: SOCKS_LIMIT_MS,
      existing_socket: socket,
    });
    client.once('established', () => done(null, socket));
    // The library's error carries the login in its options: only its text goes on.
    client.once('error', (failure) => done(new Error(failure.message), null));
    client.connect(socket);
  });
}
