/** What is noted about one request, or one turn of a WebSocket, for its line in the log. */
import { logRequest, requestLine } from '../observe/request-line.ts';
import { newRequestId } from './request-id.ts';
import type { Log } from '../observe/log.ts';
import type { RequestId } from '../ids.ts';
import type { TurnReport } from './client-turn.ts';

/** Filled in on the way. */
export interface Ledger {
  readonly id: RequestId;
  /** HTTP method; `WS` for a turn of a WebSocket. */
  readonly method: string;
  readonly path: string;
  model: string;
  readonly startedAt: number;
  /** Milliseconds of our own work: reading and routing the request. */
  ownMs: number;
}

/** A turn that never began. */
export const NOTHING_DONE: TurnReport = {
  status: 0,
  target: undefined,
  attempts: 0,
  firstByteAt: undefined,
  summary: undefined,
  error: undefined,
};

export function newLedger({ method, path }: Pick<Ledger, 'method' | 'path'>): Ledger {
  return { id: newRequestId(), method, path, model: '', startedAt: performance.now(), ownMs: 0 };
}

/** Writes the line. */
export function logTurn(log: Log, ledger: Ledger, report: TurnReport): void {
  const { id, method, path, model, startedAt, ownMs } = ledger;
  const { target, status, attempts, firstByteAt, summary, error } = report;
  const line = requestLine({
    id,
    method,
    path,
    model,
    account: target?.label ?? '',
    status,
    attempts,
    startedAt,
    firstByteAt,
    endedAt: performance.now(),
    ownMs,
    summary,
    error,
  });
  logRequest(log, line);
}
