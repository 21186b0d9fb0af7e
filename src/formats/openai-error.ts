/** The words of OpenAI-style errors: type and code by status, and how our own codes are spelled. */
import { CATALOGUE, type ErrorCode } from '../errors.ts';

/** What an error object says beside its message. */
export interface ErrorWords {
  type: string;
  /** Undefined: the member is left out. */
  code: string | undefined;
}

/** By status (routing.md 9.1). */
const WORDS: Readonly<Record<number, ErrorWords>> = {
  401: { type: 'authentication_error', code: 'invalid_api_key' },
  403: { type: 'permission_error', code: 'insufficient_quota' },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
};
const SERVER_ERROR: ErrorWords = { type: 'server_error', code: 'internal_server_error' };
const OTHER: ErrorWords = { type: 'invalid_request_error', code: undefined };

/** Own codes that clients know under another name (routing.md 3.4, 4.8). */
const SPELLED: Partial<Record<ErrorCode, string>> = {
  unknown_model: 'model_not_found',
  image_model_on_text_route: 'internal_server_error',
  auth_not_found: 'internal_server_error',
  auth_unavailable: 'internal_server_error',
};

/** Type and code for a status. */
export function errorWords(status: number): ErrorWords {
  return WORDS[status] ?? (status >= 500 ? SERVER_ERROR : OTHER);
}

/** These are told by their status, as the upstream's own errors are (routing.md 9, codex.md 9.10). */
const UPSTREAM_PREFIX = 'upstream_';

/** Is it a code of the catalogue, not one that stands for an upstream's answer? */
export function isOwnCode(code: string): code is ErrorCode {
  return Object.hasOwn(CATALOGUE, code);
}

/** `code` of the error object for a failure of our own; undefined: the one of the status. */
export function ownCode(code: string): string | undefined {
  if (!isOwnCode(code) || code.startsWith(UPSTREAM_PREFIX)) return undefined;
  return SPELLED[code] ?? code;
}

/**
 * The status of a failure that may have none (0: the network failed): the catalogue's for our own
 * codes, else 500.
 */
export function statusOf(code: string, status: number): number {
  if (status !== 0) return status;
  return isOwnCode(code) ? CATALOGUE[code].status : 500;
}
