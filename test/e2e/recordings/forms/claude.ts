/** Bodies of Anthropic Messages. */
import { textsOf, type Json } from './text.ts';
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
