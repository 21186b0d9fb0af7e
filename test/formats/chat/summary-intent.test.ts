import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summaryIntent } from '../../../src/formats/chat/summary-intent.ts';

const show = { visible: true, detail: 'auto' };
const hide = { visible: false };

describe('summary intent of chat clients, 3.5', () => {
  const cases: [string, Record<string, unknown>, unknown][] = [
    ['nothing said', {}, undefined],
    ['any effort', { reasoning_effort: 'low' }, show],
    ['effort none', { reasoning_effort: 'none' }, hide],
    [
      'thoughts, official spelling, beat the effort',
      {
        extra_body: { google: { thinking_config: { include_thoughts: false } } },
        reasoning_effort: 'high',
      },
      hide,
    ],
    ['thoughts, camel case', { google: { thinkingConfig: { includeThoughts: true } } }, show],
    [
      'thoughts, wrapped twice',
      { extra_body: { extra_body: { google: { thinkingConfig: { include_thoughts: true } } } } },
      show,
    ],
    ['thoughts in thinking', { thinking: { includeThoughts: true } }, show],
    ['thoughts in reasoning', { reasoning: { includeThoughts: false } }, hide],
    [
      'thoughts in generationConfig',
      { generationConfig: { thinkingConfig: { includeThoughts: true } } },
      show,
    ],
    ['only booleans count', { thinking: { includeThoughts: 'true' } }, undefined],
    [
      'summary word',
      { reasoning: { summary: 'concise', exclude: true } },
      { visible: true, detail: 'concise' },
    ],
    ['summary none', { reasoning: { summary: 'none' } }, hide],
    ['summary null', { reasoning: { summary: null } }, hide],
    [
      'old summary word',
      { reasoning: { generate_summary: 'detailed' } },
      { visible: true, detail: 'detailed' },
    ],
    ['not excluded', { reasoning: { exclude: false } }, show],
    ['excluded beats included', { reasoning: { exclude: true }, include_reasoning: true }, hide],
    ['included', { include_reasoning: true }, show],
    ['not included', { include_reasoning: false, reasoning_effort: 'high' }, hide],
    ['enabled', { reasoning: { enabled: true } }, show],
  ];
  for (const [name, body, expected] of cases) {
    it(name, () => assert.deepEqual(summaryIntent(body), expected));
  }
});
