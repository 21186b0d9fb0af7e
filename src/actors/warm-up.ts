/** Warm-ups: a WebSocket client sends what comes before its first turn, and wants no answer yet. */
import { memberOf, scanObject, textOf } from '../json/scan.ts';
import type { TurnRequest } from '../turn.ts';

/** Has the turn `generate: false` (codex.md 3.8)? Over HTTP the member means nothing. */
export function isWarmUp({ executionSession, body }: TurnRequest): boolean {
  if (executionSession === null) return false;
  const member = memberOf(scanObject(body), 'generate');
  return member !== undefined && textOf(body, member.valueStart, member.valueEnd) !== 'true';
}
