/** Switchyard's own keys, all below the top-level key `switchyard`. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import {
  choice,
  documented,
  duration,
  flag,
  leaf,
  list,
  section,
  text,
  whole,
  wholeLeaf,
} from '../scalars.ts';
import type { LimitsConfig, SocketConfig, UpstreamTimeouts } from '../types.ts';

/** More threads than this are a slip of the pen: each holds its own heap. */
const MAX_THREADS = 64;
/** Largest body limit: a decoded body has to fit into one buffer beside its translation. */
const MAX_BODY_MB = 1024;

const KIB = 1024;
const MIB = 1024 * 1024;

const defaultHosts = (): number => Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1));

const originLeaf = leaf('an origin such as https://app.example.com, or *', (value) => {
  if (value === '*') return value;
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { origin } = new URL(value);
  return origin !== 'null' && [origin, `${origin}/`].includes(value) ? origin : undefined;
});

const switchWord = (value: unknown): unknown =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : value;

/** Keys below `switchyard`. */
export const ownShape = {
  threads: section({
    hosts: documented(wholeLeaf(1, MAX_THREADS).default(defaultHosts), {
      type: 'number',
      description: 'Worker threads that hold the credentials.',
      shown: 'cores - 1, at least 1',
    }),
    fronts: whole(1, 'Threads that accept client connections.', 1, MAX_THREADS),
  }),
  sandbox: choice(
    ['auto', 'on', 'off'],
    'auto',
    'Built-in upstream for trying things out; `auto` = while no real credential exists.',
    switchWord,
  ),
  'state-dir': text('', 'Folder of the embedded store. Empty: `.switchyard` below `auth-dir`.'),
  limits: section({
    'max-body-mb': whole(64, 'Largest decoded request body, MiB.', 1, MAX_BODY_MB),
    'max-header-kb': whole(64, 'Largest request head, KiB.', 4, 1024),
    'request-timeout': duration(
      '60s',
      'Time within which head and body must arrive; 0 = no limit.',
    ),
    'max-open-requests': whole(10_000, 'Requests open at once per front thread.', 1, 1_000_000),
    'max-client-sockets': whole(10_000, 'Client WebSockets open at once per front thread.', 1, 1e6),
    'cpu-pool-kb': whole(1024, 'Body size, KiB, from which a helper thread translates.', 1, 1e6),
  }),
  cors: section({
    origins: list(originLeaf, 'Web origins that may call the API.', 'list of text'),
  }),
  upstream: section({
    'connect-timeout': duration('10s', 'Upstream connect; 0 = no limit, as for the next three.'),
    'header-timeout': duration('120s', 'Until the upstream answers with headers.'),
    'first-event-timeout': duration('180s', 'Until the first event of a stream.'),
    'idle-timeout': duration('300s', 'Between two events of a stream.'),
  }),
  sockets: section({
    'ping-seconds': whole(30, 'Pause between pings on WebSockets; 0 = none.', 0, 3600),
    idle: duration('10m', 'An upstream WebSocket without a turn is closed; 0 = no limit.'),
    'max-age': duration('50m', 'No turn begins on an older one: upstreams cut them after 60m.'),
    'per-credential': whole(1024, 'Upstream WebSockets of one credential.', 1, 100_000),
  }),
  'diagnostic-headers': flag(true, 'Send `x-switchyard-*` headers on answers.'),
  'unknown-model-status': documented(
    leaf('400 or 502', (value) => (value === 400 || value === 502 ? value : undefined)).default(
      400,
    ),
    { type: '`400` or `502`', description: 'Status for a model that nobody offers.' },
  ),
};

/** Decoded keys of this group. */
export type OwnKeys = z.output<z.ZodObject<typeof ownShape>>;

/** Limits in bytes and milliseconds. */
export function toLimits(limits: OwnKeys['limits']): LimitsConfig {
  return {
    maxBodyBytes: limits['max-body-mb'] * MIB,
    maxHeaderBytes: limits['max-header-kb'] * KIB,
    requestTimeoutMs: limits['request-timeout'],
    maxOpenRequests: limits['max-open-requests'],
    maxClientSockets: limits['max-client-sockets'],
    cpuPoolBytes: limits['cpu-pool-kb'] * KIB,
  };
}

/** Time limits of upstream calls. */
export function toUpstream(upstream: OwnKeys['upstream']): UpstreamTimeouts {
  return {
    connectMs: upstream['connect-timeout'],
    headersMs: upstream['header-timeout'],
    firstEventMs: upstream['first-event-timeout'],
    idleMs: upstream['idle-timeout'],
  };
}

/** Upstream WebSockets between turns, and pings on all WebSockets. */
export function toSockets(sockets: OwnKeys['sockets']): SocketConfig {
  return {
    pingMs: sockets['ping-seconds'] * 1000,
    idleMs: sockets.idle,
    maxAgeMs: sockets['max-age'],
    perCredential: sockets['per-credential'],
  };
}

/** Names below `switchyard` that no release knows, to be reported: most are typing errors. */
export function unknownOwnKeys(keys: OwnKeys): string[] {
  return unknownIn(keys, ownShape, 'switchyard');
}

/** Own sections know all their names; keys of others are free. */
function unknownIn(keys: object, shape: Readonly<Record<string, unknown>>, at: string): string[] {
  return Object.entries(keys).flatMap(([name, value]) => {
    const path = `${at}.${name}`;
    if (!Object.hasOwn(shape, name)) return [path];
    const inner = shapeOf(shape[name]);
    return inner === undefined ? [] : unknownIn(value as object, inner, path);
  });
}

/** Members of a section; undefined for a plain value. */
function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const object = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
  return object instanceof z.ZodObject ? object.shape : undefined;
}
