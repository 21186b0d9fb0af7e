/** Requests and answers of the Responses API, for the HTTP client and the WebSocket client. */
import type { Answer } from './client.ts';
import { INSTRUCTIONS, RESPONSES_TOOLS } from './plan.ts';

export type Item = Record<string, unknown>;

/** Codex sends its instructions as the first message (clients.md 5.2). */
export const OPENING: Item[] = [message('developer', INSTRUCTIONS)];

export const userItem = (text: string): Item => message('user', text);

export const toolResultItem = (callId: string, output: string): Item => ({
  type: 'function_call_output',
  call_id: callId,
  output,
});

/** Everything but the input. */
export function settings(model: string, key: string): Item {
  return {
    model,
    tools: RESPONSES_TOOLS,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: key,
  };
}

/** The answer in a terminal event. @throws for every other end than a whole answer. */
export function answerOf(event: Item | undefined): Answer<Item> & { id: string } {
  if (event?.['type'] !== 'response.completed') {
    throw new Error(event === undefined ? 'the stream ended early' : reasonOf(event));
  }
  const response = event['response'] as {
    id: string;
    output: Item[];
    usage: { input_tokens: number; input_tokens_details: { cached_tokens: number } };
  };
  const call = response.output.find(({ type }) => type === 'function_call');
  return {
    id: response.id,
    items: response.output,
    callId: call && String(call['call_id']),
    inputTokens: response.usage.input_tokens,
    cachedTokens: response.usage.input_tokens_details.cached_tokens,
  };
}

function reasonOf(event: Item): string {
  const response = event['response'] as Item | undefined;
  const error = (event['error'] ?? response?.['error'] ?? event) as Item;
  return `${String(event['type'])}: ${String(error['code'] ?? error['type'])}`;
}

function message(role: string, text: string): Item {
  return { type: 'message', role, content: [{ type: 'input_text', text }] };
}
