/** Responses, Codex upstreams too: what its requests say, and what its clients hear. */
import assert from 'node:assert/strict';
import { endingOf } from '../../../support/endings.ts';
import type { ClientAnswer } from '../../../support/http-client.ts';
import type { Heard } from '../dialects.ts';
import { dataOf, textsOf, uncarried, type Json } from './text.ts';
import type { Collector } from '../said.ts';

interface Item {
  type?: string;
  role?: string;
  content?: unknown;
  call_id?: string;
  name?: string;
  namespace?: string;
  arguments?: string;
  output?: unknown;
  encrypted_content?: unknown;
}

interface Tool {
  type: string;
  name?: string;
  tools?: Tool[];
}

export function responsesSays(body: Json, said: Collector): void {
  said.system(textsOf(body['instructions']));
  const { input } = body;
  if (typeof input === 'string') said.text('user', input);
  else for (const item of input as Item[]) itemSays(item, said);
  for (const { type, name = '', tools = [] } of (body['tools'] ?? []) as Tool[]) {
    if (type === 'function') said.tool(name);
    if (type === 'custom') said.customTool(name);
    // Members of a namespace are functions of their own everywhere else.
    for (const member of tools) said.tool(qualified({ ...member, namespace: name }));
  }
}

function itemSays(item: Item, said: Collector): void {
  const { type = 'message', role, call_id: id = '' } = item;
  if (type === 'function_call') said.call(id, qualified(item), item.arguments);
  else if (type === 'function_call_output') said.result(id, textsOf(item.output));
  else if (type === 'reasoning') said.proof(item.encrypted_content);
  else if (role === 'system' || role === 'developer') said.system(textsOf(item.content));
  else said.text(role as 'user' | 'assistant', textsOf(item.content));
}

/** Name of a function with its namespace, as forms without namespaces have it. */
export const qualified = ({
  namespace,
  name = '',
}: {
  namespace?: string;
  name?: string;
}): string => (namespace === undefined ? name : `${namespace}__${name}`);

interface Output {
  type: string;
  call_id: string;
  name: string;
  namespace?: string;
  arguments: string;
  content: { text: string }[];
  summary: { text: string }[];
  encrypted_content?: string;
}

/** Reads the answer to a Responses client over HTTP. */
export async function heardByResponses(
  answer: ClientAnswer,
  text: string,
  streams: boolean,
): Promise<Heard> {
  assert.equal((await endingOf(answer, 'responses')).kind, 'ok');
  return streams ? heardInEvents(dataOf(text)) : heardInResponse(JSON.parse(text) as Json);
}

/** Reads the events of one Responses answer, however they came. */
export function heardInEvents(events: readonly Json[]): Heard {
  const whole = events.at(-1)?.['response'] as Json;
  assert.equal(whole['status'], 'completed');
  checkDeltas(events, whole['output'] as Output[]);
  return heardInResponse(whole);
}

function heardInResponse(whole: Json): Heard {
  const items = whole['output'] as Output[];
  const of = (type: string): Output[] => items.filter((item) => item.type === type);
  const usage = whole['usage'] as Json;
  return {
    text: of('message')
      .flatMap(({ content }) => content.map((part) => part.text))
      .join(''),
    reasoning: of('reasoning')
      .flatMap(({ summary }) => summary.map((part) => part.text))
      .join(''),
    proofs: of('reasoning').flatMap(({ encrypted_content: proof }) => uncarried(proof) || []),
    calls: of('function_call').map((item) => ({
      id: item.call_id,
      name: qualified(item),
      namespace: item.namespace,
      input: JSON.parse(item.arguments) as unknown,
    })),
    stoppedForCall: of('function_call').length > 0,
    usage: {
      input: Number(usage['input_tokens']),
      cached: Number((usage['input_tokens_details'] as Json)['cached_tokens']),
      output: Number(usage['output_tokens']),
    },
    reasoningTokens: (usage['output_tokens_details'] as { reasoning_tokens: number })
      .reasoning_tokens,
  };
}

/** What was streamed is what the last event holds, item by item. */
function checkDeltas(events: readonly Json[], items: readonly Output[]): void {
  const deltas = (type: string): string =>
    events
      .filter((event) => event['type'] === type)
      .map(({ delta }) => String(delta))
      .join('');
  const texts = items.flatMap(({ type, content }) => (type === 'message' ? content : []));
  assert.equal(deltas('response.output_text.delta'), texts.map(({ text }) => text).join(''));
  const calls = items.flatMap((item) => (item.type === 'function_call' ? item.arguments : []));
  assert.equal(deltas('response.function_call_arguments.delta'), calls.join(''));
  const done = events.filter(({ type }) => type === 'response.output_item.done');
  // A reasoning item without a proof may say so in either way.
  const told = (item: unknown): Json => ({ encrypted_content: '', ...(item as Json) });
  assert.deepEqual(
    done.map(({ item }) => told(item)),
    items.map(told),
    'every item is told once',
  );
}
