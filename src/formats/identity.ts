/** Who asks and in which conversation, as bodies of several formats say it. */
import type { Identity } from '../canonical/request.ts';
import { isObject, objectOf, stringOf, type JsonObject } from '../canonical/value.ts';

/** Reads the names; `''` counts as missing. */
export function decodeIdentity(body: JsonObject): Identity {
  const { conversation } = body;
  return {
    user: stringOf(body.user),
    metadata: isObject(body.metadata) ? body.metadata : undefined,
    session: named(body.session_id) ?? named(body.sessionId),
    conversation:
      named(objectOf(conversation).id) ?? named(conversation) ?? named(body.conversation_id),
  };
}

function named(value: unknown): string | undefined {
  return stringOf(value)?.trim() || undefined;
}
