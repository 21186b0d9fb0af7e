/** The client's own name of its session, by which its tool calls are kept (codex.md 3.5). */
import { isObject } from '../../canonical/value.ts';
import { parsedJson } from '../errors/body.ts';

/** Characters of a key; a longer one names nothing. */
const MAX_KEY_CHARS = 256;

/**
 * `header`: reads a header of the handshake. `''`: the client names none. `scope` keeps callers with
 * equal names apart, which the reference does not.
 */
export function toolCacheKey(header: (name: string) => string | undefined, scope: string): string {
  const names = [
    header('x-client-request-id'),
    sessionIn(header('x-codex-turn-metadata')),
    header('session-id'),
    header('session_id'),
  ];
  const name = names.map((value) => value?.trim() ?? '').find((value) => value !== '') ?? '';
  return name === '' || name.length > MAX_KEY_CHARS ? '' : `${scope}:${name}`;
}

function sessionIn(metadata: string | undefined): string | undefined {
  const value = metadata === undefined ? undefined : parsedJson(metadata);
  const session = isObject(value) ? value['session_id'] : undefined;
  return typeof session === 'string' ? session : undefined;
}
