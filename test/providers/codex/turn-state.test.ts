/** The turn state comes back to the account that issued it, and to no other (clients.md 2, row 8). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountHandle } from '../../../src/ids.ts';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import { sealedHeaders, sealedTurnState } from '../../../src/providers/codex/turn-state.ts';
import { asObject, input, record, turn } from '../support.ts';

const NAME = 'x-codex-turn-state';
const own = accountHandle('4ccb7cc938588358');
const other = accountHandle('17619e83e2a47066');

const sentBack = (value: string): string | undefined =>
  asObject(codexProvider.buildRequest(input({ turn: turn([NAME, value]) })).headers)[NAME];

describe('x-codex-turn-state', () => {
  it('makes the round trip unchanged, dots and all', () => {
    const [name, value = ''] = sealedTurnState(own, ['X-Codex-Turn-State', 'st.a/b==']);
    assert.equal(name, NAME);
    assert.equal(value, '4ccb7cc938588358.st.a/b==');
    assert.equal(sentBack(value), 'st.a/b==');
  });

  it('of another account is not sent', () => {
    const [, value = ''] = sealedTurnState(other, [NAME, 'st-1']);
    assert.equal(sentBack(value), undefined);
  });

  it('that nobody here sealed is not sent', () => {
    assert.equal(sentBack('st-1'), undefined);
    assert.equal(sentBack(record().handle), undefined);
  });

  it('survives a second proxy of the same kind in front', () => {
    const [, inner = ''] = sealedTurnState(own, [NAME, 'st-1']);
    const [, outer = ''] = sealedTurnState(other, [NAME, inner]);
    assert.equal(sentBack(outer.slice(other.length + 1)), 'st-1');
  });

  it('is sealed among passed-through headers, the others stay as they are', () => {
    const headers = ['x-request-id', NAME, 'X-Codex-Turn-State', 'st-1', 'date', 'today'];
    assert.deepEqual(sealedHeaders(own, headers), [
      ...['x-request-id', NAME],
      ...['X-Codex-Turn-State', '4ccb7cc938588358.st-1'],
      ...['date', 'today'],
    ]);
  });

  it('is absent when the upstream sent none', () => {
    assert.deepEqual(sealedTurnState(own, ['date', NAME]), []);
  });
});
