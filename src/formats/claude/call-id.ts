/** Ids of tool calls for Claude clients, and back (translate-openai-claude.md 3.7). */
import { hash } from 'node:crypto';

/** Longest id that Codex takes, bytes. */
export const MAX_CALL_ID_BYTES = 64;

const KEPT_BYTES = 47;
const HASH_DIGITS = 16;

/** An id the Codex upstream takes: a long one keeps its beginning, and a hash stands for the rest. */
export function shortCallId(id: string): string {
  const bytes = Buffer.from(id);
  if (bytes.length <= MAX_CALL_ID_BYTES) return id;
  const digest = hash('sha256', id).slice(0, HASH_DIGITS);
  return `${bytes.toString('utf8', 0, KEPT_BYTES)}_${digest}`;
}

/** An id that Claude clients take; `spare` stands for an empty one. */
export function claudeCallId(id: string, spare: string): string {
  return shortCallId((id === '' ? spare : id).replaceAll(/[^a-zA-Z0-9_-]/g, '_'));
}
