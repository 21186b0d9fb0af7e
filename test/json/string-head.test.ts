import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringHead } from '../../src/json/string-head.ts';

const headOf = (text: string, maxBytes: number): unknown => {
  const bytes = Buffer.from(JSON.stringify(text));
  return stringHead(bytes, 0, bytes.byteLength, maxBytes);
};

describe('the head of a JSON string', () => {
  it('is the whole of a short one', () => {
    assert.equal(headOf('grüße "x"', 100), 'grüße "x"');
    assert.equal(headOf('', 0), '');
  });

  it('never splits a character or an escape, wherever the cut falls', () => {
    const text = 'a\\b"ü€😀\n\u0001\\\\\\"end \ud83d'.repeat(8);
    const length = Buffer.byteLength(JSON.stringify(text));
    for (let max = 0; max < length; max += 1) {
      const head = headOf(text, max);
      assert.equal(typeof head, 'string');
      assert.ok(text.startsWith(head as string), `at ${max}`);
    }
  });

  it('is about as long as asked for', () => {
    const head = headOf('x'.repeat(1000), 100) as string;
    assert.equal(head.length, 100);
  });
});
