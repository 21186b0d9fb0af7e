import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isExhausted,
  limitFor,
  MATERIAL_PERCENT,
  MATERIAL_RESET_MS,
  MAX_LIMIT_MODELS,
  MAX_LIMITS,
  REPUBLISH_MS,
  windowsOf,
  withReading,
  type QuotaReading,
  type QuotaReadings,
} from '../../src/credentials/quota.ts';
import { quotaReading, quotaWindow } from './support.ts';

const T = 1_760_000_000_000;
const HOUR = 3_600_000;

const reading = (changes: Partial<QuotaReading> = {}): QuotaReading =>
  quotaReading({ observedAt: T, primary: quotaWindow(40, T + HOUR), ...changes });

const after = (...readings: [QuotaReading, string][]): QuotaReadings => {
  const all = readings.reduce<QuotaReadings | undefined>(
    (known, [next, model]) => withReading(known, next, model),
    undefined,
  );
  return all ?? assert.fail();
};

describe('quota readings', () => {
  it('start with the first one', () => {
    const first = reading({ plan: 'plus', secondary: quotaWindow(7, T + 90 * HOUR, 10_080) });
    assert.deepEqual(withReading(undefined, first, 'gpt-5.5'), {
      plan: 'plus',
      activeLimit: 'codex',
      limits: [
        {
          name: 'codex',
          models: ['gpt-5.5'],
          primary: first.primary,
          secondary: first.secondary,
          observedAt: T,
          source: 'headers',
        },
      ],
      observedAt: T,
    });
  });

  it('keep what a later one does not mention', () => {
    const credits = { hasCredits: true, unlimited: false, balance: '5' };
    const known = after(
      [reading({ plan: 'plus', credits }), 'm'],
      [reading({ primary: undefined, plan: 'pro', observedAt: T + 1 }), 'm'],
    );
    assert.equal(known.plan, 'pro');
    assert.deepEqual(known.credits, credits);
    assert.deepEqual(known.limits[0]?.primary, quotaWindow(40, T + HOUR));
  });

  it('lose a window that their limit no longer has', () => {
    const both = reading({ secondary: quotaWindow(7, T + 90 * HOUR) });
    const known = after([both, 'm'], [reading({ observedAt: T + 1 }), 'm']);
    assert.equal(known.limits[0]?.secondary, undefined);
  });

  it('hold one limit beside the other, each with its models', () => {
    const known = after(
      [reading(), 'gpt-5.5'],
      [reading({ limit: 'codex_x', observedAt: T + 1 }), 'gpt-5.5-x'],
      [reading({ limit: 'codex_x', observedAt: T + 2 }), 'gpt-5.5'],
    );
    assert.equal(known.activeLimit, 'codex_x');
    assert.deepEqual(
      known.limits.map(({ name, models }) => [name, models]),
      [
        ['codex_x', ['gpt-5.5', 'gpt-5.5-x']],
        ['codex', []],
      ],
    );
  });

  it('change no object that was published before', () => {
    const known = after([reading(), 'm']);
    const copy = structuredClone(known);
    withReading(known, reading({ limit: 'other', observedAt: T + 1 }), 'm');
    assert.deepEqual(known, copy);
  });

  it('are bounded in limits and models', () => {
    let known: QuotaReadings | undefined;
    for (let index = 0; index <= MAX_LIMITS; index += 1) {
      known = withReading(known, reading({ limit: `limit-${index}`, observedAt: T + index }), 'm');
    }
    assert.equal(known?.limits.length, MAX_LIMITS);
    assert.equal(known.limits[0]?.name, `limit-${MAX_LIMITS}`);
    for (let index = 0; index <= MAX_LIMIT_MODELS; index += 1) {
      known = withReading(known, reading({ observedAt: T + HOUR + index }), `model-${index}`);
    }
    assert.equal(known.limits[0]?.models.length, MAX_LIMIT_MODELS);
    assert.equal(known.limits[0].models[0], `model-${MAX_LIMIT_MODELS}`);
  });
});

describe('a reading is told on when it says something new', () => {
  const known = after([
    reading({ plan: 'plus', credits: { hasCredits: false, unlimited: false } }),
    'm',
  ]);
  const news: [name: string, change: Partial<QuotaReading>, isNews: boolean, model?: string][] = [
    ['the same', {}, false],
    ['a fraction of a point', { primary: quotaWindow(40.5, T + HOUR) }, false],
    ['a whole point', { primary: quotaWindow(40 + MATERIAL_PERCENT, T + HOUR) }, true],
    ['a point less', { primary: quotaWindow(40 - MATERIAL_PERCENT, T + HOUR) }, true],
    ['a reset that wanders', { primary: quotaWindow(40, T + HOUR + MATERIAL_RESET_MS - 1) }, false],
    ['a reset that moved', { primary: quotaWindow(40, T + HOUR + MATERIAL_RESET_MS) }, true],
    ['another window', { secondary: quotaWindow(1, T + HOUR) }, true],
    ['a window of another length', { primary: quotaWindow(40, T + HOUR, 10_080) }, true],
    ['another plan', { plan: 'pro' }, true],
    ['another limit', { limit: 'codex_x' }, true],
    ['another model', {}, true, 'other'],
    ['credits', { credits: { hasCredits: true, unlimited: false } }, true],
    ['a balance', { credits: { hasCredits: false, unlimited: false, balance: '3' } }, false],
    ['no windows at all', { primary: undefined }, false],
    ['the same, long after', { observedAt: T + REPUBLISH_MS }, true],
    ['an older one', { observedAt: T - 1, plan: 'pro' }, false],
  ];
  for (const [name, change, isNews, model = 'm'] of news) {
    it(`${name}: ${isNews ? 'yes' : 'no'}`, () => {
      const next = withReading(known, reading({ observedAt: T + 1, ...change }), model);
      assert.equal(next !== known, isNews);
    });
  }

  it('the step from nearly to wholly exhausted counts, however small', () => {
    const nearly = after([reading({ primary: quotaWindow(99.7, T + HOUR) }), 'm']);
    const wholly = reading({ primary: quotaWindow(100, T + HOUR) });
    assert.notEqual(withReading(nearly, wholly, 'm'), nearly);
  });
});

describe('limits and windows', () => {
  it('a model has the limit that was last seen with it, else the default, else any', () => {
    const both = after(
      [reading(), 'gpt-5.5'],
      [reading({ limit: 'codex_x', observedAt: T + 1 }), 'gpt-5.5-x'],
    );
    assert.equal(limitFor(both, ['gpt-5.5-x'])?.name, 'codex_x');
    assert.equal(limitFor(both, ['gpt-5.5'])?.name, 'codex');
    assert.equal(limitFor(both, ['unseen'])?.name, 'codex');
    const one = after([reading({ limit: 'codex_x' }), 'gpt-5.5-x']);
    assert.equal(limitFor(one, ['unseen'])?.name, 'codex_x');
  });

  it('a window is exhausted until its reset', () => {
    assert.equal(isExhausted(quotaWindow(100, T + 1), T), true);
    assert.equal(isExhausted(quotaWindow(120, T + 1), T), true);
    assert.equal(isExhausted(quotaWindow(99.9, T + 1), T), false);
    assert.equal(isExhausted(quotaWindow(100, T), T), false);
    assert.deepEqual(windowsOf({}), []);
  });
});
