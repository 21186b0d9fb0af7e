/** What a client of each dialect makes of an answer. Fails on any second end, or none. */
import assert from 'node:assert/strict';
import { readClaudeStream } from '../../support/claude.ts';
import { endingOf } from '../../support/endings.ts';
import { chunksIn, finishesIn, partsIn, type GeminiChunk } from '../../support/gemini.ts';
import { parseFrames, type ClientAnswer } from '../../support/http-client.ts';
import type { Form } from './said.ts';
import { qualified } from './forms/responses.ts';
import type { Json } from './forms/text.ts';

/** One answer in neutral terms. */
export interface Heard {
  text: string;
  reasoning: string;
  /** Proofs of the reasoning, wherever the dialect has a place for them. */
  proofs: string[];
  /** `input` is the parsed value. `namespace`: where the form has one, it is part of the name too. */
  calls: { id: string; name: string; input: unknown; namespace?: string }[];
  /** Did the model stop to have a tool called? Responses say it by the call alone. */
  stoppedForCall: boolean;
  usage: { input: number; cached: number; output: number };
  /** Tokens of the reasoning, where the dialect tells them. */
  reasoningTokens: number | undefined;
}

/** Reads a whole answer, streamed or not. */
export async function heardIn(form: Form, streams: boolean, answer: ClientAnswer): Promise<Heard> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.state, 'complete');
  const type = answer.headers['content-type'] ?? '';
  assert.match(type, streams ? /^text\/event-stream/ : /^application\/json/);
  return READERS[form](answer, text, streams);
}

type Reader = (answer: ClientAnswer, text: string, streams: boolean) => Promise<Heard> | Heard;

const READERS: Readonly<Record<Form, Reader>> = {
  chat: heardByChat,
  responses: heardByResponses,
  claude: heardByClaude,
  gemini: heardByGemini,
};

/** The error that a client of this dialect reads. */
export async function errorIn(form: Form, answer: ClientAnswer): Promise<Json> {
  const body = await answer.json();
  const error = body['error'] as Json;
  assert.equal(typeof error['message'], 'string');
  if (form === 'claude') assert.equal(body['type'], 'error');
  return error;
}

const dataOf = (text: string): Json[] =>
  parseFrames(text)
    .filter(({ data }) => data.startsWith('{'))
    .map(({ data }) => JSON.parse(data) as Json);

interface ChatMessage {
  content?: string | null;
  reasoning_content?: string;
  tool_calls?: {
    index?: number;
    id?: string;
    function: { name?: string; arguments?: string };
    extra_content?: { google: { thought_signature: string } };
  }[];
}

interface ChatBody {
  choices: { delta?: ChatMessage; message?: ChatMessage; finish_reason?: string | null }[];
  usage?: {
    prompt_tokens: number;
    completion_tokens: number;
    prompt_tokens_details: { cached_tokens: number };
    completion_tokens_details?: { reasoning_tokens: number };
  };
}

async function heardByChat(answer: ClientAnswer, text: string, streams: boolean): Promise<Heard> {
  assert.equal((await endingOf(answer, 'chat')).kind, 'ok');
  const bodies = (streams ? dataOf(text) : [JSON.parse(text)]) as ChatBody[];
  const choices = bodies.flatMap((body) => body.choices);
  const messages = choices.map(({ delta, message }) => delta ?? message ?? {});
  const finishes = choices.flatMap(({ finish_reason: reason }) => reason ?? []);
  assert.equal(finishes.length, 1, 'one finish reason');
  const usages = bodies.flatMap(({ usage }) => usage ?? []);
  assert.equal(usages.length, 1, 'usage is told once');
  const [usage] = usages;
  return {
    text: messages.map(({ content }) => content ?? '').join(''),
    // Blank lines part the summaries of several reasoning items.
    reasoning: messages
      .map(({ reasoning_content: told }) => told ?? '')
      .join('')
      .trim(),
    proofs: messages
      .flatMap((message) => message.tool_calls ?? [])
      .flatMap(({ extra_content: extra }) => extra?.google.thought_signature ?? []),
    calls: chatCalls(messages),
    stoppedForCall: finishes[0] === 'tool_calls',
    usage: {
      input: usage?.prompt_tokens ?? 0,
      cached: usage?.prompt_tokens_details.cached_tokens ?? 0,
      output: usage?.completion_tokens ?? 0,
    },
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens,
  };
}

