/** Strategies inside one priority group, routing.md 45 to 50 and 52. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  choose,
  newCursor,
  TIE_SHARE,
  type Cursor,
  type Eligible,
} from '../../src/routing/select.ts';
import { Cursors, MAX_CURSORS } from '../../src/routing/cursors.ts';
import { keyed, tableOf } from './support.ts';
import type { Offer } from '../../src/routing/table.ts';
import type { RoutingStrategy } from '../../src/config/types.ts';

const ALL: Eligible = () => true;

/** Members `A`, `B`, ... with these weights. */
function members(weights: Record<string, number>): readonly Offer[] {
  const records = Object.entries(weights).map(([id, weight]) => keyed(id, undefined, { weight }));
  return tableOf(records).models.get('m')?.tiers[0] ?? [];
}

function picks(
  strategy: RoutingStrategy,
  group: readonly Offer[],
  times: number,
  eligible: Eligible = ALL,
  cursor: Cursor = newCursor(),
): string {
  const chosen = Array.from({ length: times }, () => choose(strategy, group, eligible, cursor));
  return chosen.map((offer) => offer?.credential.id ?? '-').join(' ');
}

const except =
  (...ids: string[]): Eligible =>
  (offer) =>
    !ids.includes(offer.credential.id);

describe('strategies', () => {
  const three = members({ A: 1, B: 1, C: 1 });

  it('45: round-robin', () => assert.equal(picks('round-robin', three, 4), 'A B C A'));

  it('46: B cools after the first request', () => {
    const cursor = newCursor();
    assert.equal(picks('round-robin', three, 1, ALL, cursor), 'A');
    assert.equal(picks('round-robin', three, 3, except('B'), cursor), 'C A C');
  });

  it('47: fill-first', () => {
    assert.equal(picks('fill-first', three, 3), 'A A A');
    assert.equal(picks('fill-first', three, 2, except('A')), 'B B');
  });

  const weighted: [number, Record<string, number>, string][] = [
    [48, { A: 5, B: 1, C: 1 }, 'A A B A C A A'],
    [49, { A: 3, B: 2 }, 'A B A B A'],
    [50, { A: 1, B: 0 }, 'A A A'],
  ];
  for (const [number, weights, expected] of weighted) {
    it(`${number}: weighted`, () => {
      const times = expected.split(' ').length;
      assert.equal(picks('weighted-round-robin', members(weights), times), expected);
    });
  }

  it('weighted starts again when a member comes or goes', () => {
    const group = members({ A: 5, B: 1, C: 1 });
    const cursor = newCursor();
    assert.equal(picks('weighted-round-robin', group, 2, ALL, cursor), 'A A');
    assert.equal(picks('weighted-round-robin', group, 1, except('C'), cursor), 'A');
    assert.equal(picks('weighted-round-robin', group, 7, ALL, cursor), 'A A B A C A A');
  });

  it('weighted goes on over a reload that changes nothing', () => {
    const weights = { A: 5, B: 1, C: 1 };
    const cursor = newCursor();
    assert.equal(picks('weighted-round-robin', members(weights), 3, ALL, cursor), 'A A B');
    assert.equal(picks('weighted-round-robin', members(weights), 4, ALL, cursor), 'A C A A');
  });

  it('52: credentials of several providers each get their turn', () => {
    assert.equal(picks('round-robin', members({ v1: 1, g2: 1, g1: 1 }), 6), 'g1 g2 v1 g1 g2 v1');
  });

  it('the cursor survives a smaller group', () => {
    const cursor = newCursor();
    assert.equal(picks('round-robin', three, 3, ALL, cursor), 'A B C');
    assert.equal(picks('round-robin', members({ A: 1, B: 1 }), 2, ALL, cursor), 'B A');
  });

  const all = ['round-robin', 'weighted-round-robin', 'fill-first', 'headroom'] as const;
  for (const strategy of all) {
    it(`${strategy}: nobody is eligible`, () => {
      const none = (group: readonly Offer[], eligible: Eligible) =>
        choose(strategy, group, eligible, newCursor(), () => 1);
      assert.equal(
        none(three, () => false),
        undefined,
      );
      assert.equal(none([], ALL), undefined);
    });
  }
});

describe('headroom', () => {
  const three = members({ A: 1, B: 1, C: 1 });
  const rich = (scores: Record<string, number | undefined>, times: number, eligible = ALL) => {
    const cursor = newCursor();
    const score = ({ credential }: Offer): number | undefined => scores[credential.id];
    return Array.from(
      { length: times },
      () => choose('headroom', three, eligible, cursor, score)?.credential.id,
    ).join(' ');
  };

  it('the best score serves', () => assert.equal(rich({ A: 1, B: 4, C: 2 }, 3), 'B B B'));

  it('the next one does when it can not', () => {
    assert.equal(rich({ A: 1, B: 4, C: 2 }, 2, except('B')), 'C C');
  });

  it('equal scores take turns', () => assert.equal(rich({ A: 3, B: 3, C: 3 }, 4), 'A B C A'));

  it('nearly equal scores take turns too', () => {
    assert.equal(rich({ A: 3, B: 3 * TIE_SHARE, C: 3 * TIE_SHARE - 0.01 }, 4), 'A B A B');
  });

  it('exhausted ones serve when nobody else can, in turn', () => {
    assert.equal(rich({ A: 0, B: 0.01, C: 0 }, 2), 'B B');
    assert.equal(rich({ A: 0, B: 0.01, C: 0 }, 3, except('B')), 'A C A');
  });

  it('unknown ones take turns with the best, and go before exhausted ones', () => {
    assert.equal(rich({ A: 1, B: 4, C: undefined }, 4), 'B C B C');
    assert.equal(rich({ A: 0, B: 0, C: undefined }, 2), 'C C');
    assert.equal(rich({ A: undefined, B: undefined, C: undefined }, 4), 'A B C A');
  });

  it('without scores all members are equal', () => {
    assert.equal(picks('headroom', three, 4), 'A B C A');
  });
});

describe('cursors', () => {
  it('are kept by key, and dropped together at the limit', () => {
    const cursors = new Cursors();
    cursors.of('first').next = 7;
    for (let index = 1; index < MAX_CURSORS; index += 1) cursors.of(`k${index}`);
    assert.equal(cursors.of('first').next, 7);
    cursors.of('one more');
    assert.equal(cursors.of('first').next, 0);
  });
});
