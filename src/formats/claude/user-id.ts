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
  const { metadata, user } = request.identity;
  const named = [stringOf(metadata?.user_id), user];
  const own = named.find((name) => name !== undefined && name.trim() !== '');
  if (own !== undefined) return own;
  const seed = seedOf(request);
  return seed === undefined ? UNKNOWN : hashed(seed);
}

/** What stays the same through a conversation, the first that there is. */
function seedOf(request: CanonicalRequest): string | undefined {
  const { identity, cache, messages } = request;
  return (
    seed('prompt_cache_key', cache.key) ??
    seed('session_id', identity.session) ??
    seed('conversation_id', identity.conversation) ??
    seed(
      'content',
      messages.map(userText).find((text) => text !== ''),
    ) ??
    openingOf(request)
  );
}

function seed(name: string, value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  return text === '' ? undefined : `${name}:${text}`;
}

/** Without a word of the user: what stands before the conversation. */
function openingOf({ model, instructions, messages }: CanonicalRequest): string | undefined {
  const system = messages.filter(({ role }) => role === 'system' || role === 'developer');
  const parts = [
    seed('model', model),
    seed('instructions', instructions),
    ...system.map((message) => seed('system', textOfMessage(message))),
  ];
  return parts.filter((part) => part !== undefined).join(';') || undefined;
}

const userText = (message: Message): string =>
  message.role === 'user' ? textOfMessage(message) : '';

function textOfMessage({ content }: Message): string {
  if (typeof content === 'string') return content.trim();
  const texts = content.map((part) => (part.type === 'text' ? part.text.trim() : ''));
  return texts.filter((text) => text !== '').join('\n');
}

const hashed = (seed: string): string => createHash('sha256').update(seed).digest('hex');
