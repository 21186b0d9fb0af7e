import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BOARD_SLOTS,
  DispatchBoard,
  DispatchMarks,
  newBoardMemory,
  NO_SLOT,
} from '../../src/actors/dispatch-board.ts';

function pair(): { board: DispatchBoard; marks: DispatchMarks } {
  const memory = newBoardMemory();
  return { board: new DispatchBoard(memory), marks: new DispatchMarks(memory) };
}

describe('dispatch board', () => {
  it('tells turns that may have been sent from those that were not', () => {
    const { board, marks } = pair();
    const [sent, waiting] = [board.take(), board.take()];
    marks.markSent(sent);
    assert.equal(board.mayBeSent(sent), true);
    assert.equal(board.mayBeSent(waiting), false);
  });

  it('a slot that is used again is clean', () => {
    const { board, marks } = pair();
    const slot = board.take();
    marks.markSent(slot);
    board.release(slot);
    assert.equal(board.take(), slot);
    assert.equal(board.mayBeSent(slot), false);
  });

  it('never gives one slot to two streams', () => {
    const { board } = pair();
    const slots = Array.from({ length: 100 }, () => board.take());
    for (const slot of slots.slice(0, 50)) board.release(slot);
    const taken = [...slots.slice(50), ...Array.from({ length: 80 }, () => board.take())];
    assert.equal(new Set(taken).size, taken.length);
  });

  it('a stream beyond the last slot counts as sent', () => {
    const { board, marks } = pair();
    for (let index = 0; index < BOARD_SLOTS; index += 1) assert.notEqual(board.take(), NO_SLOT);
    const slot = board.take();
    assert.equal(slot, NO_SLOT);
    assert.equal(board.mayBeSent(slot), true);
    marks.markSent(slot);
    board.release(slot);
    assert.equal(board.take(), NO_SLOT);
    board.release(5);
    assert.equal(board.take(), 5);
  });
});
