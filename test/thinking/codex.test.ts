import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../src/credentials/record.ts';
import { applyToCodex, defaultCodexEffort } from '../../src/thinking/codex.ts';

const levels: ThinkingCapability = { levels: ['low', 'medium', 'high'] };
const stoppable: ThinkingCapability = { levels: ['none', 'low'] };

describe('thinking for codex, 15.5 to 15.9', () => {
  const cases: [
    string,
    { suffix?: string; effort?: string; capability?: ThinkingCapability },
    { effort: string | undefined; off: boolean },
  ][] = [
    ['nothing asked', {}, { effort: undefined, off: false }],
    ['unknown model, any word', { effort: 'weird' }, { effort: 'weird', off: false }],
    ['unknown model, none', { effort: 'none' }, { effort: 'none', off: true }],
    ['unknown model, auto suffix', { suffix: 'auto' }, { effort: 'auto', off: false }],
    ['unknown model, budget suffix', { suffix: '600' }, { effort: 'low', off: false }],
    [
      'suffix beats the body',
      { suffix: 'low', effort: 'high', capability: levels },
      { effort: 'low', off: false },
    ],
    [
      'unusable suffix hides the body',
      { suffix: 'ultra', effort: 'weird', capability: levels },
      { effort: undefined, off: false },
    ],
    [
      'off where it is listed',
      { effort: 'none', capability: stoppable },
      { effort: 'none', off: true },
    ],
    [
      'off where it is not offered',
      { effort: 'none', capability: levels },
      { effort: 'low', off: false },
    ],
    [
      'budget model: the body stays',
      { effort: 'high', capability: { min: 1, max: 30000 } },
      { effort: undefined, off: false },
    ],
  ];
  for (const [name, input, expected] of cases) {
    it(name, () => {
      const { suffix, effort, capability } = input;
      const decided = applyToCodex({ from: 'codex', to: 'codex', suffix, effort, capability });
      assert.deepEqual(decided, { ...expected, strip: false });
    });
  }

  it('the budget of another format is a level here, also where the model has a range', () => {
    const capability = { min: 1, max: 30_000, levels: ['low', 'medium'] };
    const decided = applyToCodex({
      from: 'claude',
      to: 'openai',
      suffix: undefined,
      budgetTokens: 20_000,
      capability,
    });
    assert.equal(decided.effort, 'medium');
  });

  it('a budget that is none says nothing', () => {
    const asked = { from: 'gemini', to: 'codex', suffix: undefined, budgetTokens: -5 } as const;
    assert.equal(applyToCodex({ ...asked, capability: levels }).effort, undefined);
  });

  it('a model that can not think loses the field', () => {
    const decided = applyToCodex({
      from: 'openai',
      to: 'openai',
      suffix: 'high',
      effort: undefined,
      capability: {},
    });
    assert.equal(decided.strip, true);
  });

  it('the default is the level nearest to medium', () => {
    assert.equal(defaultCodexEffort(undefined), 'medium');
    assert.equal(defaultCodexEffort({ min: 1, max: 9 }), 'medium');
    assert.equal(defaultCodexEffort({ levels: ['high', 'max'] }), 'high');
  });
});
