import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../src/credentials/record.ts';
import { budgetConfig, levelConfig, type ThinkingConfig } from '../../src/thinking/config.ts';
import { canThink, validateThinking, type ValidationContext } from '../../src/thinking/validate.ts';

const same: ValidationContext = { from: 'openai', to: 'codex', fromSuffix: false };
const cross: ValidationContext = { from: 'claude', to: 'codex', fromSuffix: false };
const levels: ThinkingCapability = { levels: ['low', 'medium', 'high', 'xhigh'] };
const budgets: ThinkingCapability = { min: 128, max: 32768 };
const hybrid: ThinkingCapability = { min: 128, max: 32768, levels: ['low', 'high'] };

describe('thinking against the model, 15.7', () => {
  const cases: [string, ThinkingConfig, ThinkingCapability, ValidationContext, ThinkingConfig][] = [
    ['2: level on a budget model', levelConfig('low'), budgets, same, budgetConfig(1024)],
    [
      '2: derived budgets are clamped, not refused',
      levelConfig('max'),
      budgets,
      same,
      budgetConfig(32768),
    ],
    ['3: budget on a level model', budgetConfig(100_000), levels, same, levelConfig('xhigh')],
    [
      '3: small budget goes to the nearest level',
      budgetConfig(5),
      levels,
      same,
      levelConfig('low'),
    ],
    ['5: listed level, other case', levelConfig('HIGH'), levels, same, levelConfig('high')],
    ['5: other family is moved', levelConfig('minimal'), levels, cross, levelConfig('low')],
    ['7: auto on a level model', budgetConfig(-1), levels, same, levelConfig('medium')],
    ['7: auto on a budget model', levelConfig('auto'), budgets, same, budgetConfig(16448)],
    [
      '7: auto where the model decides itself',
      budgetConfig(-1),
      { ...budgets, dynamicAllowed: true },
      same,
      budgetConfig(-1),
    ],
    ['9: other family is clamped', budgetConfig(99_999), budgets, cross, budgetConfig(32768)],
    [
      '9: a suffix is clamped, not refused',
      budgetConfig(1),
      budgets,
      { ...same, fromSuffix: true },
      budgetConfig(128),
    ],
    [
      '9: off on a budget model that always thinks',
      budgetConfig(0),
      budgets,
      same,
      { mode: 'none', budget: 128, level: '' },
    ],
    [
      '10: off on a level model that always thinks',
      budgetConfig(0),
      levels,
      same,
      { mode: 'none', budget: 0, level: 'low' },
    ],
    [
      '10: off where it is allowed',
      levelConfig('none'),
      { ...levels, zeroAllowed: true },
      same,
      budgetConfig(0),
    ],
    [
      '8: Claude can always be switched off',
      budgetConfig(0),
      hybrid,
      { from: 'openai', to: 'claude', fromSuffix: false },
      budgetConfig(0),
    ],
  ];
  for (const [name, config, capability, context, expected] of cases) {
    it(`rule ${name}`, () => {
      assert.deepEqual(validateThinking(config, capability, context), expected);
    });
  }

  const told: ThinkingCapability = { levels: ['low', 'high', 'max'], exact: true };
  const instead: [string, string, ThinkingCapability, string][] = [
    ['xhigh', 'max', told, 'it is the next one that the operator lists'],
    ['max', 'high', { levels: ['low', 'high'], exact: true }, 'none is higher'],
    ['xhigh', 'xhigh', { ...told, levels: ['max', 'xhigh'] }, 'it is listed'],
    ['low', 'low', told, 'only the highest ones are replaced'],
  ];
  for (const [given, want, capability, why] of instead) {
    it(`15.5, step 6: ${given} is ${want}, since ${why}`, () => {
      assert.deepEqual(validateThinking(levelConfig(given), capability, same), levelConfig(want));
    });
  }

  it('15.5, step 6: not within one format', () => {
    const within: ValidationContext = { ...same, to: 'openai' };
    assert.throws(() => validateThinking(levelConfig('xhigh'), told, within), { status: 400 });
  });

  const refused: [string, ThinkingConfig, ThinkingCapability, string][] = [
    ['2', levelConfig('ultra'), budgets, 'unknown level: ultra'],
    ['3', budgetConfig(-5), levels, 'unknown level: -5'],
    [
      '5',
      levelConfig('Minimal'),
      levels,
      'level "minimal" not supported, valid levels: low, medium, high, xhigh',
    ],
    ['6', budgetConfig(5), budgets, 'budget 5 out of range [128,32768]'],
  ];
  for (const [rule, config, capability, message] of refused) {
    it(`rule ${rule}: ${message}`, () => {
      const validate = () => validateThinking(config, capability, same);
      assert.throws(validate, { code: 'invalid_request', status: 400, message });
    });
  }

  it('15.4: a model without range and levels can not think', () => {
    assert.equal(canThink({}), false);
    assert.equal(canThink({ min: 0, max: 0, levels: [] }), false);
    assert.equal(canThink(hybrid), true);
  });
});
