/** Keys of the listener, the process and answers to clients (config.md 2.1, 2.3, 2.4). */
import { isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import { choice, flag, list, MAX_SECONDS, section, text, textLeaf, whole } from '../scalars.ts';
import type { AnswerConfig, Config, TlsConfig } from '../types.ts';

/** What a path of the file is relative to. */
export interface PathEnv {
  homeDir: string;
  cwd: string;
}

/** Top-level keys of this group. */
export const serverShape = {
  host: text('127.0.0.1', 'Address to listen on. `""` listens on all interfaces.'),
  port: whole(8317, 'Port to listen on; 0 lets the system choose.', 0, 65_535),
  tls: section({
    enable: flag(false, 'Serve HTTPS on the same port.'),
    cert: text('', 'PEM file of the certificate.'),
    key: text('', 'PEM file of the private key.'),
  }),
  'auth-dir': text('~/.cli-proxy-api', 'Folder of the credential files; `~` is the home folder.'),
  debug: flag(false, 'Log level debug instead of info.'),
  'request-log': flag(false, 'Write full request logs.'),
  'logging-to-file': flag(false, 'Write the process log to rotating files.'),
  'proxy-url': text(
    '',
    'Outbound proxy (`http`, `https`, `socks5`, `socks5h`); `direct` also ignores `HTTP_PROXY`.',
  ),
  'api-keys': list(textLeaf, 'Keys that clients must present. Empty: no check.', 'list of text'),
  'passthrough-headers': flag(false, 'Forward filtered upstream answer headers to clients.'),
  'nonstream-keepalive-interval': whole(
    0,
    'Seconds between blank lines while a non-streamed answer is awaited; 0 = off.',
  ),
  streaming: section({
    'keepalive-seconds': whole(0, 'Seconds between keep-alive comments of a stream; 0 = off.'),
    'bootstrap-retries': whole(0, 'Further tries of a whole stream before its first byte.'),
  }),
  'codex-header-defaults': section({
    'user-agent': text('', 'OAuth Codex accounts: `User-Agent` sent upstream.'),
    'beta-features': text('', 'OAuth Codex accounts: beta features when the client names none.'),
  }),
  codex: section({
    'stream-bootstrap-buffering': flag(
      false,
      'Hold back handshake events until output, so that an early refusal can still fail over.',
    ),
  }),
  'disable-image-generation': choice(
    ['false', 'true', 'chat', 'passthrough'],
    'false',
    'Whether the hosted image tool is removed (`true`), never injected (`chat`) or left alone.',
    readImageSwitch,
  ),
};

/** Decoded keys of this group. */
export type ServerKeys = z.output<z.ZodObject<typeof serverShape>>;

const SWITCH_WORDS: Readonly<Record<string, string>> = {
  '': 'false',
  '0': 'false',
  off: 'false',
  no: 'false',
  '1': 'true',
  on: 'true',
  yes: 'true',
};

function readImageSwitch(value: unknown): string {
  const word = String(value).trim().toLowerCase();
  return SWITCH_WORDS[word] ?? word;
}

/** Absolute path of a path in the file. */
export function expandPath(path: string, env: PathEnv): string {
  if (path === '~') return env.homeDir;
  if (/^~[/\\]/.test(path)) return join(env.homeDir, path.slice(2));
  return isAbsolute(path) ? path : resolve(env.cwd, path);
}

/** Seconds of the file as milliseconds: not positive = 0, and never more than a timer can hold. */
export const secondsToMs = (seconds: number): number =>
  Math.min(Math.max(seconds, 0), MAX_SECONDS) * 1000;

/** Paths of the listener's certificate. */
export function toTls(tls: ServerKeys['tls'], env: PathEnv): TlsConfig {
  const path = (text: string): string => (text ? expandPath(text, env) : '');
  return { enable: tls.enable, cert: path(tls.cert), key: path(tls.key) };
}

/** How answers are written. */
export function toAnswers(keys: ServerKeys, diagnosticHeaders: boolean): AnswerConfig {
  return {
    passthroughHeaders: keys['passthrough-headers'],
    streamKeepaliveMs: secondsToMs(keys.streaming['keepalive-seconds']),
    nonstreamKeepaliveMs: secondsToMs(keys['nonstream-keepalive-interval']),
    diagnosticHeaders,
  };
}

/** The plain scalars of this group. */
export function toServer(keys: ServerKeys) {
  return {
    host: keys.host,
    port: keys.port,
    debug: keys.debug,
    requestLog: keys['request-log'],
    loggingToFile: keys['logging-to-file'],
    proxyUrl: keys['proxy-url'],
    apiKeys: keys['api-keys'].filter((key) => key !== ''),
    codexHeaderDefaults: {
      userAgent: keys['codex-header-defaults']['user-agent'],
      betaFeatures: keys['codex-header-defaults']['beta-features'],
    },
    codex: { streamBootstrapBuffering: keys.codex['stream-bootstrap-buffering'] },
    disableImageGeneration: keys['disable-image-generation'],
  } satisfies Partial<Config>;
}
