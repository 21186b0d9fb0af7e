/**
 * `x-codex-turn-state`: the upstream gives it to the client, and the client repeats it for the rest
 * of the user turn. It means something to the account that issued it only (clients.md 2, row 8), so
 * it leaves with the account's handle in front and comes back in only for that account.
 */
import { upstreamHeader } from '../../headers.ts';
import type { AccountHandle } from '../../ids.ts';

/** Name of the header, lower case. */
export const TURN_STATE_HEADER = 'x-codex-turn-state';

const SEPARATOR = '.';

/** The value as the client gets it. */
export const sealTurnState = (handle: AccountHandle, value: string): string =>
  handle + SEPARATOR + value;

/** The upstream's own value; undefined when another account, or nobody we know, issued it. */
export function openTurnState(
  handle: AccountHandle,
  sealed: string | undefined,
): string | undefined {
  const start = handle + SEPARATOR;
  return sealed?.startsWith(start) ? sealed.slice(start.length) : undefined;
}

/** Upstream answer headers (flat pairs) with every turn state sealed; the others as they are. */
export function sealedHeaders(handle: AccountHandle, headers: readonly string[]): string[] {
  return headers.map((text, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === TURN_STATE_HEADER
      ? sealTurnState(handle, text)
      : text,
  );
}

/** Only the turn state of upstream answer headers, sealed; empty when there is none. */
export function sealedTurnState(handle: AccountHandle, headers: readonly string[]): string[] {
  const value = upstreamHeader(headers, TURN_STATE_HEADER);
  return value === undefined ? [] : [TURN_STATE_HEADER, sealTurnState(handle, value)];
}
