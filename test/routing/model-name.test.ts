import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalModel, imageOnlyModel, splitSuffix } from '../../src/routing/model-name.ts';
import { matchesWildcard } from '../../src/routing/wildcard.ts';

describe('suffix, routing.md 17.1', () => {
  const cases: [number, string, string, string | null][] = [
    [1, 'claude-opus-5(16384)', 'claude-opus-5', '16384'],
    [2, 'gpt-5.5(high)', 'gpt-5.5', 'high'],
    [3, 'm(a)(b)', 'm(a)', 'b'],
    [4, 'm(x', 'm(x', null],
    [5, 'm()', 'm', ''],
    [6, '(8192)', '', '8192'],
    [7, 'm(8192) ', 'm(8192) ', null],
  ];
  for (const [number, name, base, suffix] of cases) {
    it(`${number}: ${name}`, () => {
      assert.deepEqual(splitSuffix(name), { base, suffix });
    });
  }

  it('6: a name that is all suffix is its own canonical key', () => {
    assert.equal(canonicalModel('(8192)'), '(8192)');
    assert.equal(canonicalModel(' gpt-5.5 (high)'), 'gpt-5.5');
  });
});

describe('exclusion patterns, routing.md 35 to 37', () => {
  const cases: [number, string, string, boolean][] = [
    [35, 'gpt-5-*', 'gpt-5-mini', true],
    [35, 'gpt-5-*', 'gpt-5', false],
    [36, '*-mini', 'gpt-5-mini', true],
    [36, '*codex*', 'x-codex-y', true],
    [36, 'g*5*mini', 'gpt-5-mini', true],
    [37, 'gpt-5', 'GPT-5', true],
    [0, '*', 'anything', true],
    [0, 'a*a', 'a', false],
    [0, 'a*b*b', 'ab', false],
    [0, '*b*c*', 'xcxb', false],
    [0, '**', '', true],
    [0, 'gpt.5', 'gpt-5', false],
  ];
  for (const [number, pattern, text, expected] of cases) {
    it(`${number || 'further'}: ${pattern} against ${text}`, () => {
      assert.equal(matchesWildcard(pattern, text), expected);
    });
  }
});

describe('models that only make images', () => {
  it('are known by what follows the last slash, in any case', () => {
    assert.equal(imageOnlyModel('team/GPT-image-2'), 'GPT-image-2');
    assert.equal(imageOnlyModel('gpt-image-3'), undefined);
    assert.equal(imageOnlyModel('gpt-image-2/x'), undefined);
  });
});
