import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialId, workerId } from '../../src/ids.ts';
import { Placement } from '../../src/supervisor/placement.ts';

const HOSTS = ['host-0', 'host-1', 'host-2'].map(workerId);
const id = (number: number) => credentialId(`c-${number}`);

describe('placement', () => {
  it('spreads credentials evenly', () => {
    const placement = new Placement(HOSTS);
    const owners = Array.from({ length: 9 }, (_, index) => placement.place(id(index)));
    for (const host of HOSTS) assert.equal(owners.filter((owner) => owner === host).length, 3);
  });

  it('never moves a credential, and fills the gap that a removed one leaves', () => {
    const placement = new Placement(HOSTS);
    const before = [0, 1, 2, 3].map((number) => placement.place(id(number)));
    placement.remove(id(1));
    assert.equal(placement.ownerOf(id(1)), undefined);
    assert.equal(placement.place(id(4)), before[1]);
    assert.deepEqual(
      [0, 2, 3].map((number) => placement.place(id(number))),
      [before[0], before[2], before[3]],
    );
  });

  it('needs a host', () => {
    assert.throws(() => new Placement([]).place(id(0)), RangeError);
  });
});
