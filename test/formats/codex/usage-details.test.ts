import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillUsageDetails } from '../../../src/formats/codex/usage-details.ts';
import { vector } from '../vectors.ts';

describe('usage details for Responses clients', () => {
  const { note, in: body, out } = vector('S03');
  it(`S03: ${note}`, () => {
    const answer = structuredClone(body);
    assert.equal(fillUsageDetails(answer), true);
    assert.deepEqual(answer, out);
    assert.equal(fillUsageDetails(answer), false);
  });

  it('3.3: also inside a terminal event', () => {
    const event = { type: 'response.completed', response: { usage: { input_tokens: 1 } } };
    assert.equal(fillUsageDetails(event), true);
    assert.deepEqual(event.response.usage, {
      input_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      input_tokens_details: { cached_tokens: 0 },
    });
  });

  it('3.3: compaction results and answers without usage are left alone', () => {
    const compaction = { object: 'response.compaction', usage: { input_tokens: 1 } };
    assert.equal(fillUsageDetails(compaction), false);
    assert.deepEqual(compaction.usage, { input_tokens: 1 });
    assert.equal(fillUsageDetails({ usage: null }), false);
  });
});
