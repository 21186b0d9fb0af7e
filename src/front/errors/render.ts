/** Error answers before the first byte: status, headers and body in the client's dialect. */
import { ACCEPTED_ENCODINGS } from '../body.ts';
import { answerStatus, errorBody, type Failure } from './body.ts';
import { filterUpstreamHeaders } from './headers.ts';
import { claudeErrorBody, claudeStatus } from './claude.ts';
import { googleErrorBody } from './google.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { SwitchyardError } from '../../errors.ts';
import type { RenderedError } from '../surface.ts';

/**
 * Where an error is answered: `openai` and `responses` share one form before the first byte
 * (routing.md 9.1, codex.md 3.2); `gemini` is Google's, `claude` Anthropic's; `access` is
 * the form of refused keys (config.md 14).
 */
export type ErrorSurface = 'openai' | 'responses' | 'gemini' | 'claude' | 'access';

/** Headers that belong to a code. */
const CODE_HEADERS: Readonly<Record<string, readonly string[]>> = {
  // RFC 9110, 12.5.3: say what would have been understood.
  unsupported_encoding: ['accept-encoding', ACCEPTED_ENCODINGS],
  unsafe_example_api_key: ['x-cpa-safe-mode', 'example-api-key'],
};

/** Renders any failure. Never throws. */
export function renderError(
  failure: Failure,
  surface: ErrorSurface,
  requestId?: string,
): RenderedError {
  const status = surface === 'claude' ? claudeStatus(failure) : answerStatus(failure);
  const headers = ['content-type', 'application/json', ...(CODE_HEADERS[failure.code] ?? [])];
  const seconds = retryAfterSeconds(failure, status);
  if (seconds !== undefined) headers.push('retry-after', String(seconds));
  if (!(failure instanceof SwitchyardError)) {
    headers.push(...filterUpstreamHeaders(failure.headers, headers));
  }
  return { status, headers, body: bodyFor(failure, surface, requestId) };
}

function bodyFor(failure: Failure, surface: ErrorSurface, requestId: string | undefined): string {
  if (surface === 'access') return accessBody(failure);
  if (surface === 'claude') return claudeErrorBody(failure, requestId);
  return surface === 'gemini' ? googleErrorBody(failure) : errorBody(failure);
}

function accessBody({ code, message }: Failure): string {
  return JSON.stringify(
    code === 'unsafe_example_api_key' ? { error: code, message } : { error: message },
  );
}
