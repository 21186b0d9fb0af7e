import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countTranslator } from '../../src/formats/token-count.ts';

const OF_CLAUDE = Buffer.from('{ "input_tokens": 12 }');
const OF_GEMINI = Buffer.from('{"totalTokens":12,"promptTokensDetails":[]}');

describe('token counts of upstreams', () => {
  it('pass as received in their own dialect', () => {
    assert.equal(countTranslator('claude', 'claude').onBody(OF_CLAUDE), OF_CLAUDE);
    assert.equal(countTranslator('gemini', 'gemini').onBody(OF_GEMINI), OF_GEMINI);
  });

  it('1.7: have the form of the client in the other one', () => {
    assert.equal(countTranslator('claude', 'gemini').onBody(OF_GEMINI), '{"input_tokens":12}');
    assert.deepEqual(JSON.parse(String(countTranslator('gemini', 'claude').onBody(OF_CLAUDE))), {
      totalTokens: 12,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    });
  });

  it('an answer without a number is none', () => {
    for (const body of ['{}', '{"input_tokens":"12"}', '<html>']) {
      assert.throws(() => countTranslator('claude', 'claude').onBody(Buffer.from(body)), {
        code: 'upstream_bad_answer',
      });
    }
  });

  it('other formats have no counts', () => {
    assert.throws(() => countTranslator('claude', 'codex'), { code: 'internal' });
  });
});
