/** System text → `systemInstruction` (translate-gemini-thinking.md 4.2, 5.1, 6.1). */
import { isSystem, splitMessages } from '../../canonical/late-system.ts';
import type { CanonicalRequest, Message } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';

/** A request taken apart: what is an instruction, what is conversation. */
export interface SplitRequest {
  instruction: JsonObject | undefined;
  conversation: readonly Message[];
}

/** Gemini refuses to answer instructions alone: a chat client's only message counts as the user's. */
export function splitSystem(request: CanonicalRequest, client: HubClient): SplitRequest {
  const { messages, instructions } = request;
  const [only] = messages;
  if (messages.length === 1 && only !== undefined && isSystem(only) && client === 'openai') {
    return { instruction: undefined, conversation: [{ ...only, role: 'user' }] };
  }
  const { system, conversation } = splitMessages(messages);
  const parts = system.flatMap(textsOf);
  if (instructions !== undefined && instructions !== '') parts.unshift({ text: instructions });
  // Responses clients name no role here.
  const role = client === 'openai-response' ? {} : { role: 'user' };
  return {
    instruction: parts.length === 0 ? undefined : { ...role, parts },
    conversation,
  };
}

function textsOf({ content }: Message): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  return content.flatMap((part) => (part.type === 'text' ? [{ text: part.text }] : []));
}
