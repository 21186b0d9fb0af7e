/**
 * Identity of conversations whose client sends none: derived from how they begin, so it is the same
 * for all their turns and on every restart (routing.md 5.2, 5.3; codex.md 4.4). Used only when there
 * is no explicit signal.
 */
import { hash } from 'node:crypto';
import { fnv1a64 } from './fnv1a.ts';
import { memberOf, readString } from '../json/scan.ts';
import { openingOf, plainText, type ConversationFormat } from './opening.ts';
import { rootJson, rootParts } from './root-parts.ts';
import type { Member } from '../json/members.ts';
import type { SignalId } from './signals.ts';

/** Code points of an instruction that take part: heads are stable, dates and paths come later. */
export const INSTRUCTION_CODE_POINTS = 50;

/** Bytes of each text in a message hash. */
export const HASHED_TEXT_BYTES = 100;

/**
 * Derived id `ctx:v1:<64 hex>`; undefined without a first user message. Different callers (`scope`,
 * {@link callerScope}) never share one.
 * @throws SwitchyardError `invalid_json`.
 */
export function derivedSession(
  format: ConversationFormat,
  scope: string,
  body: Uint8Array,
  members: readonly Member[],
): string | undefined {
  const opening = openingOf(format, body, members, false);
  const user = rootParts(opening.user);
  if (user.length === 0) return undefined;
  const instructions = opening.instructions.map(head);
  const resource = format === 'gemini' ? cachedContent(body, members) : '';
  const root = rootJson({
    version: 'cpa-session-root-v1',
    format,
    caller_scope: scope,
    ...(instructions.length > 0 && { instructions }),
    user,
    ...(resource !== '' && { resource }),
  });
  return `ctx:v1:${hash('sha256', root)}`;
}

/**
 * Message hash `msg:<16 hex>` of the first texts. With an answer in the conversation the hash
 * without it is the alias, so that the second turn finds what the first one left. Instructions
 * alone name no conversation.
 * @throws SwitchyardError `invalid_json`.
 */
export function messageHashes(
  format: ConversationFormat,
  body: Uint8Array,
  members: readonly Member[],
): SignalId | undefined {
  const opening = openingOf(format, body, members, true);
  const user = plainText(opening.user);
  const before = [...textBytes('sys', opening.instructions[0] ?? ''), ...textBytes('usr', user)];
  const answer = textBytes('ast', opening.assistant ?? '');
  if (user === '' && answer.length === 0) return undefined;
  const short = before.length === 0 ? undefined : messageId(before);
  if (answer.length === 0) return short === undefined ? undefined : { id: short, alias: undefined };
  return { id: messageId([...before, ...answer]), alias: short };
}

function messageId(pieces: readonly Buffer[]): string {
  return `msg:${fnv1a64(pieces)}`;
}

function textBytes(name: string, text: string): Buffer[] {
  if (text === '') return [];
  // No character is shorter than one byte, so this cut never loses one of the bytes that count.
  const bytes = Buffer.from(text.slice(0, HASHED_TEXT_BYTES), 'utf8');
  return [Buffer.from(`${name}:`), bytes.subarray(0, HASHED_TEXT_BYTES), Buffer.from('\n')];
}

function head(text: string): string {
  // A code point has one or two code units.
  const units = text.slice(0, 2 * INSTRUCTION_CODE_POINTS);
  return [...units].slice(0, INSTRUCTION_CODE_POINTS).join('');
}

function cachedContent(body: Uint8Array, members: readonly Member[]): string {
  const member = memberOf(members, 'cachedContent') ?? memberOf(members, 'cached_content');
  if (member === undefined) return '';
  return readString(body, member.valueStart, member.valueEnd) ?? '';
}
