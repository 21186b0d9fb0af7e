/** What a provider folder must offer. Everything here is pure; the actor does the I/O. */
import type { ErrorCode } from '../errors.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { RequestScopedRule, CredentialRecord } from '../credentials/record.ts';
import type { TurnRequest } from '../turn.ts';
import type { ClientFormat, SseEvent, UpstreamFormat } from '../formats/format.ts';
import type { SocketRequest } from '../upstream/socket/types.ts';
import type { UpstreamRequest } from '../upstream/types.ts';

/** Facts of a failed upstream answer; `actors/classify.ts` turns them into a verdict. */
export interface UpstreamFailure {
  /** HTTP status after the provider's normalisation; 0 = none (network). */
  status: number;
  /** Code of the catalogue when the failure is not the upstream's own answer. */
  code?: ErrorCode;
  /** Error text or JSON, as the client shall see it. */
  body: string;
  /** Upstream response headers, flat pairs. */
  headers: string[];
  retryAfterMs: number | undefined;
  /** Where `retryAfterMs` was read, e.g. `error.resets_at`. */
  evidence: string | undefined;
  /** Name of the account's usage limit that is exhausted; absent: another cause (codex.md 5.1). */
  usageLimit?: string;
  /** The provider knows that only this request is at fault (codex.md 1.11 EOF, ...). */
  requestScoped: boolean;
  /** The limit covers the whole credential, not one model. */
  credentialScoped: boolean;
  /** The client gets this answer as it is; see `Provider.errorsAreFinal`. */
  final?: boolean;
  /** The connection ended without an HTTP status (routing.md 6.2 rule 3 and 85). */
  network: 'none' | 'reset' | 'closed' | 'timeout' | 'cancelled';
}

/** What `buildRequest` needs. */
export interface BuildInput {
  record: CredentialRecord;
  turn: TurnRequest;
  /** Upstream model, without thinking suffix. */
  model: string;
  /** Access token or API key; `''` = send no Authorization. */
  token: string;
  /** Codex: ChatGPT account id from the credential file. */
  accountId: string | undefined;
  /** Format of the body, as `upstreamFormat` named it. */
  format: UpstreamFormat;
  /** Encoded upstream body. */
  body: Uint8Array;
  /** Continuity key for the session header; undefined = none. */
  cacheKey: string | undefined;
  /** Did the client ask for a stream, or does the upstream only stream? */
  streaming: boolean;
  /** Global `proxy-url`. */
  proxyUrl: string;
  /** OAuth default user agent and beta features from the config; may be `''`. */
  defaults: { userAgent: string; betaFeatures: string };
}

/** One upstream family. */
export interface Provider {
  /**
   * Format of the bodies it takes for this client format and path. `directImages`: the credential
   * serves the model on image endpoints of its own.
   */
  upstreamFormat(client: ClientFormat, path: string, directImages?: boolean): UpstreamFormat;
  /** Whether `prompt_cache_retention` is kept when the credential does not say (codex.md 4.7). */
  keepsRetention(record: CredentialRecord): boolean;
  /** Is the continuity key written for this credential? */
  usesContinuity(record: CredentialRecord): boolean;
  buildRequest(input: BuildInput): UpstreamRequest;
  /** The handshake of a provider whose turns may go over a WebSocket; absent: HTTP only. */
  socketRequest?(input: BuildInput): SocketRequest;
  /** Can this credential's upstream count tokens? Absent: no upstream of the provider can. */
  countsTokens?(record: CredentialRecord): boolean;
  /** Asks for the size of a request that was encoded like a turn; comes with `countsTokens`. */
  countRequest?(input: BuildInput): UpstreamRequest;
  /**
   * Does the client get every error of this request as it is? Then no other account is tried, and
   * only a limit of the whole credential cools it. Absent: never.
   */
  errorsAreFinal?(request: UpstreamRequest): boolean;
  /** Reads an answer with status ≥ 400 (or any that is not usable). `nowMs`: Unix ms. */
  failureOfResponse(
    status: number,
    headers: string[],
    body: string,
    nowMs: number,
  ): UpstreamFailure;
  /**
   * Is this stream event a failure? Undefined for every normal event. `headers`: flat pairs of the
   * answer.
   */
  failureOfEvent(
    event: SseEvent,
    nowMs: number,
    headers?: readonly string[],
  ): UpstreamFailure | undefined;
  /** Quota reading in response headers (flat pairs); undefined when they have none. */
  quotaOfHeaders(headers: readonly string[], nowMs: number): QuotaReading | undefined;
  /** Quota reading in a stream event; undefined when it is none. */
  quotaOfEvent(event: SseEvent, nowMs: number): QuotaReading | undefined;
}

/** Rules of a credential, compiled once. */
export interface CompiledRule {
  rule: RequestScopedRule;
  matches(status: number, body: string): boolean;
}
