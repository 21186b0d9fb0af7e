import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeSignature } from '../../../src/formats/claude/signature.ts';
import { loadVectors } from '../../support/vectors.ts';

const E = 'EgQKAggL';
const CAIS = 'CAISFgoUCBAYAioEc2lnITIIY2xhdWRlLXgYAQ==';

describe('proofs of Anthropic (3.8)', () => {
  for (const { id, note, raw = '', out } of loadVectors({ op: 'sig' })) {
    it(`${id}: ${note}`, () => {
      assert.equal(claudeSignature(raw) !== undefined, out === 'claude');
    });
  }

  it('both forms are known, white space around them is not part of them', () => {
    assert.equal(claudeSignature(` ${E}\n`), E);
    assert.equal(claudeSignature(CAIS), CAIS);
  });

  it('a proof that was wrapped once more is unwrapped', () => {
    assert.equal(claudeSignature(Buffer.from(E).toString('base64')), E);
  });

  for (const [what, value] of [
    [
      'OpenAI',
      'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw',
    ],
    ['nobody', ''],
    ['a person', 'not base64!'],
    ['a cut-off writer', 'EgQKAg=='],
    [
      'another model',
      Buffer.from(CAIS, 'base64').toString('latin1').replace('claude-x', 'gemini-x'),
    ],
  ] as const) {
    it(`a proof of ${what} is none`, () => {
      const text =
        what === 'another model' ? Buffer.from(value, 'latin1').toString('base64') : value;
      assert.equal(claudeSignature(text), undefined);
    });
  }
});
