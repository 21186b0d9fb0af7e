/**
 * The events and the JSON body of one Responses answer (codex.md 1.11, translate 2.2 and 9.2): one
 * assistant message, one function call, or both. Pure builders; who answers what is decided elsewhere.
 */
import type { TurnUsage } from '../formats/format.ts';
import { splitText } from './text.ts';

/** A function call of the answer; `arguments` is JSON text. */
export interface ToolCall {
  callId: string;
  name: string;
  arguments: string;
}

/** Everything that varies between two answers. */
export interface Answer {
  /** Id without prefix, e.g. `7f3a`; the wire ids are derived from it. */
  id: string;
  model: string;
  /** Unix seconds. */
  createdAt: number;
  /** `''` = no message item. */
  text: string;
  toolCall: ToolCall | undefined;
  usage: TurnUsage;
}

/** One event; `type` is also the SSE event name. */
export interface ResponsesEvent {
  type: string;
  [member: string]: unknown;
}

type Item = Record<string, unknown>;

/** All events of a streamed answer, with `sequence_number` counted from 0. */
export function responsesEvents(answer: Answer): ResponsesEvent[] {
  const started = responseObject(answer, 'in_progress', []);
  const events: ResponsesEvent[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
  ];
  if (answer.text !== '') events.push(...messageEvents(answer));
  if (answer.toolCall !== undefined) {
    events.push(...callEvents(answer, answer.toolCall, answer.text === '' ? 0 : 1));
  }
  events.push({ type: 'response.completed', response: responsesBody(answer) });
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

/** The events of a warm-up: nothing is answered (clients.md 5.3). */
export function warmUpEvents(answer: Answer): ResponsesEvent[] {
  const response = { ...responseObject(answer, 'completed', []), usage: warmUpUsage(answer) };
  return [
    { type: 'response.created', response: responseObject(answer, 'in_progress', []) },
    { type: 'response.completed', response },
  ].map((event, index) => ({ ...event, sequence_number: index }));
}

function warmUpUsage({ usage }: Answer): Item {
  return responsesUsage({ ...usage, outputTokens: 0, totalTokens: usage.inputTokens });
}

/** The finished Responses object, as a non-stream answer carries it. */
export function responsesBody(answer: Answer): Item {
  const output: Item[] = [];
  if (answer.text !== '') output.push(messageItem(answer, 'completed'));
  if (answer.toolCall !== undefined) output.push(callItem(answer, answer.toolCall, 'completed'));
  return { ...responseObject(answer, 'completed', output), usage: responsesUsage(answer.usage) };
}

/** A `response.compaction` answer (codex.md 3.4). */
export function compactionBody(answer: Answer): Item {
  const sealed = Buffer.from(answer.text).toString('base64url');
  return {
    id: `resp_${answer.id}`,
    object: 'response.compaction',
    created_at: answer.createdAt,
    output: [{ type: 'compaction', encrypted_content: `gAAAA${sealed}` }],
    usage: responsesUsage(answer.usage),
  };
}

/** Token counts in Responses names. */
function responsesUsage(usage: TurnUsage): Item {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.totalTokens,
  };
}

function responseObject(answer: Answer, status: string, output: Item[]): Item {
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: answer.createdAt,
    status,
    model: answer.model,
    output,
  };
}

function messageItem(answer: Answer, status: 'in_progress' | 'completed'): Item {
  const content = status === 'completed' ? [textPart(answer.text)] : [];
  return { id: `msg_${answer.id}`, type: 'message', status, role: 'assistant', content };
}

function callItem(answer: Answer, call: ToolCall, status: 'in_progress' | 'completed'): Item {
  return {
    id: `fc_${answer.id}`,
    type: 'function_call',
    status,
    call_id: call.callId,
    name: call.name,
    arguments: status === 'completed' ? call.arguments : '',
  };
}

function textPart(text: string): Item {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function messageEvents(answer: Answer): ResponsesEvent[] {
  const place = { item_id: `msg_${answer.id}`, output_index: 0, content_index: 0 };
  const item = (status: 'in_progress' | 'completed') => ({
    output_index: 0,
    item: messageItem(answer, status),
  });
  return [
    { type: 'response.output_item.added', ...item('in_progress') },
    { type: 'response.content_part.added', ...place, part: textPart('') },
    ...splitText(answer.text).map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
    })),
    { type: 'response.output_text.done', ...place, text: answer.text },
    { type: 'response.content_part.done', ...place, part: textPart(answer.text) },
    { type: 'response.output_item.done', ...item('completed') },
  ];
}

function callEvents(answer: Answer, call: ToolCall, outputIndex: number): ResponsesEvent[] {
  const place = { item_id: `fc_${answer.id}`, output_index: outputIndex };
  const item = (status: 'in_progress' | 'completed') => ({
    output_index: outputIndex,
    item: callItem(answer, call, status),
  });
  return [
    { type: 'response.output_item.added', ...item('in_progress') },
    ...splitText(call.arguments).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      ...place,
      delta,
    })),
    { type: 'response.function_call_arguments.done', ...place, arguments: call.arguments },
    { type: 'response.output_item.done', ...item('completed') },
  ];
}
