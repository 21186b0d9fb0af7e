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

/** Is it a code of the catalogue, not one that stands for an upstream's answer? */
export function isOwnCode(code: string): code is ErrorCode {
  return Object.hasOwn(CATALOGUE, code);
}

/** `code` of the error object for a failure of our own. */
export function ownCode(code: ErrorCode): string {
  return SPELLED[code] ?? code;
}
