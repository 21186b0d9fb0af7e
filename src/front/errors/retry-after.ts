/**
 * `Retry-After` for refusals that pass: without it Codex gives up at once on a 429 (clients.md 2,
 * row 12). The reference sends it with `passthrough-headers` only (routing.md 8).
 */
import { CATALOGUE } from '../../errors.ts';
import { isObject } from '../../canonical/value.ts';
import { isOwnCode } from '../../formats/openai-error.ts';
import { parsedJson, type Failure } from './body.ts';

/** Seconds when nothing is known: the first step of the back-off for quotas (routing.md 6.4). */
export const DEFAULT_RETRY_SECONDS = 1;

/**
 * Most seconds that are asked for. Clients really wait as long as they are told, and the OpenAI SDK
 * ignores values above 60 (clients.md 4.4); meanwhile another account may be free again.
 */
export const MAX_RETRY_SECONDS = 60;

/** Too much for now; 529 is Anthropic's word for it. */
const PASSING: ReadonlySet<number> = new Set([429, 503, 529]);

/** Types of upstream refusals that waiting a little does not change (clients.md 2, row 13). */
const FINAL = /^(usage_limit_reached|insufficient_quota)$/i;

/** Whole seconds for the header; undefined: do not send it. `status`: what the client gets. */
export function retryAfterSeconds(failure: Failure, status: number): number | undefined {
  if (!PASSING.has(status) || !passes(failure)) return undefined;
  const ms = failure.retryAfterMs ?? DEFAULT_RETRY_SECONDS * 1000;
  return Math.min(Math.max(Math.ceil(ms / 1000), 1), MAX_RETRY_SECONDS);
}

function passes(failure: Failure): boolean {
  if (isOwnCode(failure.code)) return CATALOGUE[failure.code].retry !== 'never';
  const body = parsedJson(failure.body ?? '');
  const error = isObject(body) ? body['error'] : undefined;
  if (!isObject(error)) return true;
  return !FINAL.test(String(error['type'])) && !FINAL.test(String(error['code']));
}
