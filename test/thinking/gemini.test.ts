/** Thinking for Gemini upstreams (translate-gemini-thinking.md 15; vectors of section 18 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../src/credentials/record.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { applyToGemini, type GeminiThinkingInput } from '../../src/thinking/gemini.ts';

const SUB: ThinkingCapability = { levels: ['low', 'high'] };
const B: ThinkingCapability = { min: 128, max: 20_000, dynamicAllowed: true };
const H: ThinkingCapability = { ...B, max: 32_768, levels: ['low', 'high'] };
const HZ: ThinkingCapability = { ...H, zeroAllowed: true };
const NONE: ThinkingCapability = {};

type Input = Partial<GeminiThinkingInput>;

const CASES: [name: string, input: Input, want: unknown][] = [
  ['12', { from: 'claude', suffix: '1', capability: SUB }, { thinkingLevel: 'low' }],
  ['14 medium', { suffix: 'medium', capability: B }, { thinkingBudget: 8192 }],
  ['14 xhigh', { suffix: 'xhigh', capability: B }, { thinkingBudget: 20_000 }],
  ['14 none', { suffix: 'none', capability: B }, { thinkingBudget: 128 }],
  ['14 auto', { suffix: 'auto', capability: B }, { thinkingBudget: -1 }],
  ['15 high', { suffix: 'high', capability: H }, { thinkingLevel: 'high' }],
  ['15 xhigh', { suffix: 'xhigh', capability: H }, { thinkingLevel: 'high' }],
  ['15 none', { suffix: 'none', capability: H }, { thinkingLevel: 'low' }],
  ['15 auto', { suffix: 'auto', capability: H }, { thinkingBudget: -1 }],
  ['16 8192', { from: 'claude', suffix: '8192', capability: H }, { thinkingBudget: 8192 }],
  ['16 64000', { from: 'claude', suffix: '64000', capability: H }, { thinkingBudget: 32_768 }],
  ['16 0', { from: 'claude', suffix: '0', capability: H }, { thinkingLevel: 'low' }],
  ['17', { effort: 'none', visible: false, capability: HZ }, undefined],
  ['25 suffix', { from: 'gemini', suffix: '64000', capability: B }, { thinkingBudget: 20_000 }],
  ['27', { effort: 'high', visible: true, capability: NONE }, undefined],
  ['29 budget', { suffix: '8192' }, { thinkingBudget: 8192 }],
  ['29 effort', { effort: 'high' }, { thinkingBudget: 24_576 }],
  ['29 an unknown word', { effort: 'ultra' }, { thinkingLevel: 'ultra' }],
  ['35', { from: 'claude', effort: 'xhigh', capability: B }, { thinkingBudget: 20_000 }],
  [
    '38',
    { effort: 'high', visible: true, capability: H },
    { thinkingLevel: 'high', includeThoughts: true },
  ],
  ['39', { from: 'openai-response', effort: 'high', capability: H }, { thinkingLevel: 'high' }],
  [
    '6.1: adaptive without an effort is all the model can do',
    { from: 'claude', effort: 'xhigh', unsaid: true, capability: H },
    { thinkingBudget: 32_768 },
  ],
  [
    '6.1: or its highest level, without a range',
    { from: 'claude', effort: 'xhigh', unsaid: true, capability: SUB },
    { thinkingLevel: 'high' },
  ],
  [
    '6.1: or high, when it is not known',
    { from: 'claude', effort: 'xhigh', unsaid: true },
    { thinkingBudget: 24_576 },
  ],
  [
    '6.1: thinking without a budget says nothing',
    { from: 'claude', budgetTokens: -1, unsaid: true, capability: H },
    undefined,
  ],
  [
    'adaptive without an effort under a suffix that is none',
    { from: 'claude', effort: 'xhigh', unsaid: true, suffix: 'ultra', capability: B },
    { thinkingBudget: 20_000 },
  ],
  ['nothing asked', { capability: H }, undefined],
  ['thoughts alone', { visible: true, capability: H }, { includeThoughts: true }],
  ['a suffix that is none', { suffix: 'ultra', effort: 'high' }, { thinkingLevel: 'high' }],
  ['auto of the body', { effort: 'auto', capability: H }, { thinkingBudget: -1 }],
];

describe('thinking for Gemini', () => {
  for (const [name, input, want] of CASES) {
    it(name, () => {
      const given = { from: 'openai', suffix: undefined, capability: undefined, ...input } as const;
      assert.deepEqual(applyToGemini(given).config, want);
    });
  }

  it('25: a budget of the body outside the range is the client’s error', () => {
    const input = {
      from: 'gemini',
      suffix: undefined,
      capability: B,
      budgetTokens: 64_000,
    } as const;
    assert.throws(
      () => applyToGemini(input),
      (error) =>
        error instanceof SwitchyardError &&
        error.code === 'invalid_request' &&
        error.message.includes('budget 64000 out of range [128,20000]'),
    );
  });
});
