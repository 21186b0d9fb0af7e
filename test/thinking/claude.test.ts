import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyToClaude, type ClaudeThinkingInput } from '../../src/thinking/claude.ts';
import { claudeModel } from '../../src/formats/claude/models.ts';

const ability = (id: string) => claudeModel(id)?.thinking;
const applied = (parts: Partial<ClaudeThinkingInput>) =>
  applyToClaude({
    from: 'openai',
    suffix: undefined,
    capability: undefined,
    maxTokens: 32_000,
    ...parts,
  });
const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } });
const adaptive = (effort?: string) => ({
  thinking: { type: 'adaptive' },
  ...(effort !== undefined && { effort }),
});
const OFF = { thinking: { type: 'disabled' } };

const BUDGETS = ability('claude-sonnet-4-5-20250929');
const HYBRID = ability('claude-opus-4-6');
const LEVELS = ability('claude-opus-5');

describe('thinking for Anthropic (translate-gemini-thinking.md 15)', () => {
  const cases: [name: string, input: Partial<ClaudeThinkingInput>, expected: unknown][] = [
    ['nothing said, nothing written', { capability: HYBRID }, {}],
    ['a level on a budget model', { capability: BUDGETS, effort: 'medium' }, enabled(8192)],
    ['a level on a model with levels', { capability: HYBRID, effort: 'High' }, adaptive('high')],
    ['minimal is low', { capability: LEVELS, effort: 'minimal' }, adaptive('low')],
    [
      'xhigh is max where only that exists',
      { capability: HYBRID, effort: 'xhigh' },
      adaptive('max'),
    ],
    ['xhigh is itself where it exists', { capability: LEVELS, effort: 'xhigh' }, adaptive('xhigh')],
    ['auto with levels', { capability: HYBRID, effort: 'auto' }, adaptive()],
    ['auto as suffix, with levels', { capability: HYBRID, suffix: 'auto' }, adaptive()],
    [
      'auto without levels: the middle of the range, below the limit of the answer',
      { capability: BUDGETS, effort: 'auto' },
      enabled(31_999),
    ],
    ['none', { capability: HYBRID, effort: 'none' }, OFF],
    ['an unknown word on a budget model', { capability: BUDGETS, effort: 'wild' }, {}],
    [
      'the suffix beats the body',
      { capability: HYBRID, effort: 'low', suffix: 'high' },
      adaptive('high'),
    ],
    ['a numeric suffix', { capability: HYBRID, suffix: '4096' }, enabled(4096)],
    [
      'a numeric suffix without a range',
      { capability: LEVELS, suffix: '4096' },
      adaptive('medium'),
    ],
    ['a budget below the least', { capability: BUDGETS, suffix: '10' }, enabled(1024)],
    [
      'a short answer has no room for any budget (the reference lets Anthropic refuse it)',
      { capability: BUDGETS, effort: 'low', maxTokens: 500 },
      OFF,
    ],
    [
      'a suffix asks nothing of short answers of Claude clients either',
      { from: 'claude', capability: BUDGETS, suffix: 'high', maxTokens: 512 },
      OFF,
    ],
    [
      'a budget of a Claude client that is too large for its limit is left to Anthropic',
      { from: 'claude', capability: BUDGETS, budgetTokens: 2000, maxTokens: 500 },
      enabled(2000),
    ],
    [
      'the budget of a Gemini client, on a model with levels',
      { from: 'gemini', capability: HYBRID, budgetTokens: 9000 },
      adaptive('high'),
    ],
    [
      'the budget of a Gemini client, on a budget model',
      { from: 'gemini', capability: BUDGETS, budgetTokens: 9000 },
      enabled(9000),
    ],
    [
      'a Gemini client that leaves it to the model, with levels',
      { from: 'gemini', capability: HYBRID, budgetTokens: -1 },
      adaptive('high'),
    ],
    [
      'a model that decides for itself, without levels',
      { capability: { min: 1024, max: 64_000, dynamicAllowed: true }, suffix: 'auto' },
      { thinking: { type: 'enabled' } },
    ],
    [
      'the highest level of a model the operator described',
      { capability: { ...HYBRID, exact: true }, suffix: 'xhigh' },
      adaptive('max'),
    ],
    ['a model that does not think', { capability: {}, effort: 'high', visible: true }, {}],
    ['an unknown model, level', { effort: 'high' }, enabled(24_576)],
    ['an unknown model, level as suffix', { suffix: 'high' }, adaptive('high')],
    ['an unknown model, auto', { effort: 'auto' }, { thinking: { type: 'enabled' } }],
    ['an unknown model, only a wish to see', { visible: true }, {}],
    [
      'only a wish to see, with levels',
      { capability: HYBRID, visible: true },
      { thinking: { type: 'adaptive', display: 'summarized' } },
    ],
    [
      'only a wish to see, too small a limit',
      { capability: BUDGETS, visible: true, maxTokens: 1024 },
      {},
    ],
    ['only a wish not to see', { capability: HYBRID, visible: false }, {}],
    [
      'the wish not to see',
      { capability: HYBRID, effort: 'low', visible: false },
      { thinking: { type: 'adaptive', display: 'omitted' }, effort: 'low' },
    ],
  ];
  for (const [name, input, expected] of cases) {
    it(name, () => {
      assert.deepEqual(applied(input), expected);
    });
  }
});
