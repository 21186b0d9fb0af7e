/** The shared timer, on a clock of its own. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Ticker, TICK_MS } from '../../src/front/ticker.ts';

describe('ticker', () => {
  let now = 0;
  let ticker: Ticker;

  /** Time passes tick by tick. */
  function pass(ms: number): void {
    for (let left = ms; left > 0; left -= TICK_MS) {
      now += TICK_MS;
      mock.timers.tick(TICK_MS);
    }
  }

  beforeEach(() => {
    now = 1000;
    ticker = new Ticker(() => now);
    mock.timers.enable({ apis: ['setInterval'] });
  });
  afterEach(() => mock.timers.reset());

  it('beats until it is stopped', () => {
    let beats = 0;
    const beat = ticker.every(1000, () => (beats += 1));
    pass(900);
    assert.equal(beats, 0);
    pass(100);
    assert.equal(beats, 1);
    pass(2000);
    assert.equal(beats, 3);
    beat.stop();
    pass(5000);
    assert.equal(beats, 3);
  });

  it('a wait comes once, and not when it is stopped', () => {
    const runs: string[] = [];
    ticker.after(300, () => runs.push('one'));
    const stopped = ticker.after(200, () => runs.push('stopped'));
    stopped.stop();
    stopped.stop();
    pass(2000);
    assert.deepEqual(runs, ['one']);
  });

  it('a late clock gives one beat, not all that were missed', () => {
    let beats = 0;
    ticker.every(100, () => (beats += 1));
    now += 60_000;
    mock.timers.tick(TICK_MS);
    assert.equal(beats, 1);
  });

  it('a beat that stops its neighbour is obeyed in the same tick', () => {
    const runs: string[] = [];
    ticker.after(100, () => {
      runs.push('first');
      second.stop();
    });
    const second = ticker.after(100, () => runs.push('second'));
    pass(500);
    assert.deepEqual(runs, ['first']);
  });

  it('a wait of 0 ms that is added by a beat comes with the next tick', () => {
    let runs = 0;
    const again = (): void => {
      runs += 1;
      ticker.after(0, again);
    };
    ticker.after(0, again);
    pass(TICK_MS);
    assert.equal(runs, 1);
    pass(2 * TICK_MS);
    assert.equal(runs, 3);
  });

  it('starts and stops one interval for all', () => {
    const started = mock.method(globalThis, 'setInterval');
    const cleared = mock.method(globalThis, 'clearInterval');
    const beats = Array.from({ length: 100 }, () => ticker.every(1000, () => undefined));
    assert.equal(started.mock.callCount(), 1);
    for (const beat of beats) beat.stop();
    assert.equal(cleared.mock.callCount(), 1);
    ticker.after(100, () => undefined);
    pass(100);
    assert.equal(started.mock.callCount(), 2);
    assert.equal(cleared.mock.callCount(), 2);
    mock.restoreAll();
  });
});
