/**
 * System text amid a conversation, for upstreams that know it in front only. There it stays in its
 * place, as a user would pass it on: joined to the text in front it would change the beginning of
 * the conversation, and the upstream's prompt cache of all of it would be lost.
 */
import { resultsBehindCalls } from './call-order.ts';
import type { Part } from './parts.ts';
import type { Message } from './request.ts';

/** The messages in front of the conversation, and the conversation, told without system messages. */
export interface SplitMessages {
  readonly system: readonly Message[];
  readonly conversation: readonly Message[];
}

/** Is it a message of the program that asks, not of its user? */
export const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';

/** Texts of the system as a part of a user's message. */
export const reminderOf = (texts: readonly string[]): Part => ({
  type: 'text',
  text: `<system-reminder>\n${texts.join('\n')}\n</system-reminder>`,
});

/** Parts system text off. What stands between a call and its result is told behind the result. */
export function splitMessages(messages: readonly Message[]): SplitMessages {
  const start = messages.findIndex((message) => !isSystem(message));
  if (start < 0) return { system: messages, conversation: [] };
  const conversation = resultsBehindCalls(messages.slice(start));
  return {
    system: messages.slice(0, start),
    conversation: conversation.flatMap((message) =>
      isSystem(message) ? reminderMessage(message) : message,
    ),
  };
}

/** Parts that are no text stay beside it; nothing said is no message. */
function reminderMessage(message: Message): Message[] {
  const parts: readonly Part[] =
    typeof message.content === 'string'
      ? [{ type: 'text', text: message.content }]
      : message.content;
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const said = texts.filter((text) => text.trim() !== '');
  const others = parts.filter((part) => part.type !== 'text');
  const content = said.length === 0 ? others : [reminderOf(said), ...others];
  return content.length === 0 ? [] : [{ ...message, role: 'user', content }];
}
