/**
 * Which conversation a request belongs to (routing.md 5.1, 5.4; codex.md 4.8), as the key of its
 * binding. Sub-agents share their parent's session id, so they share its credential.
 */
import { derivedSession, messageHashes } from '../conversation/derived.ts';
import { bindingKey, type BindingKey } from '../ids.ts';
import {
  explicitSignal,
  usable,
  type SignalId,
  type SignalSource,
} from '../conversation/signals.ts';
import type { ClientFormat } from '../formats/format.ts';

/** Keys under which one conversation is bound. */
export interface ConversationKeys {
  key: BindingKey;
  /** A second name of the same conversation, e.g. the one that its first turn had. */
  alias: BindingKey | undefined;
}

/** What signals are read from. */
export interface ConversationSource extends SignalSource {
  format: ClientFormat;
  /** Caller scope (codex.md 4.4); `''` without a client key. */
  scope: string;
  /** Session of the transport, e.g. one client WebSocket. */
  executionSession?: string | null;
}

/** Hex characters of the caller scope in a key: 64 bits keep callers apart. */
const SCOPE_CHARS = 16;

/**
 * Keys of the request's conversation for one model; undefined when it has no signal at all.
 * `provider`: the table's provider scope. What the client says itself counts first; the body's
 * messages are read only when it says nothing, and then only up to the first ones.
 * @throws SwitchyardError `invalid_json` for messages that are none.
 */
export function conversationKeys(
  source: ConversationSource,
  provider: string,
  model: string,
): ConversationKeys | undefined {
  const signal = signalOf(source);
  if (signal === undefined) return undefined;
  // Equal session ids of different callers are different conversations; the reference mixes them.
  const scope = source.scope === '' ? '' : `@${source.scope.slice(0, SCOPE_CHARS)}`;
  const keyOf = (id: string): BindingKey => bindingKey(`${provider}${scope}::${id}::${model}`);
  return {
    key: keyOf(signal.id),
    alias: signal.alias === undefined ? undefined : keyOf(signal.alias),
  };
}

function signalOf(source: ConversationSource): SignalId | undefined {
  const explicit = explicitSignal(source);
  if (explicit !== undefined) return explicit;
  const session = usable(source.executionSession ?? undefined);
  if (session !== undefined) return { id: `execution:${session}`, alias: undefined };
  const { format, scope, body, members } = source;
  // A prompt for an image or a text begins no conversation.
  if (format === 'openai-image' || format === 'openai-completion') return undefined;
  const derived = derivedSession(format, scope, body, members);
  if (derived !== undefined) return { id: `derived:${derived}`, alias: undefined };
  return messageHashes(format, body, members);
}

/** Is it a `prompt_cache_key`? A conversation keeps only its newest one (routing.md 5.4). */
export function isCacheKey(key: BindingKey): boolean {
  return key.includes('::pck:');
}
