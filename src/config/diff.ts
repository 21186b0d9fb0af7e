/**
 * The lines that a reload writes to the debug log (routing.md 16). Keys and header values never
 * appear; of addresses only scheme and host do.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CredentialRecord } from '../credentials/record.ts';
import { formatDuration } from './duration.ts';
import { compatLines, entryLines } from './diff-entries.ts';
import { changeLine, urlLine } from './diff-values.ts';
import type { Config } from './types.ts';

type Reader = (config: Config) => string | number | boolean;

const seconds = (ms: number): number => ms / 1000;
const KIB = 1024;
const MIB = 1024 * 1024;

/** Key of the file and its value in the file's own unit. */
const SCALARS: ReadonlyArray<readonly [string, Reader]> = [
  ['host', (c) => c.host],
  ['port', (c) => c.port],
  ['tls.enable', (c) => c.tls.enable],
  ['tls.cert', (c) => c.tls.cert],
  ['tls.key', (c) => c.tls.key],
  ['auth-dir', (c) => c.authDir],
  ['debug', (c) => c.debug],
  ['force-model-prefix', (c) => c.routing.forceModelPrefix],
  ['routing.strategy', (c) => c.routing.strategy],
  ['routing.session-affinity', (c) => c.routing.sessionAffinity],
  ['routing.session-affinity-ttl', (c) => formatDuration(c.routing.sessionAffinityTtlMs)],
  ['request-retry', (c) => c.retry.requestRetry],
  ['max-retry-credentials', (c) => c.retry.maxRetryCredentials],
  ['max-retry-interval', (c) => seconds(c.retry.maxRetryIntervalMs)],
  ['disable-cooling', (c) => c.retry.disableCooling],
  ['transient-error-cooldown-seconds', (c) => transient(c.retry.transientCooldownMs)],
  ['passthrough-headers', (c) => c.answers.passthroughHeaders],
  ['nonstream-keepalive-interval', (c) => seconds(c.answers.nonstreamKeepaliveMs)],
  ['streaming.keepalive-seconds', (c) => seconds(c.answers.streamKeepaliveMs)],
  ['streaming.bootstrap-retries', (c) => c.retry.bootstrapRetries],
  ['codex-header-defaults.user-agent', (c) => c.codexHeaderDefaults.userAgent],
  ['codex-header-defaults.beta-features', (c) => c.codexHeaderDefaults.betaFeatures],
  ['disable-image-generation', (c) => c.disableImageGeneration],
  ['codex.stream-bootstrap-buffering', (c) => c.codexBootstrapBuffering],
  ['gpt-image-2-base-model', (c) => c.imageBaseModel],
  ['switchyard.threads.hosts', (c) => c.threads.hosts],
  ['switchyard.threads.fronts', (c) => c.threads.fronts],
  ['switchyard.sandbox', (c) => c.sandbox],
  ['switchyard.state-dir', (c) => c.stateDir],
  ['switchyard.limits.max-body-mb', (c) => c.limits.maxBodyBytes / MIB],
  ['switchyard.limits.max-header-kb', (c) => c.limits.maxHeaderBytes / KIB],
  ['switchyard.limits.request-timeout', (c) => formatDuration(c.limits.requestTimeoutMs)],
  ['switchyard.limits.max-open-requests', (c) => c.limits.maxOpenRequests],
  ['switchyard.limits.max-client-sockets', (c) => c.limits.maxClientSockets],
  ['switchyard.limits.cpu-pool-kb', (c) => c.limits.cpuPoolBytes / KIB],
  ['switchyard.upstream.connect-timeout', (c) => formatDuration(c.upstream.connectMs)],
  ['switchyard.upstream.header-timeout', (c) => formatDuration(c.upstream.headersMs)],
  ['switchyard.upstream.first-event-timeout', (c) => formatDuration(c.upstream.firstEventMs)],
  ['switchyard.upstream.idle-timeout', (c) => formatDuration(c.upstream.idleMs)],
  ['switchyard.sockets.ping-seconds', (c) => c.sockets.pingMs / 1000],
  ['switchyard.sockets.idle', (c) => formatDuration(c.sockets.idleMs)],
  ['switchyard.sockets.max-age', (c) => formatDuration(c.sockets.maxAgeMs)],
  ['switchyard.sockets.per-credential', (c) => c.sockets.perCredential],
  ['switchyard.diagnostic-headers', (c) => c.answers.diagnosticHeaders],
  ['switchyard.unknown-model-status', (c) => c.routing.unknownModelStatus],
];

