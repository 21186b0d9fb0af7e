/**
 * Pairs tool calls with their results the way Codex demands it: every result follows its call, no
 * id stands for two calls (translate-openai-claude.md 4.2). Chat clients are careless there, so
 * missing ids are made, and what can not be paired is dropped.
 */
import type { Part, ToolCallPart, ToolResultPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';

/** A call that still waits for its result. */
interface Pending {
  sourceId: string;
  call: ToolCallPart;
  answered: boolean;
}

/** State while walking over the messages. */
interface Batch {
  pending: Pending[];
  ambiguous: ReadonlySet<string>;
}

const NO_IDS: ReadonlySet<string> = new Set();

/**
 * Messages with paired calls. A call to a tool that is only declared as a custom tool becomes a
 * custom call, whatever the envelope it came in. Messages without calls are passed on as they are.
 */
export function pairCalls(
  messages: readonly Message[],
  isCustomOnly: (name: string) => boolean,
): Message[] {
  const paired: Message[] = [];
  const newId = idMaker(messages);
  let batch: Batch = { pending: [], ambiguous: NO_IDS };
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'tool') {
      batch = { pending: [], ambiguous: repeatedIds(message) };
      paired.push(withCalls(message, index, batch, { newId, isCustomOnly }));
      continue;
    }
    const result = answered(message, batch);
    if (result !== undefined) paired.push({ ...message, content: [result] });
  }
  return paired;
}

interface Rules {
  newId(messageIndex: number, callIndex: number): string;
  isCustomOnly(name: string): boolean;
}

function withCalls(message: Message, index: number, batch: Batch, rules: Rules): Message {
  if (typeof message.content === 'string' || callsOf(message).length === 0) return message;
  const content: Part[] = [];
  let callIndex = 0;
  for (const part of message.content) {
    if (part.type !== 'tool_call') {
      content.push(part);
      continue;
    }
    callIndex += 1;
    if (batch.ambiguous.has(part.id)) continue;
    const id = part.id === '' ? rules.newId(index, callIndex - 1) : part.id;
    const kind = rules.isCustomOnly(part.name) ? 'custom' : part.kind;
    const call = { ...part, id, kind };
    batch.pending.push({ sourceId: part.id, call, answered: false });
    content.push(call);
  }
  return { ...message, content };
}

/** The result with the id and family of its call; undefined if no call waits for it. */
function answered(message: Message, batch: Batch): ToolResultPart | undefined {
  const result = typeof message.content === 'string' ? undefined : message.content[0];
  if (result?.type !== 'tool_result' || batch.ambiguous.has(result.callId)) return undefined;
  const { callId } = result;
  const match = batch.pending.find(
    ({ answered, sourceId, call }) =>
      !answered && (callId === '' || callId === sourceId || callId === call.id),
  );
  if (match === undefined) return undefined;
  match.answered = true;
  return { ...result, callId: match.call.id, kind: match.call.kind };
}

function callsOf(message: Message): ToolCallPart[] {
  if (typeof message.content === 'string') return [];
  return message.content.filter((part) => part.type === 'tool_call');
}

function repeatedIds(message: Message): ReadonlySet<string> {
  const calls = callsOf(message);
  if (calls.length < 2) return NO_IDS;
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { id } of calls) {
    if (id !== '' && seen.has(id)) repeated.add(id);
    seen.add(id);
  }
  return repeated;
}

/** Makes ids for calls that came without one, different from every id of the request. */
function idMaker(messages: readonly Message[]): Rules['newId'] {
  let used: Set<string> | undefined;
  return (messageIndex, callIndex) => {
    used ??= new Set(messages.flatMap(callsOf).map((call) => call.id));
    const base = `call_missing_${String(messageIndex)}_${String(callIndex)}`;
    let id = base;
    for (let count = 1; used.has(id); count += 1) id = `${base}_${String(count)}`;
    used.add(id);
    return id;
  };
}
