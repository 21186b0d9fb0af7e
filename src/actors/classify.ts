/**
 * What a failed upstream call means: may another credential try, and what cools down. The first rule
 * that fits decides (routing.md 6.2, 6.10, 7.4). A turn that may have been processed is never sent a
 * second time, unless the upstream said that it did not take it (design 8).
 */
import {
  errorMessage,
  failureText,
  isChallenge,
  isDeadGrant,
  isModelSupport,
  isRequestFault,
  isRequestStatus,
  namesModel,
  type FailureText,
} from './failure-tests.ts';
import { isCompactPath, isCountPath } from '../providers/paths.ts';
import { maskText } from '../observe/mask.ts';
import { statusText } from '../providers/failure.ts';
import type { CallPhase } from '../upstream/types.ts';
import type { CompiledRule, UpstreamFailure } from '../providers/types.ts';
import type { RequestScopedRule } from '../credentials/record.ts';

/** Kind of a failure: decides the cooldown (`cooldown-table.ts`). */
export type FailureClass =
  | 'request-fault'
  | 'connection-end'
  | 'model-support'
  | 'challenge'
  | 'dead-grant'
  | 'auth'
  | 'payment'
  | 'not-found'
  | 'quota'
  | 'transient'
  | 'other';

/** A failure that was understood. */
export interface Classification {
  readonly class: FailureClass;
  /** `next`: another model or credential may be tried; `stop`: this is the answer. */
  readonly verdict: 'next' | 'stop';
  /** Changes neither cooldowns nor bindings. */
  readonly neutral: boolean;
  /** The upstream's words, masked and at most {@link MAX_MESSAGE_CHARS} long; never empty. */
  readonly message: string;
  /** HTTP status; 0 = none. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** Where `retryAfterMs` was read. */
  readonly evidence: string | undefined;
  /** Usage limit that is exhausted; undefined: another cause. */
  readonly usageLimit: string | undefined;
  /** The limit covers every model of the credential. */
  readonly credentialScoped: boolean;
  /** A rule of the operator demands a cooldown, even where cooling is off. */
  readonly forced: boolean;
}

/** Characters of a message: a screenful, and small enough to be kept for every model. */
export const MAX_MESSAGE_CHARS = 500;

/** Statuses that `/responses/compact` answers at once. */
const COMPACT_FINAL: ReadonlySet<number> = new Set([400, 404, 405, 409, 413, 422, 501]);

/** Failures of `/responses/compact` that say something about the account. */
const COMPACT_COOLS: ReadonlySet<FailureClass> = new Set([
  'auth',
  'payment',
  'quota',
  'challenge',
  'dead-grant',
]);

const TRANSIENT: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

const MAYBE_PROCESSED =
  'the turn was not sent again, because the upstream may already have processed it';

/** Makes rules ready for use. Expressions that do not compile were left out with the config. */
export function compileRules(rules: readonly RequestScopedRule[]): CompiledRule[] {
  return rules.map((rule) => {
    const patterns = rule.matchRegex.map((source) => new RegExp(source));
    return {
      rule,
      matches: (status, body) =>
        status === rule.status &&
        (rule.match.some((part) => body.includes(part)) ||
          patterns.some((pattern) => pattern.test(body))),
    };
  });
}

/** `path`: the client's path; `phase`: how far the call had come. */
export function classify(
  failure: UpstreamFailure,
  rules: readonly CompiledRule[],
  path: string,
  phase: CallPhase,
): Classification {
  if (failure.status === 0) {
    const ended = withoutStatus(failure, phase);
    return isCompactPath(path) || isCountPath(path) ? { ...ended, neutral: true } : ended;
  }
  const ruled = rules.find((compiled) => compiled.matches(failure.status, failure.body));
  const read = failureText(failure);
  if (ruled !== undefined) return byRule(ruled.rule, failure, read);
  if (isCompactPath(path)) return ofCompact(failure, read);
  return isCountPath(path)
    ? ofCount(failure, read)
    : outcome(classOf(failure, read), failure, read);
}

/** Failures of a token count that are those of a turn as well. */
const COUNT_COOLS: ReadonlySet<FailureClass> = new Set(['auth', 'dead-grant', 'model-support']);

