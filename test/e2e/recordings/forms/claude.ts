/** Anthropic Messages: what its requests say, and what its clients hear. */
import assert from 'node:assert/strict';
import { readClaudeStream } from '../../../support/claude.ts';
import type { ClientAnswer } from '../../../support/http-client.ts';
import type { Heard } from '../dialects.ts';
import { textsOf, uncarried, type Json } from './text.ts';
import type { Collector } from '../said.ts';

interface Block {
  type: string;
  text: string;
  signature?: string;
  id: string;
  name: string;
  input: unknown;
  tool_use_id: string;
  content?: unknown;
}

/** Begins the block that Claude Code puts in front. */
export const BILLING = 'x-anthropic-billing-header:';

export function claudeSays(body: Json, said: Collector): void {
  const { system } = body;
  const blocks = Array.isArray(system) ? (system as Block[]) : [];
  // Data about the single request: only Anthropic gets it.
  const instructions = blocks.filter(({ text }) => !text.startsWith(BILLING));
  said.system(textsOf(blocks.length > 0 ? instructions : system));
  for (const message of body['messages'] as { role: 'user' | 'assistant'; content: unknown }[]) {
    const { role, content } = message;
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    for (const block of parts as Block[]) blockSays(role, block, said);
  }
  for (const { name, type } of (body['tools'] ?? []) as { name: string; type?: string }[]) {
    if (type === undefined || type === 'custom') said.tool(name);
  }
}

function blockSays(role: 'user' | 'assistant', block: Block, said: Collector): void {
  if (block.type === 'text') said.text(role, block.text);
  else if (block.type === 'thinking') said.proof(block.signature);
  else if (block.type === 'tool_use') said.call(block.id, block.name, block.input);
  else said.result(block.tool_use_id, textsOf(block.content));
}

/** Reads the answer to a Claude client. */
export function heardByClaude(answer: ClientAnswer, text: string, streams: boolean): Heard {
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
