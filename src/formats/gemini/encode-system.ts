/** System text → `systemInstruction` (translate-gemini-thinking.md 4.2, 5.1, 6.1). */
import { splitMessages } from '../../canonical/late-system.ts';
import type { CanonicalRequest, Message } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';

/** A request taken apart: what is an instruction, what is conversation. */
export interface SplitRequest {
  instruction: JsonObject | undefined;
  conversation: readonly Message[];
}

/** Gemini refuses to answer instructions alone: the last of them counts as the user's (4.2). */
export function splitSystem(request: CanonicalRequest, client: HubClient): SplitRequest {
  const { messages, instructions } = request;
  const { system, conversation } = splitMessages(messages);
  const last = conversation.length === 0 ? system.at(-1) : undefined;
  const parts = (last === undefined ? system : system.slice(0, -1)).flatMap(textsOf);
  if (instructions !== undefined && instructions !== '') parts.unshift({ text: instructions });
  // Responses clients name no role here.
  const role = client === 'openai-response' ? {} : { role: 'user' };
  return {
    instruction: parts.length === 0 ? undefined : { ...role, parts },
    conversation: last === undefined ? conversation : [{ ...last, role: 'user' }],
  };
}

function textsOf({ content }: Message): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  return content.flatMap((part) => (part.type === 'text' ? [{ text: part.text }] : []));
}
