import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Mailbox, MAILBOX_CAPACITY } from '../../src/actors/mailbox.ts';

describe('mailbox', () => {
  it('hands out everything in order, and is empty then', () => {
    const mailbox = new Mailbox<string>();
    for (const item of ['a', 'b', 'c']) assert.equal(mailbox.offer(item), true);
    assert.equal(mailbox.size, 3);
    assert.deepEqual(mailbox.takeAll(), ['a', 'b', 'c']);
    assert.equal(mailbox.size, 0);
    assert.deepEqual(mailbox.takeAll(), []);
  });

  it('refuses what does not fit, until there is room', () => {
    const mailbox = new Mailbox<number>(2);
    assert.deepEqual([mailbox.offer(1), mailbox.offer(2), mailbox.offer(3)], [true, true, false]);
    assert.equal(mailbox.remove(1), true);
    assert.equal(mailbox.offer(3), true);
    assert.deepEqual(mailbox.takeAll(), [2, 3]);
  });

  it('holds the documented number of items', () => {
    const mailbox = new Mailbox<number>();
    let taken = 0;
    while (taken <= MAILBOX_CAPACITY && mailbox.offer(taken)) taken += 1;
    assert.equal(taken, MAILBOX_CAPACITY);
  });

  it('an item that is not in it can not be taken out', () => {
    assert.equal(new Mailbox<number>().remove(1), false);
  });

  it('what arrives while items are handled waits for the next round', () => {
    const mailbox = new Mailbox<number>();
    mailbox.offer(1);
    const round = mailbox.takeAll();
    for (const item of round) mailbox.offer(item + 1);
    assert.deepEqual(round, [1]);
    assert.deepEqual(mailbox.takeAll(), [2]);
  });
});
