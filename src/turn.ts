/**
 * One turn as plain data: what the front asks of an actor, and what it gets back about it. Everything
 * here crosses threads.
 */
import type { ClientFormat, TurnUsage } from './formats/format.ts';
import type { ThinkingCapability } from './credentials/record.ts';
import type { RequestId } from './ids.ts';

/** Identity of the calling client, derived from its access key; the key itself stays in the front. */
export interface Principal {
  /** Caller scope: 64 hex (codex.md 4.4), `''` without a key. */
  scope: string;
  /** UUIDv5 of the key (codex.md 4.2), undefined without a key. */
  cacheKey: string | undefined;
}

/** One turn as the front hands it to an actor. */
export interface TurnRequest {
  requestId: RequestId;
  format: ClientFormat;
  /** e.g. `/v1/chat/completions`; tells compact, images, count apart. */
  path: string;
  /** Model as the client spelled it. */
  requestedModel: string;
  /** Upstream models to try in order, without suffix (routing.md 3.8). */
  upstreamModels: string[];
  /** Thinking suffix value of each entry of `upstreamModels`; null = none. */
  thinking: (string | null)[];
  /** Alias to write into answers when force-mapping applies (routing.md 3.10). */
  forcedModel: string | null;
  /** What each of `upstreamModels` can do about thinking; null = unknown: nothing is checked. */
  capabilities: (ThinkingCapability | null)[];
  stream: boolean;
  /** The parts of the stream are elements of one JSON array (Gemini); absent: events. */
  streamForm?: 'array';
  principal: Principal;
  /** Client headers, lower-case names, flat pairs; access credentials are left out. */
  headers: string[];
  /** Execution session of the transport (one client WebSocket), else null. */
  executionSession: string | null;
  /**
   * The input continues an answer that only the conversation's live upstream socket knows
   * (`previous_response_id` of a WebSocket client): without that socket the turn can not be served.
   */
  continues: boolean;
  /** The conversation lives here: a passing fault is reported as `repeat`, and cools nothing. */
  mayRepeat?: true;
  body: Uint8Array;
}

/** Longest rest of an account that a conversation which lives there waits for, milliseconds. */
export const MAX_HOME_WAIT_MS = 5_000;

/** Which signal chose the conversation's key (codex.md 4.7). */
export type ContinuitySource =
  | 'prompt_cache_key'
  | 'execution_session'
  | 'idempotency_key'
  | 'request_affinity'
  | 'client_principal'
  | 'credential_id'
  | 'none';

/** How a turn reaches its upstream. */
export type Transport = 'http' | 'websocket';

/** Facts about a finished turn, for logs, metrics and the binding. */
export interface TurnSummary {
  status: number;
  upstreamModel: string;
  continuity: ContinuitySource;
  usage: TurnUsage | null;
  /** Milliseconds from the frame's arrival at the actor to the upstream's first byte; -1 = none. */
  upstreamTtfbMs: number;
  /** Milliseconds spent in Switchyard's own code inside the actor (encode, decode). */
  ownMs: number;
  /** How the upstream was asked. */
  transport: Transport;
  /** Request bytes that did not travel because the upstream socket knew them (codex.md 2). */
  savedBytes: number;
}

/** Why a turn failed and what the front may do about it. */
export interface TurnFailure {
  /** Code of the catalogue, or `upstream_error` for an answer the upstream gave itself. */
  code: string;
  /** HTTP status for the client; 0 = the failure had none (network). */
  status: number;
  message: string;
  /** Upstream's JSON body, verbatim; the client gets exactly this. */
  body: string | null;
  /** Clients of the upstream's own dialect get `body` byte for byte, without our request id in it. */
  verbatim?: boolean;
  /** Upstream error headers, flat pairs. */
  headers: string[];
  retryAfterMs: number | null;
  /** `next`: another credential may be tried; `stop`: this is the answer. */
  verdict: 'next' | 'stop';
  /** Request fault, connection end or client cancel: keeps bindings and cooldowns as they are. */
  neutral: boolean;
  /** Only a passing fault: the same credential may be asked once more. See `mayRepeat`. */
  repeat?: true;
  summary: TurnSummary;
}
