/**
 * Results right behind their calls. Responses clients may write anything between them, and some do,
 * because a user speaks while a tool runs; upstreams that know turns refuse it.
 */
import type { ToolResultPart } from './parts.ts';
import type { Message } from './request.ts';

/**
 * The messages, those that stand between a call and its result behind the result. What the assistant
 * says beside its calls stays in their turn, as long as nobody else speaks. Calls without any result
 * hold nothing up.
 */
export function resultsBehindCalls(messages: readonly Message[]): Message[] {
  const expected = new Map<string, number>();
  for (const { callId } of messages.flatMap(resultsOf)) add(expected, callId, 1);
  const placed: Message[] = [];
  /** Results that are due, by the id of their calls. */
  const due = new Map<string, number>();
  let held: Message[] = [];
  const take = (message: Message): void => {
    if (due.size > 0 && waits(message, held.length > 0)) {
      held.push(message);
      return;
    }
    placed.push(message);
    for (const { callId } of resultsOf(message)) {
      add(expected, callId, -1);
      if ((due.get(callId) ?? 0) > 1) add(due, callId, -1);
      else due.delete(callId);
    }
    for (const id of callIdsOf(message)) {
      if ((expected.get(id) ?? 0) > (due.get(id) ?? 0)) add(due, id, 1);
    }
    if (due.size > 0 || held.length === 0) return;
    const waiting = held;
    held = [];
    for (const later of waiting) take(later);
  };
  for (const message of messages) take(message);
  return [...placed, ...held];
}

function waits({ role, content }: Message, behindOthers: boolean): boolean {
  if (role === 'assistant' && !behindOthers) return false;
  if (typeof content === 'string' || content.length === 0) return true;
  if (content.every((part) => part.type === 'reasoning')) return false;
  return !content.some((part) => part.type === 'tool_call' || part.type === 'tool_result');
}

const add = (counts: Map<string, number>, id: string, change: number): void => {
  counts.set(id, (counts.get(id) ?? 0) + change);
};

function resultsOf({ content }: Message): ToolResultPart[] {
  if (typeof content === 'string') return [];
  return content.filter((part) => part.type === 'tool_result');
}

function callIdsOf({ content }: Message): string[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => (part.type === 'tool_call' ? part.id : []));
}
