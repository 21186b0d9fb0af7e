import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountsOf } from '../../src/supervisor/accounts.ts';
import { credentialId } from '../../src/ids.ts';
import { recordOf } from '../actors/support.ts';

describe('accounts of a proxy', () => {
  it('come by priority, then by id', () => {
    const records = ['b', 'a', 'c'].map((id) =>
      recordOf({ id: credentialId(id), priority: id === 'c' ? 1 : 0 }),
    );
    const ids = accountsOf(records, () => undefined, 0).map(({ id }) => id);
    assert.deepEqual(ids, ['c', 'a', 'b']);
  });
});
