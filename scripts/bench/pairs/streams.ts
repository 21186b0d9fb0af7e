/** Answers of each upstream family as ready SSE events: `count` pieces of text and what belongs around. */

/** An upstream family. */
export type Family = 'chat' | 'codex' | 'claude' | 'gemini';

type Json = Record<string, unknown>;

/** A token of a model is about this long. */
const PIECE = ' token';

const data = (event: unknown): string => `data: ${JSON.stringify(event)}\n\n`;
const named = (event: Json): string => `event: ${String(event['type'])}\n${data(event)}`;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Events of one answer, in order. */
export function eventsOf(family: Family, count: number): string[] {
  const streams: Record<Family, (count: number) => string[]> = { chat, codex, claude, gemini };
  return streams[family](count);
}

function chat(count: number): string[] {
  const chunk = (delta: Json, finish: string | null, more: Json = {}): string =>
    data({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1_760_000_000,
      model: 'bench',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    });
  const usage = { prompt_tokens: 5_000, completion_tokens: count, total_tokens: 5_000 + count };
  return [
    chunk({ role: 'assistant', content: '' }, null),
    ...times(count, () => chunk({ content: PIECE }, null)),
    chunk({}, 'stop', { usage }),
    'data: [DONE]\n\n',
  ];
}

function codex(count: number): string[] {
  const text = PIECE.repeat(count);
  const item = { id: 'msg_bench', type: 'message', role: 'assistant' };
  const part = { type: 'output_text', text: '', annotations: [] };
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const done = { ...item, status: 'completed', content: [{ ...part, text }] };
  const response = (status: string, output: Json[]): Json => ({
    id: 'resp_bench',
    object: 'response',
    created_at: 1_760_000_000,
    model: 'bench',
    status,
    output,
  });
  const usage = {
    input_tokens: 5_000,
    input_tokens_details: { cached_tokens: 4_000 },
    output_tokens: count,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 5_000 + count,
  };
  const events: Json[] = [
    { type: 'response.created', response: response('in_progress', []) },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...place, part },
    ...times(count, () => ({ type: 'response.output_text.delta', ...place, delta: PIECE })),
    { type: 'response.output_text.done', ...place, text },
    { type: 'response.content_part.done', ...place, part: { ...part, text } },
    { type: 'response.output_item.done', output_index: 0, item: done },
    { type: 'response.completed', response: { ...response('completed', [done]), usage } },
  ];
  return events.map((event, index) => named({ ...event, sequence_number: index }));
}

function claude(count: number): string[] {
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'bench',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 1_000, cache_read_input_tokens: 4_000, output_tokens: 1 },
  };
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...times(count, () => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: PIECE },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: count },
    },
    { type: 'message_stop' },
  ].map(named);
}

function gemini(count: number): string[] {
  const chunk = (text: string, more: Json = {}): string =>
    data({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
      usageMetadata: {
        promptTokenCount: 5_000,
        candidatesTokenCount: count,
        totalTokenCount: 5_000,
      },
      modelVersion: 'bench',
      responseId: 'bench',
    });
  return [...times(count, () => chunk(PIECE)), chunk('.', { finishReason: 'STOP' })];
}
