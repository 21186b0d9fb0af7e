/**
 * Which outbound proxy a request takes: the configured one, none, or the environment's (config.md
 * 2.7 and 8). Pure. A configured value that is not usable is an error; the reference logs a line and
 * goes on without it, and so shows an address that the operator meant to hide.
 */
import { SwitchyardError } from '../errors.ts';
import { isLoopback, matchesNoProxy } from './no-proxy.ts';

/** A proxy to connect through. */
export interface Proxy {
  readonly kind: 'http' | 'socks';
  /** The way to the proxy itself is TLS (`https:`). */
  readonly secure: boolean;
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Login; `''` = none. */
  readonly user: string;
  readonly password: string;
  /** Scheme, host and port: what messages may show. */
  readonly shown: string;
}

/** Environment variables, e.g. `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
};

/**
 * The proxy of a request to `url`; undefined: a direct connection. `proxyUrl`: as configured, `''` =
 * the environment decides.
 * @throws SwitchyardError `upstream_connect_failed` for values that are not usable; never shows logins.
 */
export function proxyFor(url: URL, proxyUrl: string, env: Environment): Proxy | undefined {
  const configured = proxyUrl.trim();
  const word = configured.toLowerCase();
  if (word === 'direct' || word === 'none') return undefined;
  if (configured !== '') return parseProxy(configured, 'proxy-url');
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(env, name);
  if (value === '' || isLoopback(url.hostname)) return undefined;
  if (matchesNoProxy(url, variable(env, 'NO_PROXY'))) return undefined;
  // Many set it without a scheme, and all tools take that for HTTP.
  return parseProxy(value.includes('://') ? value : `http://${value}`, name);
}

/** Upper case first, then lower case (config.md 8). */
function variable(env: Environment, name: string): string {
  return (env[name] || env[name.toLowerCase()] || '').trim();
}

/** `source`: name of the setting, for messages. */
function parseProxy(value: string, source: string): Proxy {
  if (!URL.canParse(value)) throw unusable(source, 'it is not a URL');
  const url = new URL(value);
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined) {
    throw unusable(source, 'its scheme is not http, https, socks5 or socks5h');
  }
  if (url.hostname === '') throw unusable(source, 'it names no host');
  const port = url.port === '' ? defaultPort : Number(url.port);
  return {
    kind: url.protocol.startsWith('socks') ? 'socks' : 'http',
    secure: url.protocol === 'https:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    user: decoded(url.username),
    password: decoded(url.password),
    shown: `${url.protocol}//${url.hostname}:${port}`,
  };
}

/** User-info is percent-encoded; passwords with a bare `%` are taken as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unusable(source: string, reason: string): SwitchyardError {
  return new SwitchyardError('upstream_connect_failed', {
    message: `${source} is not usable: ${reason}`,
  });
}
