/** Answers of a scripted Anthropic upstream. */

type Json = Record<string, unknown>;

/** One content block of an answer. */
export type Block =
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Json };

/** A signature that Anthropic could have issued. */
export const CLAUDE_SIGNATURE = 'EgQKAggL';

/** What a test may choose. */
export interface ClaudeAnswer {
  /** Clients take answers with one id for parts of the same message. */
  id?: string;
  content?: readonly Block[];
  stopReason?: string;
}

const USAGE = { input_tokens: 20, cache_read_input_tokens: 100, cache_creation_input_tokens: 0 };

/** Events of one streamed answer. */
export function claudeTurn({
  id = 'msg_77',
  content = HELLO,
  stopReason = 'end_turn',
}: ClaudeAnswer = {}): Json[] {
  const blocks = content.flatMap((block, index) => [
    { type: 'content_block_start', index, content_block: opened(block) },
    ...deltas(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]);
  return [
    {
      type: 'message_start',
      message: { id, ...HEAD, content: [], usage: { ...USAGE, output_tokens: 1 } },
    },
    { type: 'ping' },
    ...blocks,
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: 30 },
    },
    { type: 'message_stop' },
  ];
}

/** Events as SSE text. */
export const claudeSse = (events: readonly Json[]): string =>
  events
    .map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');

/** The JSON of one whole answer. */
export const claudeObject = ({
  id = 'msg_77',
  content = HELLO,
  stopReason = 'end_turn',
}: ClaudeAnswer = {}): Json => ({
  id,
  ...HEAD,
  content,
  stop_reason: stopReason,
  usage: { ...USAGE, output_tokens: 30 },
});

/** An error body of Anthropic. */
export const claudeError = (type: string, message: string): Json => ({
  type: 'error',
  error: { type, message },
});

const HELLO: readonly Block[] = [{ type: 'text', text: 'Hello from Claude' }];
const HEAD = { type: 'message', role: 'assistant', model: 'claude-opus-4-6' };

function opened(block: Block): Json {
  if (block.type === 'text') return { type: 'text', text: '' };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { ...block, input: {} };
}

function deltas(block: Block): Json[] {
  if (block.type === 'text') return [{ type: 'text_delta', text: block.text }];
  if (block.type === 'tool_use') {
    const text = JSON.stringify(block.input);
    const half = Math.floor(text.length / 2);
    return [text.slice(0, half), text.slice(half)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    }));
  }
  return [
    { type: 'thinking_delta', thinking: block.thinking },
    { type: 'signature_delta', signature: block.signature },
  ];
}
