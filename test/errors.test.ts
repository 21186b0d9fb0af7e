/** The catalogue: every code complete, and the manual current. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE, SwitchyardError, toSwitchyardError, type ErrorCode } from '../src/errors.ts';
import { readPage, renderPage } from '../scripts/docs-errors.ts';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('error catalogue', () => {
  for (const code of CODES) {
    it(`${code} has a status, a text and somebody who acts`, () => {
      const error = new SwitchyardError(code);
      assert.match(code, /^[a-z]+(_[a-z]+)*$/);
      assert.ok(error.status >= 400 && error.status <= 599);
      assert.notEqual(error.message, '');
      assert.ok(['client', 'upstream', 'local', 'operator'].includes(error.fault));
      assert.ok(['next', 'later', 'never'].includes(error.retry));
    });
  }

  it('what the place of failure says wins over the catalogue', () => {
    const cause = new Error('why');
    const details = { message: 'm', status: 502, body: '{}', retryAfterMs: 5, param: 'p', cause };
    const error = new SwitchyardError('unknown_model', details);
    const { message, status, body, retryAfterMs, param } = error;
    assert.deepEqual({ message, status, body, retryAfterMs, param, cause: error.cause }, details);
    assert.equal(error.fault, 'client');
  });

  it('anything thrown becomes an internal error that keeps its cause; ours stay', () => {
    const own = new SwitchyardError('cancelled');
    assert.equal(toSwitchyardError(own), own);
    for (const [thrown, message] of [
      [new TypeError('x is not a function'), 'x is not a function'],
      ['text', 'text'],
      [undefined, 'undefined'],
    ] as const) {
      const error = toSwitchyardError(thrown);
      assert.equal(error.code, 'internal');
      assert.equal(error.message, message);
      assert.equal(error.cause, thrown);
    }
  });

  it('docs/errors.md is current: run node --import tsx scripts/docs-errors.ts', async () => {
    const page = readPage();
    assert.equal(page, await renderPage(page));
    for (const code of CODES) assert.ok(page.includes(`| \`${code}\``), code);
  });
});
