/** Looking up headers in flat pairs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerValue, upstreamHeader } from '../src/headers.ts';

describe('headers as flat pairs', () => {
  it('the first value of a name counts, and a value is never taken for a name', () => {
    const headers = ['a', 'one', 'b', 'one', 'b', 'two'];
    assert.equal(headerValue(headers, 'b'), 'one');
    assert.equal(headerValue(headers, 'one'), undefined);
  });

  it('names of upstreams may have capitals', () => {
    const headers = ['X-Name', 'x-other', 'X-Other', 'two'];
    assert.equal(upstreamHeader(headers, 'x-other'), 'two');
    assert.equal(upstreamHeader(headers, 'x-oth'), undefined);
  });
});
