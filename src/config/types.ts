/**
 * The configuration after normalisation: what the rest of the program reads. Names are the
 * camel-cased keys of config.md section 2; durations are milliseconds where the name ends in `Ms`.
 */
import type { Path } from '../json/paths/types.ts';
import type { CredentialRecord, ModelAlias, RequestScopedRule } from '../credentials/record.ts';

/** Selection strategy inside a priority group (routing.md 4.4); `headroom` is our own. */
export type RoutingStrategy = 'round-robin' | 'weighted-round-robin' | 'fill-first' | 'headroom';

/** TLS of the listener; paths of PEM files. */
export interface TlsConfig {
  enable: boolean;
  cert: string;
  key: string;
}

/** Upstream time limits (Switchyard's own key `upstream`), milliseconds; 0 = no limit. */
export interface UpstreamTimeouts {
  connectMs: number;
  headersMs: number;
  firstEventMs: number;
  idleMs: number;
}

/** WebSockets (Switchyard's own key `sockets`), milliseconds; 0 = no limit. */
export interface SocketConfig {
  /** Pause between pings, on client and upstream sockets; 0 = none. */
  pingMs: number;
  /** An upstream socket without a turn is closed after this. */
  idleMs: number;
  /** No turn begins on an older upstream socket. */
  maxAgeMs: number;
  /** Upstream sockets of one credential; beyond it turns go over HTTP. */
  perCredential: number;
}

/** Routing, retry and cooldown settings that fronts and actors need. */
export interface RoutingConfig {
  strategy: RoutingStrategy;
  sessionAffinity: boolean;
  sessionAffinityTtlMs: number;
  forceModelPrefix: boolean;
  unknownModelStatus: 400 | 502;
}

/** Retry and cooldown keys (config.md 2.4). */
export interface RetryConfig {
  requestRetry: number;
  maxRetryCredentials: number;
  maxRetryIntervalMs: number;
  bootstrapRetries: number;
  disableCooling: boolean;
  /** Milliseconds; negative = none. Already resolved: the file's 0 is 60 000 here. */
  transientCooldownMs: number;
}

/** How answers are written to clients. */
export interface AnswerConfig {
  passthroughHeaders: boolean;
  /** 0 = off. */
  streamKeepaliveMs: number;
  /** 0 = off. */
  nonstreamKeepaliveMs: number;
  /** Send `x-switchyard-account` and `x-switchyard-continuity` (Switchyard's own key). */
  diagnosticHeaders: boolean;
}

/** Limits of the front (Switchyard's own key `limits`). */
export interface LimitsConfig {
  /** Bytes of a decoded request body; default 64 MiB. */
  maxBodyBytes: number;
  /** Bytes of all request headers; default 64 KiB. */
  maxHeaderBytes: number;
  /** Milliseconds until the head and the body of a request must have arrived. */
  requestTimeoutMs: number;
  /** Requests open at once per front; more are answered 503 `overloaded`. */
  maxOpenRequests: number;
  /** Client WebSockets open at once per front; more are answered 503 `overloaded`. */
  maxClientSockets: number;
  /** Bytes from which a body is translated on the CPU pool; default 1 MiB. */
  cpuPoolBytes: number;
}

/** CORS (Switchyard's own key `cors`): no header is sent unless origins are listed. */
export interface CorsConfig {
  origins: string[];
}

/**
 * `disable-image-generation` (codex.md 1.6): `true`: no image tool anywhere and no image endpoints;
 * `chat`: no image tool; `false`: the tool is added; `passthrough` and `unset`: neither.
 */
export type DisableImages = 'unset' | 'false' | 'true' | 'chat' | 'passthrough';

/** A place in a body, and a value. */
export interface PathValue {
  path: Path;
  value: unknown;
}

/** When a payload rule applies; patterns know `*`, empty text fits everything. */
export interface PayloadMatch {
  name: string;
  /** Upstream format, lower case. */
  protocol: string;
  /** Client format, lower case; `responses` for that of Responses clients. */
  from: string;
  /** Names in lower case. */
  headers: { name: string; value: string }[];
  match: PathValue[];
  notMatch: PathValue[];
  exist: Path[];
  notExist: Path[];
}

/** One rule of `payload` (translate-openai-claude.md 11). */
export interface PayloadRule {
  kind: 'default' | 'override' | 'filter';
  /** One of them has to fit. */
  models: PayloadMatch[];
  /** A filter has no values. */
  params: PathValue[];
}

/** Everything of the file that Switchyard uses. */
export interface Config {
  host: string;
  port: number;
  tls: TlsConfig;
  /** Absolute path, `~` expanded. */
  authDir: string;
  debug: boolean;
  proxyUrl: string;
  /** Client access keys; empty = no check. */
  apiKeys: string[];
  routing: RoutingConfig;
  retry: RetryConfig;
  answers: AnswerConfig;
  limits: LimitsConfig;
  cors: CorsConfig;
  upstream: UpstreamTimeouts;
  sockets: SocketConfig;
  threads: { hosts: number; fronts: number };
  /** `auto`: on while no real credential exists. */
  sandbox: 'auto' | 'on' | 'off';
  /** Folder of the embedded store; `''` = `<authDir>/.switchyard`. */
  stateDir: string;
  codexHeaderDefaults: { userAgent: string; betaFeatures: string };
  disableImageGeneration: DisableImages;
  /** Model that calls the hosted image tool (codex.md 8.1). */
  imageBaseModel: string;
  /** The first events of a Codex stream wait for the answer to begin (codex.md 2.10). */
  codexBootstrapBuffering: boolean;
  /** In the order in which they apply. */
  payload: PayloadRule[];
  /** By channel, lower case. */
  oauthModelAlias: Record<string, ModelAlias[]>;
  oauthExcludedModels: Record<string, string[]>;
  oauthRequestScopedErrors: Record<string, RequestScopedRule[]>;
  /** Credentials synthesised from the file's sections, in section order (config.md 11.4). */
  credentials: CredentialRecord[];
  /** Names of keys that were kept but have no effect, for one log line. */
  ignoredKeys: string[];
}
