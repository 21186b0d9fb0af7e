/**
 * `metadata.user_id` of translated requests (translate-openai-claude.md 3.9): the client's own name
 * for its user, else a hash that stays the same through a conversation.
 */
import { createHash } from 'node:crypto';
import type { CanonicalRequest, Message } from '../../canonical/request.ts';
import { stringOf } from '../../canonical/value.ts';

/** Stands in when a request tells nothing at all. */
const UNKNOWN = 'unknown';

/** The value; never empty. */
export function claudeUserId(request: CanonicalRequest): string {
  const { identity, cache } = request;
  const named = [stringOf(identity.metadata?.user_id), identity.user];
  const own = named.find((name) => name !== undefined && name.trim() !== '');
  if (own !== undefined) return own;
  const key = cache.key?.trim() ?? '';
  if (key !== '') return hashed(`prompt_cache_key:${key}`);
  const text = request.messages.map(userText).find((found) => found !== '');
  return text === undefined ? UNKNOWN : hashed(`content:${text}`);
}

function userText({ role, content }: Message): string {
  if (role !== 'user') return '';
  if (typeof content === 'string') return content.trim();
  const texts = content.map((part) => (part.type === 'text' ? part.text.trim() : ''));
  return texts.filter((text) => text !== '').join('\n');
}

const hashed = (seed: string): string => createHash('sha256').update(seed).digest('hex');
