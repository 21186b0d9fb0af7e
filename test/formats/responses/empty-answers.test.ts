/** Answers of Anthropic and Google without a message or a call: whole all the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type UpstreamSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { responseContext } from '../chat/contexts.ts';
import { clientText, framesOf } from '../streams.ts';

type Json = Record<string, unknown>;

const sseText = (events: readonly Json[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

function ending(
  upstream: UpstreamSide,
  events: readonly Json[],
): { type: unknown; output: Json[] } {
  const translator = hubPair(responsesClient, upstream).response(responseContext());
  const frames = framesOf(clientText(translator, [sseText(events)]));
  const { type, response } = frames.at(-1)?.data as { type: unknown; response: Json };
  return { type, output: response.output as Json[] };
}

const ofClaude = (blocks: readonly Json[]): Json[] => [
  { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 5 } } },
  ...blocks,
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];

const ofGoogle = (parts: readonly Json[]): Json[] => [
  { responseId: 'r', candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] },
];

describe('answers with nothing to show, for Responses clients', () => {
  it('a model of Anthropic may end its turn without a word', () => {
    assert.deepEqual(ending(claudeUpstream, ofClaude([])), {
      type: 'response.completed',
      output: [],
    });
  });

  it('a model of Google may end its turn without a word', () => {
    assert.deepEqual(ending(geminiUpstream, ofGoogle([{ text: '' }])), {
      type: 'response.completed',
      output: [],
    });
  });

  it('a model may only have thought', () => {
    const { type, output } = ending(geminiUpstream, ofGoogle([{ text: 'hm', thought: true }]));
    assert.deepEqual(
      [type, output.map((item) => item.type)],
      ['response.completed', ['reasoning']],
    );
  });
});
