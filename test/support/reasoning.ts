/** Reasoning in front of the scripted answers of chat and Codex upstreams. */
import type { ResponsesEvent } from '../../src/sandbox/responses-wire.ts';

type Json = Record<string, unknown>;

/** Encrypted reasoning that OpenAI could have issued. */
export const ENCRYPTED_REASONING =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';

/** The finished item. `id`: of the answer, without prefix. */
export const reasoningItem = (text: string, id: string): Json => ({
  id: `rs_${id}`,
  type: 'reasoning',
  encrypted_content: ENCRYPTED_REASONING,
  summary: [{ type: 'summary_text', text }],
});

/** The events of a Codex answer with a reasoning item before its other items. */
export function codexReasoning(
  events: readonly ResponsesEvent[],
  text: string,
  id: string,
): ResponsesEvent[] {
  const [created, started, ...rest] = events;
  const last = rest.pop();
  if (created === undefined || started === undefined || last === undefined) return [...events];
  const item = reasoningItem(text, id);
  const part = { item_id: item['id'], output_index: 0, summary_index: 0 };
  const response = last['response'] as { output: Json[] };
  const output = [item, ...response.output];
  return [
    created,
    started,
    { type: 'response.output_item.added', output_index: 0, item: { ...item, summary: [] } },
    { type: 'response.reasoning_summary_part.added', ...part, part: summary('') },
    { type: 'response.reasoning_summary_text.delta', ...part, delta: text },
    { type: 'response.reasoning_summary_text.done', ...part, text },
    { type: 'response.reasoning_summary_part.done', ...part, part: summary(text) },
    { type: 'response.output_item.done', output_index: 0, item },
    ...rest.map((event) => ({ ...event, output_index: Number(event['output_index']) + 1 })),
    { ...last, response: { ...response, output } },
  ].map((event, index) => ({ ...event, sequence_number: index }));
}

const summary = (text: string): Json => ({ type: 'summary_text', text });

/** The chunks of a chat answer with a reasoning delta behind the first one. */
export function chatReasoning(chunks: readonly Json[], text: string): Json[] {
  const [first = {}, ...rest] = chunks;
  const delta = { reasoning_content: text };
  return [first, { ...first, choices: [{ index: 0, delta, finish_reason: null }] }, ...rest];
}
