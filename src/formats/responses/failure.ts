/**
 * The terminal event of a Responses stream that broke, in the shape its client understands
 * (codex.md 3.3, 7.4; routing.md 9.3).
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { ownCode, statusOf } from '../openai-error.ts';
import { dataFrame } from '../sse/frame.ts';
import { safeError, safeMessage } from './sanitise.ts';

/** What is known about the failure; a turn's failure has all of it. */
export interface StreamFailure {
  /** Code of the catalogue, or another word for an answer of the upstream. */
  readonly code: string;
  /** 0 = none. */
  readonly status: number;
  readonly message: string;
  /** Error text of the upstream, JSON or not. */
  readonly body: string | null;
}

/**
 * Products that read `response.failed`. `codex_exec` is how Codex calls itself when it runs without
 * a terminal (clients.md 5.2); the reference does not know that name.
 */
const CODEX_AGENTS = ['Codex Desktop/', 'codex-tui/', 'codex_cli_rs/', 'codex_exec/'];
const CODEX_ORIGINATORS = ['codex desktop', 'codex-tui', 'codex_cli_rs', 'codex_exec'];

const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  403: 'insufficient_quota',
  404: 'model_not_found',
  408: 'request_timeout',
  429: 'rate_limit_exceeded',
};

/** Is it OpenAI's own client? */
export function isOfficialCodexClient(
  userAgent: string | undefined,
  originator: string | undefined,
): boolean {
  const agent = userAgent ?? '';
  if (agent === 'codex_cli_rs' || CODEX_AGENTS.some((prefix) => agent.startsWith(prefix))) {
    return true;
  }
  const name = originator?.trim().toLowerCase() ?? '';
  return CODEX_ORIGINATORS.some((known) => name === known || name.startsWith(`${known}/`));
}

/** The event as text with its blank line. It ends the stream: nothing may follow. */
export function streamFailureFrame(failure: StreamFailure, official: boolean): string {
  const { error, whole } = upstreamError(failure.body);
  const code = textAt(error, 'code') || codeOf(failure);
  const message = textAt(error, 'message') || messageOf(failure, error);
  if (!official) {
    const event = { type: 'error', code, message, sequence_number: 0 };
    return dataFrame('error', JSON.stringify(event));
  }
  const type =
    statusOf(failure.code, failure.status) >= 500 ? 'server_error' : 'invalid_request_error';
  const event = {
    type: 'response.failed',
    sequence_number: 0,
    response: { status: 'failed', error: whole ? { ...error, message } : { type, code, message } },
  };
  return dataFrame('response.failed', JSON.stringify(event));
}

/** The error inside the upstream's JSON. `whole`: it was an object of its own. */
function upstreamError(body: string | null): { error: JsonObject; whole: boolean } {
  const value = parsed(body);
  if (!isObject(value)) return { error: {}, whole: false };
  const response = value['response'];
  for (const holder of [value, isObject(response) ? response : {}]) {
    if (isObject(holder['error'])) {
      const error = safeError(holder['error']);
      return { error, whole: Object.keys(error).length > 0 };
    }
    if (typeof holder['error'] === 'string') {
      return { error: safeError({ message: holder['error'] }), whole: false };
    }
  }
  const { code, message } = safeError(value);
  return { error: { code, message }, whole: false };
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? 'null') as unknown;
  } catch {
    // Plain text is its own message.
    return undefined;
  }
}

function codeOf(failure: StreamFailure): string {
  const status = statusOf(failure.code, failure.status);
  const known = ownCode(failure.code) ?? CODES[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'internal_server_error';
  return status >= 400 ? 'invalid_request_error' : 'unknown_error';
}

/** Never empty. JSON without a message is shown as it is. */
function messageOf({ body, message, status }: StreamFailure, error: JsonObject): string {
  const word = textAt(error, 'code') || textAt(error, 'type');
  const text = word || body?.trim() || message.trim();
  return safeMessage(text) || `Error ${status}`;
}

function textAt(error: JsonObject, key: string): string {
  const value = error[key];
  return typeof value === 'string' ? value : '';
}