const transient = (ms: number): number => (ms < 0 ? -1 : seconds(ms));

function secretListLine(before: readonly string[], after: readonly string[]): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before.length === after.length) {
    return ['api-keys: values updated (count unchanged, redacted)'];
  }
  return [`api-keys count: ${before.length} -> ${after.length}`];
}

type ListMap = Readonly<Record<string, readonly unknown[]>>;

function mapLines(key: string, before: ListMap, after: ListMap): string[] {
  const channels = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return channels.flatMap((channel) => {
    const [old, now] = [before[channel], after[channel]];
    if (isDeepStrictEqual(old, now)) return [];
    const name = `${key}[${channel}]`;
    if (!now) return [`${name}: removed`];
    if (!old) return [`${name}: added (${now.length} entries)`];
    return [`${name}: updated (${old.length} -> ${now.length} entries)`];
  });
}

/** One line per change between two configurations; empty when they say the same. */
export function diffConfig(before: Config, after: Config): string[] {
  const origins = [before.cors.origins, after.cors.origins] as const;
  return [
    ...SCALARS.flatMap(([key, read]) => changeLine(key, read(before), read(after))),
    ...urlLine('proxy-url', before.proxyUrl, after.proxyUrl),
    ...secretListLine(before.apiKeys, after.apiKeys),
    ...(isDeepStrictEqual(...origins)
      ? []
      : [
          `switchyard.cors.origins: updated (${origins[0].length} -> ${origins[1].length} entries)`,
        ]),
    ...entryLines('gemini', 'gemini-api-key', before.credentials, after.credentials),
    ...entryLines('claude', 'claude-api-key', before.credentials, after.credentials),
    ...entryLines('codex', 'codex-api-key', before.credentials, after.credentials),
    ...entryLines('vertex', 'vertex-api-key', before.credentials, after.credentials),
    ...compatLines(before.credentials, after.credentials),
    ...mapLines('payload', { rules: before.payload }, { rules: after.payload }),
    ...mapLines('oauth-model-alias', before.oauthModelAlias, after.oauthModelAlias),
    ...mapLines('oauth-excluded-models', before.oauthExcludedModels, after.oauthExcludedModels),
    ...mapLines(
      'oauth-request-scoped-errors',
      before.oauthRequestScopedErrors,
      after.oauthRequestScopedErrors,
    ),
  ];
}

const isOfFile = ({ source }: CredentialRecord): boolean => source.kind === 'file';

/**
 * Lines for credential files between two scans: added, removed, and the fields of routing.md 16.
 * Records of the configuration are passed over.
 */
export function diffCredentialFiles(
  before: readonly CredentialRecord[],
  after: readonly CredentialRecord[],
): string[] {
  const old = new Map(before.filter(isOfFile).map((record) => [record.id, record]));
  const files = after.filter(isOfFile);
  const kept = new Set(files.map((record) => record.id));
  const removed = [...old.values()].filter((record) => !kept.has(record.id));
  return [
    ...files.flatMap((record) => {
      const was = old.get(record.id);
      if (!was) return [`${record.id}: added`];
      return [
        ...changeLine(`${record.id}.prefix`, was.prefix, record.prefix),
        ...urlLine(`${record.id}.proxy_url`, was.proxyUrl, record.proxyUrl),
        ...changeLine(`${record.id}.disabled`, was.disabled, record.disabled),
      ];
    }),
    ...removed.map((record) => `${record.id}: removed`),
  ];
}