function chatCalls(messages: readonly ChatMessage[]): Heard['calls'] {
  const calls: { id: string; name: string; text: string }[] = [];
  for (const { index = 0, id, function: called } of messages.flatMap(
    (message) => message.tool_calls ?? [],
  )) {
    const call = (calls[index] ??= { id: '', name: '', text: '' });
    call.id += id ?? '';
    call.name += called.name ?? '';
    call.text += called.arguments ?? '';
  }
  return calls.map(({ id, name, text }) => ({ id, name, input: JSON.parse(text) as unknown }));
}

interface Item {
  type: string;
  call_id: string;
  name: string;
  namespace?: string;
  arguments: string;
  content: { text: string }[];
  summary: { text: string }[];
  encrypted_content?: string;
}

async function heardByResponses(
  answer: ClientAnswer,
  text: string,
  streams: boolean,
): Promise<Heard> {
  assert.equal((await endingOf(answer, 'responses')).kind, 'ok');
  const events = streams ? dataOf(text) : [];
  const whole = (streams ? events.at(-1)?.['response'] : JSON.parse(text)) as Json;
  const items = whole['output'] as Item[];
  const of = (type: string): Item[] => items.filter((item) => item.type === type);
  if (streams) checkDeltas(events, items);
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

/** A signature of Google travels in a carrier that names its neighbour. */
function uncarried(proof = ''): string {
  const carried = /^cpa-gemini-(?:responses-)?carrier-v1:next:function:(.+)$/.exec(proof)?.[1];
  return carried === undefined ? proof : Buffer.from(carried, 'base64').toString();
}

/** What was streamed is what the last event holds, item by item. */
function checkDeltas(events: readonly Json[], items: readonly Item[]): void {
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

function heardByClaude(answer: ClientAnswer, text: string, streams: boolean): Heard {
  assert.match(answer.headers['request-id'] ?? '', /^req_[0-9a-f]{8}$/);
  const whole = streams ? undefined : (JSON.parse(text) as Json);
  const message = whole ?? { ...readClaudeStream(text) };
  const content = message['content'] as Json[];
  const of = (type: string): Json[] => content.filter((block) => block['type'] === type);
  const usage = message['usage'] as Record<string, number>;
  const stop = message['stop_reason'] ?? message['stopReason'];
  assert.match(String(stop), /^(end_turn|tool_use)$/);
  const cached = usage['cache_read_input_tokens'] ?? 0;
  return {
    text: of('text')
      .map((block) => String(block['text']))
      .join(''),
    reasoning: of('thinking')
      .map((block) => String(block['thinking']))
      .join(''),
    proofs: of('thinking').flatMap(({ signature }) => uncarried(String(signature ?? '')) || []),
    calls: of('tool_use').map(({ id, name, input }) => ({
      id: String(id),
      name: String(name),
      input,
    })),
    stoppedForCall: stop === 'tool_use',
    usage: {
      input: (usage['input_tokens'] ?? 0) + cached,
      cached,
      output: usage['output_tokens'] ?? 0,
    },
    reasoningTokens: undefined,
  };
}

function heardByGemini(_answer: ClientAnswer, text: string, streams: boolean): Heard {
  const chunks = streams ? chunksIn(text) : [JSON.parse(text) as GeminiChunk];
  assert.deepEqual(finishesIn(chunks), ['STOP']);
  assert.equal(chunks.at(-1)?.candidates?.[0]?.finishReason, 'STOP', 'the last chunk ends it');
  const parts = partsIn(chunks) as (Json & ReturnType<typeof partsIn>[number])[];
  const texts = (thought: boolean): string =>
    parts
      .filter((part) => (part.thought === true) === thought)
      .map((part) => part.text ?? '')
      .join('');
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
  const { usageMetadata: usage = {} } = chunks.at(-1) ?? {};
  const output = (usage['candidatesTokenCount'] ?? 0) + (usage['thoughtsTokenCount'] ?? 0);
  assert.equal(usage['totalTokenCount'], (usage['promptTokenCount'] ?? 0) + output);
  return {
    text: texts(false),
    reasoning: texts(true),
    proofs: parts.flatMap(({ thoughtSignature }) => (thoughtSignature as string) ?? []),
    calls: calls.map(({ id = '', name, args }) => ({ id, name, input: args })),
    stoppedForCall: calls.length > 0,
    usage: {
      input: usage['promptTokenCount'] ?? 0,
      cached: usage['cachedContentTokenCount'] ?? 0,
      output,
    },
    reasoningTokens: usage['thoughtsTokenCount'],
  };
}
