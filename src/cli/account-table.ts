/** The table of `switchyard accounts`. Pure; durations are relative to the given time. */
import type { LastError } from '../credentials/state.ts';
import { DEFAULT_LIMIT, windowsOf, type QuotaReadings } from '../credentials/quota.ts';
import type { AccountView } from './account-view.ts';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** Models that are named in a cell, and characters of an error. */
const MAX_NAMED_MODELS = 2;
const MAX_ERROR_CHARS = 200;

const COLUMNS = ['ACCOUNT', 'PROVIDER', 'PLAN', 'STATE', 'QUOTA USED', 'TOKEN', 'SOURCE'];

/** Two spaces between columns; nothing behind the last one. */
const GAP = '  ';

/** Lines of the table; below an account its last error. */
export function accountTable(views: readonly AccountView[], nowMs: number): string[] {
  const rows = views.map((view) => cellsOf(view, nowMs));
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return [
    line(COLUMNS),
    ...views.flatMap((view, index) => [line(rows[index] ?? []), ...errorLine(view.lastError)]),
  ];
}

function cellsOf(view: AccountView, nowMs: number): string[] {
  const cells = [
    view.email ?? view.label,
    view.provider,
    view.plan ?? '-',
    stateText(view, nowMs),
    quotaText(view.quota, nowMs),
    tokenText(view, nowMs),
    view.source,
  ];
  return cells.map(plain);
}

/** Words of files and upstreams on a terminal: one line, no control characters. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

function stateText({ status, until, blocks }: AccountView, nowMs: number): string {
  const rest = until === undefined ? '' : ` for ${duration(until - nowMs)}`;
  switch (status) {
    case 'ready':
    case 'disabled':
      return status;
    case 'login':
      return 'login needed';
    case 'cooling':
      return `cooling${rest}`;
    case 'limited': {
      const names = blocks.slice(0, MAX_NAMED_MODELS).map(({ model }) => model);
      const more = blocks.length > names.length ? ', ...' : '';
      return `limited${rest}: ${names.join(', ')}${more}`;
    }
  }
}

/** `5h 42% (resets in 2h05m), 7d 80% (resets in 3d4h)`; other limits with their name before it. */
export function quotaText(quota: QuotaReadings | undefined, nowMs: number): string {
  const limits = (quota?.limits ?? []).flatMap((limit) => {
    const windows = windowsOf(limit).map(({ windowMinutes, usedPercent, resetAt }) => {
      const span = duration(windowMinutes * MINUTE_MS);
      // A window that was reset since the reading is fresh.
      if (resetAt <= nowMs) return `${span} 0%`;
      return `${span} ${Math.round(usedPercent)}% (resets in ${duration(resetAt - nowMs)})`;
    });
    const name = limit.name === DEFAULT_LIMIT ? '' : `${limit.name}: `;
    return windows.length === 0 ? [] : [name + windows.join(', ')];
  });
  return limits.length === 0 ? '-' : limits.join('; ');
}

function tokenText({ tokenExpiresAt }: AccountView, nowMs: number): string {
  if (tokenExpiresAt === undefined) return '-';
  return tokenExpiresAt > nowMs ? `ends in ${duration(tokenExpiresAt - nowMs)}` : 'ended';
}

function errorLine(error: LastError | undefined): string[] {
  if (error === undefined) return [];
  const { httpStatus, message, evidence } = error;
  const status = httpStatus > 0 ? ` ${httpStatus}` : '';
  const basis = evidence === undefined ? '' : ` (${evidence})`;
  const words = plain(message).slice(0, MAX_ERROR_CHARS);
  return [`${GAP}last error${status}: ${words}${plain(basis)}`];
}

/** `12m`, `2h05m`, `3d4h`; what has begun counts. */
export function duration(ms: number): string {
  const minutes = Math.max(Math.ceil(ms / MINUTE_MS), 1);
  if (minutes < HOUR_MINUTES) return `${minutes}m`;
  const hours = Math.floor((minutes % DAY_MINUTES) / HOUR_MINUTES);
  if (minutes >= DAY_MINUTES) {
    return `${Math.floor(minutes / DAY_MINUTES)}d${hours === 0 ? '' : `${hours}h`}`;
  }
  const rest = minutes % HOUR_MINUTES;
  return `${hours}h${rest === 0 ? '' : `${String(rest).padStart(2, '0')}m`}`;
}
