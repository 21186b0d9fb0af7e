/**
 * Neighbours of one role are one turn for Anthropic, so clients may tell calls, or their results, in
 * several messages. Other families want all results of a turn right behind all its calls: what has
 * calls or results becomes one message, everything else stays as the client wrote it.
 */
import type { Part } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';

/** The messages; the same list where no neighbours have to be joined. */
export function joinedTurns(messages: readonly Message[]): readonly Message[] {
  const joined: Message[] = [];
  /** Content of the last turn, if it was joined here: more is added in its place, not copied. */
  let made: Part[] | undefined;
  for (const message of messages) {
    const place = openTurn(joined, message);
    const [first, ...others] = place < 0 ? [] : joined.splice(place);
    if (first === undefined) {
      made = undefined;
      joined.push(message);
    } else if (made !== undefined && others.length === 0) {
      for (const part of partsOf(message)) made.push(part);
      joined.push(first);
    } else {
      made = [first, ...others, message].flatMap(partsOf);
      joined.push({ ...first, content: made });
    }
  }
  return joined.length === messages.length ? messages : joined;
}

/** Where the turn begins that this message goes on with; -1: it stands alone. */
function openTurn(messages: readonly Message[], { role, content }: Message): number {
  if (role === 'assistant') {
    const last = messages.at(-1);
    const calls = last?.role === role && (has(last, 'tool_call') || holds(content, 'tool_call'));
    return calls ? messages.length - 1 : -1;
  }
  if (role !== 'user' || !holds(content, 'tool_result')) return -1;
  const turn = messages.findLastIndex((message) => message.role !== role) + 1;
  const first = messages.slice(turn).findIndex((message) => has(message, 'tool_result'));
  return first < 0 ? -1 : turn + first;
}

const has = (message: Message, type: Part['type']): boolean => holds(message.content, type);

const holds = (content: Message['content'], type: Part['type']): boolean =>
  typeof content !== 'string' && content.some((part) => part.type === type);

function partsOf({ content }: Message): readonly Part[] {
  if (typeof content !== 'string') return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}
