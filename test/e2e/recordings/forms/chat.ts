/** Bodies of Chat Completions. */
import { textsOf, type Json } from './text.ts';
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
