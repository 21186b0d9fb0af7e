/** A way through an HTTP proxy: `CONNECT`, for plain upstreams too (RFC 9110, 9.3.6). */
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { Proxy } from './proxy.ts';
import type { Place } from './tcp.ts';

/** Opens the tunnel; errors show neither login nor the proxy's own words. */
export function openHttpTunnel(
  proxy: Proxy,
  place: Place,
  done: buildConnector.Callback,
): () => void {
  const request = connectRequest(proxy, place);
  let tunnel: Socket | undefined;
  request.once('connect', (answer: IncomingMessage, socket: Socket, rest: Buffer) => {
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) {
      socket.destroy();
      return done(new Error(refusal(status)), null);
    }
    tunnel = socket;
    if (rest.byteLength > 0) socket.unshift(rest);
    done(null, socket);
  });
  request.once('error', (error) => done(error, null));
  request.end();
  return () => void (tunnel ?? request).destroy();
}

function connectRequest(proxy: Proxy, place: Place): ClientRequest {
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  const authority = `${host}:${place.port}`;
  const headers: Record<string, string> = { host: authority };
  if (proxy.user !== '' || proxy.password !== '') {
    const login = Buffer.from(`${proxy.user}:${proxy.password}`).toString('base64');
    headers['proxy-authorization'] = `Basic ${login}`;
  }
  const open = proxy.secure ? requestHttps : requestHttp;
  return open({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    headers,
    agent: false,
  });
}

function refusal(status: number): string {
  return status === 407
    ? 'the proxy does not accept the login (407)'
    : `the proxy refused the connection (${status})`;
}
