/** Chat Completions: what its requests say, and what its clients hear. */
import assert from 'node:assert/strict';
import { endingOf } from '../../../support/endings.ts';
import type { ClientAnswer } from '../../../support/http-client.ts';
import type { Heard } from '../dialects.ts';
import { dataOf, textsOf, type Json } from './text.ts';
import type { Collector } from '../said.ts';

interface ChatMessage {
  role: string;
  content?: unknown;
  reasoning_content?: string;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
}

export function chatSays(body: Json, said: Collector): void {
  for (const message of body['messages'] as ChatMessage[]) {
    const text = textsOf(message.content);
    if (message.role === 'system' || message.role === 'developer') said.system(text);
    else if (message.role === 'tool') said.result(message.tool_call_id ?? '', text);
    else said.text(message.role as 'user' | 'assistant', text);
    for (const { id, function: called } of message.tool_calls ?? []) {
      said.call(id, called.name, called.arguments);
    }
  }
  for (const tool of (body['tools'] ?? []) as { function: { name: string } }[]) {
    said.tool(tool.function.name);
  }
}

interface Answered {
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
  choices: { delta?: Answered; message?: Answered; finish_reason?: string | null }[];
  usage?: {
    prompt_tokens: number;
    completion_tokens: number;
    prompt_tokens_details: { cached_tokens: number };
    completion_tokens_details?: { reasoning_tokens: number };
  };
}

/** Reads the answer to a chat client. */
export async function heardByChat(
  answer: ClientAnswer,
  text: string,
  streams: boolean,
): Promise<Heard> {
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

function chatCalls(messages: readonly Answered[]): Heard['calls'] {
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
