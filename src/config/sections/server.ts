/** Keys of the listener, the process and answers to clients (config.md 2.1, 2.3, 2.4). */
import { isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import {
  documented,
  flag,
  leaf,
  list,
  MAX_SECONDS,
  section,
  text,
  textLeaf,
  whole,
} from '../scalars.ts';
import type { AnswerConfig, Config, DisableImages, TlsConfig } from '../types.ts';

/** What a path of the file is relative to. */
export interface PathEnv {
  homeDir: string;
  cwd: string;
}

/** Model behind the hosted image tool when the file names none that may be (config.md 2.4). */
const IMAGE_BASE_MODEL = 'gpt-5.4-mini';

const DISABLE_IMAGES: Readonly<Record<string, DisableImages>> = {
  '': 'unset',
  ...{ false: 'false', 0: 'false', off: 'false', no: 'false' },
  ...{ true: 'true', 1: 'true', on: 'true', yes: 'true' },
  chat: 'chat',
  passthrough: 'passthrough',
};

/** Whether image generation is disabled, in any spelling of the reference. */
const disableImagesLeaf = leaf('true, false, chat or passthrough', (value) => {
  if (typeof value === 'object' && value !== null) return undefined;
  const word = String(value ?? '')
    .trim()
    .toLowerCase();
  return Object.hasOwn(DISABLE_IMAGES, word) ? DISABLE_IMAGES[word] : undefined;
});

const imageBaseLeaf = textLeaf.transform((model) =>
  model.toLowerCase().startsWith('gpt-') ? model : IMAGE_BASE_MODEL,
);

/** Keys below `codex` that have an effect; a file may name further ones of the reference. */
const codexShape = {
  'stream-bootstrap-buffering': flag(
    false,
    'Hold the first events of a Codex stream back, so that an overload can move the turn on.',
  ),
};

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
  'disable-image-generation': documented(disableImagesLeaf.default('unset'), {
    type: '`false`, `true`, `chat` or `passthrough`',
    description:
      '`true`: no hosted image tool in any request, and 404 on `/v1/images/*`. `chat`: only the ' +
      'former. `false`: Codex requests get the tool. `passthrough`, no such key: as the client says.',
    shown: 'none',
  }),
  codex: section(codexShape),
  'gpt-image-2-base-model': documented(imageBaseLeaf.default(IMAGE_BASE_MODEL), {
    type: 'text',
    description: 'Model that calls the hosted image tool; must start with `gpt-`.',
  }),
};

/** Decoded keys of this group. */
export type ServerKeys = z.output<z.ZodObject<typeof serverShape>>;

/** Names below `codex` that have no effect. */
export const ignoredCodexKeys = (keys: ServerKeys): string[] =>
  Object.keys(keys.codex)
    .filter((name) => !Object.hasOwn(codexShape, name))
    .map((name) => `codex.${name}`);

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
    proxyUrl: keys['proxy-url'],
    apiKeys: keys['api-keys'].filter((key) => key !== ''),
    codexHeaderDefaults: {
      userAgent: keys['codex-header-defaults']['user-agent'],
      betaFeatures: keys['codex-header-defaults']['beta-features'],
    },
    disableImageGeneration: keys['disable-image-generation'],
    imageBaseModel: keys['gpt-image-2-base-model'],
    codexBootstrapBuffering: keys.codex['stream-bootstrap-buffering'],
  } satisfies Partial<Config>;
}
