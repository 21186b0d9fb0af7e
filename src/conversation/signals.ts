/**
 * The explicit signals of a conversation, in the order in which they count (routing.md 5.1, codex.md
 * 4.8): what clients say themselves, in headers and in the body's top level.
 */
import { headerValue } from '../headers.ts';
import { memberOf, parseValue, readString, scanObject } from '../json/scan.ts';
import type { Member } from '../json/members.ts';

/** Bytes of a usable value (codex.md 4.4). */
export const MAX_SIGNAL_BYTES = 256;

/** A conversation's id with the signal's name in front, and a second name for the same one. */
export interface SignalId {
  id: string;
  alias: string | undefined;
}

/** Where signals are read from. */
export interface SignalSource {
  /** Flat pairs, lower-case names. */
  headers: readonly string[];
  body: Uint8Array;
  members: readonly Member[];
}

/**
 * Header, prefix of its id; rows 1 and 3 to 5, with the spellings real clients use (clients.md 2).
 * Row 6, `x-client-request-id`, is left out: most clients that send it make a new one for each
 * request, and the one that does not always sends a session header too.
 */
const HEADERS: readonly (readonly [header: string, prefix: string])[] = [
  ['session-id', 'codex'],
  ['session_id', 'codex'],
  ['x-session-id', 'header'],
  ['x-session-affinity', 'affinity'],
  ['x-amp-thread-id', 'amp'],
  ['conversation_id', 'conv'],
];

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const SESSION_SUFFIX = /_session_([a-f0-9-]+)$/;

/** A value without outer blanks; undefined when it is blank, too long or has control characters. */
export function usable(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  if (text === '' || CONTROL.test(text)) return undefined;
  return Buffer.byteLength(text) > MAX_SIGNAL_BYTES ? undefined : text;
}

/** The first usable explicit signal, or undefined. */
export function explicitSignal(source: SignalSource): SignalId | undefined {
  const claude = claudeSession(source);
  if (claude !== undefined) return { id: `claude:${claude}`, alias: undefined };
  for (const [header, prefix] of HEADERS) {
    const value = usable(headerValue(source.headers, header));
    if (value !== undefined) return { id: `${prefix}:${value}`, alias: undefined };
  }
  return bodySignal(source);
}

/** Session of Claude Code: its header, else inside `metadata.user_id` (codex.md 4.3). */
export function claudeSession(source: SignalSource): string | undefined {
  const header = usable(headerValue(source.headers, 'x-claude-code-session-id'));
  if (header !== undefined) return header;
  const userId = metadataUserId(source);
  if (userId === undefined) return undefined;
  if (userId.startsWith('{')) return usable(sessionInside(userId));
  return usable(SESSION_SUFFIX.exec(userId)?.[1]);
}

/** `prompt_cache_key`, trimmed, in either spelling (clients.md 2, row 7). */
export function explicitCacheKey(source: SignalSource): string | undefined {
  return bodyText(source, 'prompt_cache_key') ?? bodyText(source, 'promptCacheKey');
}

function bodySignal(source: SignalSource): SignalId | undefined {
  const session = bodyText(source, 'session_id') ?? bodyText(source, 'sessionId');
  if (session !== undefined) return { id: `session:${session}`, alias: undefined };
  const conversation = conversationId(source);
  const cacheKey = explicitCacheKey(source);
  if (cacheKey !== undefined) {
    return { id: `pck:${cacheKey}`, alias: conversation && `conv:${conversation}` };
  }
  if (conversation !== undefined) return { id: `conv:${conversation}`, alias: undefined };
  const user = usable(metadataUserId(source));
  if (user !== undefined) return { id: `user:${user}`, alias: undefined };
  const flat = bodyText(source, 'conversation_id');
  return flat === undefined ? undefined : { id: `conv:${flat}`, alias: undefined };
}

function bodyText({ body, members }: SignalSource, key: string): string | undefined {
  const member = memberOf(members, key);
  if (member === undefined) return undefined;
  return usable(readString(body, member.valueStart, member.valueEnd));
}

/** `conversation` as a string or as an object with an id. */
function conversationId(source: SignalSource): string | undefined {
  const text = bodyText(source, 'conversation');
  if (text !== undefined) return text;
  return usable(nestedText(source, 'conversation', 'id'));
}

function metadataUserId(source: SignalSource): string | undefined {
  const text = nestedText(source, 'metadata', 'user_id')?.trim();
  return text === '' ? undefined : text;
}

const OPEN_BRACE = 0x7b;

function nestedText(
  { body, members }: SignalSource,
  outer: string,
  inner: string,
): string | undefined {
  const member = memberOf(members, outer);
  if (member === undefined || body[member.valueStart] !== OPEN_BRACE) return undefined;
  const nested = memberOf(scanObject(body, member.valueStart, member.valueEnd), inner);
  if (nested === undefined) return undefined;
  const value = parseValue(body, nested);
  return typeof value === 'string' ? value : undefined;
}

/** `session_id` of the JSON text that newer releases put into `user_id`. */
function sessionInside(userId: string): string | undefined {
  try {
    const parsed = JSON.parse(userId) as { session_id?: unknown } | null;
    const session = parsed?.session_id;
    return typeof session === 'string' ? session : undefined;
  } catch {
    // Text that only looks like JSON carries no session.
    return undefined;
  }
}
