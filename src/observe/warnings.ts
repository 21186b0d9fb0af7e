/**
 * Codes of everything that an operator may want to search for in the log beside request errors.
 * A code is never renamed or reused.
 */
import type { Log } from './log.ts';

/** All codes with the line they log. */
export const WARNINGS = {
  SWY_W001: 'the state store can not be used: state is kept in memory and lost at the next stop',
  SWY_W002: 'a reload failed: the running configuration stays',
  SWY_W003: 'a credential file was skipped',
  SWY_W004: 'an error was caught nowhere: this thread stops',
  SWY_W005: 'a promise failed and nobody looked: this thread stops',
  SWY_W006: 'writing to the state store failed: the newest state may be lost at the next stop',
  SWY_W007: 'stored records of an unknown shape were left out',
  SWY_W008: 'keys of the configuration have no effect here',
  SWY_W009:
    'the native HTTP server does not load here: node:http serves, at a higher cost per request',
  SWY_W010: 'a thread ended and was replaced',
  SWY_W011: 'the header limit is above the one this process started with: restart to raise it',
} as const;

/** A code of the catalogue. */
export type WarningCode = keyof typeof WARNINGS;

/** Logs one warning of the catalogue; `details` become fields of the line. */
export function warn(log: Log, code: WarningCode, details: Record<string, unknown> = {}): void {
  log.warn({ code, ...details }, WARNINGS[code]);
}
