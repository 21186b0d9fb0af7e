/**
 * The one log line of a finished request: who asked for what, which account served it and why, how
 * long it took and what it cost. Holds no content of the conversation and no secret.
 */
import { maskText } from './mask.ts';
import type { TurnSummary } from '../turn.ts';
import type { RequestId } from '../ids.ts';
import type { Log } from './log.ts';

/** What is known when a request ends. Times are `performance.now()` milliseconds. */
export interface RequestFacts {
  id: RequestId;
  method: string;
  /** Path without query. */
  path: string;
  /** As the client spelled it; `''` when it never got that far. */
  model: string;
  /** Label of the account that served it; `''` = none. */
  account: string;
  /** Status the client got; 499 = it left. */
  status: number;
  /** Credentials that were tried. */
  attempts: number;
  startedAt: number;
  /** Undefined: no byte of an answer was written. */
  firstByteAt: number | undefined;
  endedAt: number;
  /** Time spent in the front's own code; the actor's share is added from the summary. */
  ownMs: number;
  summary: TurnSummary | undefined;
  /** Error code of the catalogue, or `upstream_error`; undefined = success. */
  error: string | undefined;
}

/** The fields in the order in which they are logged. Undefined fields do not appear. */
export interface RequestLine {
  id: RequestId;
  route: string;
  model: string;
  account: string;
  /** Which signal chose the conversation (codex.md 4.7). */
  source: string;
  status: number;
  ms: number;
  ttfbMs: number | undefined;
  ownMs: number;
  attempts: number;
  cached: number | undefined;
  in: number | undefined;
  out: number | undefined;
  /** How the upstream was asked; left out for plain HTTP. */
  via: 'websocket' | undefined;
  /** Request bytes that did not have to travel upstream; left out when there were none. */
  savedBytes: number | undefined;
  error: string | undefined;
}

/** Builds the line. Model and path are the client's words: nothing that looks like a key is kept. */
export function requestLine(facts: RequestFacts): RequestLine {
  const { summary } = facts;
  const usage = summary?.usage ?? undefined;
  return {
    id: facts.id,
    route: `${facts.method} ${maskText(facts.path)}`,
    model: maskText(facts.model),
    account: facts.account,
    source: summary?.continuity ?? 'none',
    status: facts.status,
    ms: tenths(facts.endedAt - facts.startedAt),
    ttfbMs:
      facts.firstByteAt === undefined ? undefined : tenths(facts.firstByteAt - facts.startedAt),
    ownMs: tenths(facts.ownMs + (summary?.ownMs ?? 0)),
    attempts: facts.attempts,
    cached: usage?.cachedTokens,
    in: usage?.inputTokens,
    out: usage?.outputTokens,
    via: summary?.transport === 'websocket' ? 'websocket' : undefined,
    savedBytes: summary?.savedBytes || undefined,
    error: facts.error,
  };
}

/** Logs the line: failures of the proxy or the upstream as `warn`, everything else as `info`. */
export function logRequest(log: Log, line: RequestLine): void {
  if (line.status >= 500) log.warn(line, 'request');
  else log.info(line, 'request');
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
