/** Failures that no upstream put into words: of the connection, and of answers that can not be read. */
import { failureText, isChallenge } from './failure-tests.ts';
import { SwitchyardError } from '../errors.ts';
import type { UpstreamFailure } from '../providers/types.ts';

/** Characters of a page that are shown. */
const SHOWN_CHARS = 512;

const BAD_GATEWAY = 502;

/**
 * A body that is no JSON. It may be half of an answer that was billed, so it is not asked for again;
 * only the page of a guard in front of the upstream says that there was none (routing.md 6.2).
 */
export function failureOfPage(
  text: string,
  failureOf: (status: number) => UpstreamFailure,
): UpstreamFailure {
  const failure = failureOf(BAD_GATEWAY);
  if (isChallenge(failureText(failure))) return failure;
  const shown = JSON.stringify(text.slice(0, SHOWN_CHARS));
  const message = `the upstream answer is no JSON (length ${String(text.length)}): ${shown}`;
  return brokenAnswer(new SwitchyardError('upstream_bad_answer', { message }));
}

/**
 * An answer whose content is not usable. Only this turn is concerned: it may have been processed, so
 * it is not sent again, and it says nothing about the credential.
 */
export function brokenAnswer(error: SwitchyardError): UpstreamFailure {
  return {
    status: error.status,
    code: error.code,
    body: error.body ?? error.message,
    headers: [],
    retryAfterMs: error.retryAfterMs,
    evidence: undefined,
    requestScoped: true,
    credentialScoped: false,
    network: 'none',
  };
}

const NETWORK_KINDS: Partial<Record<SwitchyardError['code'], UpstreamFailure['network']>> = {
  upstream_timeout: 'timeout',
  upstream_stalled: 'timeout',
  cancelled: 'cancelled',
  // A connection that ends says little about the account: the other side may just have restarted.
  upstream_connection_lost: 'closed',
};

/** A failure of the connection itself: it has no HTTP status. */
export function networkFailure(error: SwitchyardError): UpstreamFailure {
  return {
    status: 0,
    code: error.code,
    body: error.message,
    headers: [],
    retryAfterMs: undefined,
    evidence: undefined,
    requestScoped: false,
    credentialScoped: false,
    network: NETWORK_KINDS[error.code] ?? 'reset',
  };
}
