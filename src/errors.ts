/**
 * The error catalogue: every failure that Switchyard itself can report, with a stable code.
 * A code is never renamed or reused. Upstream errors keep their own body and are not listed here.
 */

/** Who has to act so that the failure goes away. */
export type Fault = 'client' | 'upstream' | 'local' | 'operator';

/** May the same turn be sent again? `next`: on another credential; `later`: after a wait; `never`. */
export type RetryVerdict = 'next' | 'later' | 'never';

interface Entry {
  /** HTTP status of the answer. */
  readonly status: number;
  readonly fault: Fault;
  readonly retry: RetryVerdict;
  /** Default text, used when the place of failure has nothing more exact to say. */
  readonly message: string;
}

const entry = (status: number, fault: Fault, retry: RetryVerdict, message: string): Entry => ({
  status,
  fault,
  retry,
  message,
});

/** All codes. Grouped: client input, access, routing, local limits, upstream, cancellation. */
export const CATALOGUE = {
  invalid_json: entry(400, 'client', 'never', 'the request body is not valid JSON'),
  invalid_request: entry(400, 'client', 'never', 'the request is not valid'),
  missing_model: entry(400, 'client', 'never', 'the request names no model'),
  unknown_model: entry(400, 'client', 'never', 'unknown provider for model'),
  invalid_encoding: entry(400, 'client', 'never', 'the request body could not be decoded'),
  unsupported_encoding: entry(415, 'client', 'never', 'this content-encoding is not supported'),
  unsupported_media_type: entry(415, 'client', 'never', 'send the body as application/json'),
  body_too_large: entry(413, 'client', 'never', 'the request body is too large'),
  not_found: entry(404, 'client', 'never', 'there is no such route'),
  method_not_allowed: entry(405, 'client', 'never', 'this route does not take that method'),
  request_timeout: entry(408, 'client', 'later', 'the request body did not arrive in time'),
  image_model_on_text_route: entry(503, 'client', 'never', 'this model only makes images'),
  upgrade_required: entry(426, 'client', 'never', 'use HTTP for this route'),

  missing_api_key: entry(401, 'client', 'never', 'Missing API key'),
  invalid_api_key: entry(401, 'client', 'never', 'Invalid API key'),
  origin_not_allowed: entry(403, 'client', 'never', 'this web origin may not open a WebSocket'),
  unsafe_example_api_key: entry(403, 'operator', 'never', 'replace the sample api-keys first'),

  auth_not_found: entry(503, 'operator', 'never', 'no auth available'),
  auth_unavailable: entry(503, 'upstream', 'later', 'no auth available'),
  model_cooldown: entry(429, 'upstream', 'later', 'all credentials are cooling down'),

  credential_not_ready: entry(503, 'local', 'next', 'the credential can not take a turn now'),
  mailbox_full: entry(503, 'local', 'next', 'the credential has too many turns waiting'),
  host_lost: entry(502, 'local', 'next', 'the worker that served this turn stopped'),
  draining: entry(503, 'local', 'next', 'the proxy is shutting down'),
  overloaded: entry(503, 'local', 'later', 'too many requests are open'),
  internal: entry(500, 'local', 'never', 'internal error'),

  upstream_connect_failed: entry(502, 'upstream', 'next', 'the upstream could not be reached'),
  upstream_connection_lost: entry(502, 'upstream', 'never', 'the upstream closed the connection'),
  upstream_timeout: entry(504, 'upstream', 'next', 'the upstream did not answer in time'),
  upstream_stalled: entry(504, 'upstream', 'never', 'the upstream stopped sending'),
  upstream_rejected: entry(502, 'upstream', 'next', 'the upstream refused the turn'),
  upstream_bad_answer: entry(502, 'upstream', 'never', 'the upstream answer is not usable'),
  upstream_empty_stream: entry(502, 'upstream', 'never', 'the upstream stream had no content'),
  upstream_incomplete_stream: entry(408, 'upstream', 'never', 'the upstream stream broke off'),
  upstream_message_too_big: entry(413, 'client', 'never', 'upstream websocket message too big'),
  replay_required: entry(
    426,
    'upstream',
    'never',
    'the upstream needs the whole conversation again',
  ),
  token_refresh_failed: entry(401, 'operator', 'next', 'the access token could not be refreshed'),

  invalid_config: entry(500, 'operator', 'never', 'the configuration is not valid'),
  credential_file_failed: entry(503, 'operator', 'next', 'the credential file is not usable'),
  login_failed: entry(502, 'operator', 'never', 'the login did not succeed'),
  callback_port_in_use: entry(500, 'operator', 'never', 'the port of the login is in use'),
  account_not_found: entry(404, 'operator', 'never', 'no account fits'),

  cancelled: entry(499, 'client', 'never', 'the client closed the request'),
} as const satisfies Record<string, Entry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof CATALOGUE;

/** What may be said beside the code. */
export interface ErrorDetails {
  message?: string;
  /** Overrides the catalogue's status, e.g. to keep an upstream's. */
  status?: number;
  /** JSON text that is the whole answer body, kept byte for byte. */
  body?: string;
  /** Milliseconds after which another try makes sense. */
  retryAfterMs?: number;
  /** Name of the request field at fault. */
  param?: string;
  cause?: unknown;
}

/** The one error type that leaves any module. `instanceof` is not needed: test `code`. */
export class SwitchyardError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fault: Fault;
  readonly retry: RetryVerdict;
  readonly body: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly param: string | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const known = CATALOGUE[code];
    super(details.message ?? known.message, { cause: details.cause });
    this.name = 'SwitchyardError';
    this.code = code;
    this.status = details.status ?? known.status;
    this.fault = known.fault;
    this.retry = known.retry;
    this.body = details.body;
    this.retryAfterMs = details.retryAfterMs;
    this.param = details.param;
  }
}

/** Turns anything thrown into the one error type; the original stays as `cause`. */
export function toSwitchyardError(thrown: unknown): SwitchyardError {
  if (thrown instanceof SwitchyardError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SwitchyardError('internal', { message, cause: thrown });
}