/**
 * Counting is a further endpoint, with limits and faults of its own, and one that many upstreams do
 * not have: most of its failures say nothing about turns. The reference excepts an unnamed 404 only.
 */
function ofCount(failure: UpstreamFailure, read: FailureText): Classification {
  const kind = classOf(failure, read);
  const cools = COUNT_COOLS.has(kind) || (kind === 'not-found' && namesModel(read));
  return outcome(kind, failure, read, cools ? {} : { neutral: true });
}

function classOf(failure: UpstreamFailure, read: FailureText): FailureClass {
  const isOfRequest = failure.final === true && !failure.credentialScoped;
  if (failure.requestScoped || isOfRequest) return 'request-fault';
  if (isModelSupport(read)) return 'model-support';
  if (isChallenge(read)) return 'challenge';
  if (isDeadGrant(read)) return 'dead-grant';
  return isRequestFault(read) ? 'request-fault' : classOfStatus(failure.status);
}

function classOfStatus(status: number): FailureClass {
  if (isRequestStatus(status)) return 'request-fault';
  if (status === 401) return 'auth';
  if (status === 402 || status === 403) return 'payment';
  if (status === 404) return 'not-found';
  if (status === 429) return 'quota';
  return TRANSIENT.has(status) ? 'transient' : 'other';
}

function byRule(
  rule: RequestScopedRule,
  failure: UpstreamFailure,
  read: FailureText,
): Classification {
  const forced = rule.action.endsWith('-and-cooldown');
  return outcome(classOfStatus(failure.status), failure, read, {
    verdict: rule.action.startsWith('stop') ? 'stop' : 'next',
    neutral: !forced,
    forced,
  });
}

function ofCompact(failure: UpstreamFailure, read: FailureText): Classification {
  if (COMPACT_FINAL.has(failure.status) && !isDeadGrant(read)) {
    return outcome('request-fault', failure, read);
  }
  const kind = classOf(failure, read);
  const cools = COMPACT_COOLS.has(kind) || failure.credentialScoped;
  return outcome(kind, failure, read, cools ? {} : { neutral: true });
}

/**
 * A connection that failed or ended. Before the request was written another credential may try; later
 * the turn may have been billed. The reference tries again in every case.
 */
function withoutStatus(failure: UpstreamFailure, phase: CallPhase): Classification {
  const { network } = failure;
  // A cut after the head is the end of a connection that worked: it says nothing of the account.
  const ended =
    phase === 'answering' ||
    network === 'closed' ||
    network === 'timeout' ||
    network === 'cancelled';
  const stop = network === 'cancelled' || phase !== 'not-sent';
  const words = failure.body.trim() || 'the upstream connection failed';
  const text = stop && network !== 'cancelled' ? `${words}; ${MAYBE_PROCESSED}` : words;
  return {
    class: ended ? 'connection-end' : 'other',
    verdict: stop ? 'stop' : 'next',
    neutral: ended,
    message: bounded(text),
    status: 0,
    retryAfterMs: undefined,
    evidence: undefined,
    usageLimit: undefined,
    credentialScoped: failure.credentialScoped,
    forced: false,
  };
}

type Override = Partial<Pick<Classification, 'verdict' | 'neutral' | 'forced'>>;

function outcome(
  kind: FailureClass,
  failure: UpstreamFailure,
  read: FailureText,
  override: Override = {},
): Classification {
  const fault = kind === 'request-fault';
  return {
    class: kind,
    verdict: fault || failure.final === true ? 'stop' : 'next',
    neutral: fault,
    message: messageOf(kind, failure, read),
    status: failure.status,
    retryAfterMs: failure.retryAfterMs,
    evidence: failure.evidence,
    usageLimit: failure.usageLimit,
    credentialScoped: failure.credentialScoped,
    forced: false,
    ...override,
  };
}

function messageOf(kind: FailureClass, failure: UpstreamFailure, read: FailureText): string {
  if (kind === 'challenge') return 'cloudflare challenge';
  return bounded(errorMessage(read.root) || failure.body.trim() || statusText(failure.status));
}

/** Cut first: masking looks at every character. */
function bounded(text: string): string {
  return maskText(text.slice(0, MAX_MESSAGE_CHARS)).slice(0, MAX_MESSAGE_CHARS);
}
