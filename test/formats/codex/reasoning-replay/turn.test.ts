import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_ITEMS, endOf, scanRequest } from '../../../../src/formats/codex/input-chain.ts';
import { isSamePlace, replayTurn } from '../../../../src/formats/codex/reasoning-replay/turn.ts';
import { bodyOf, call, message, reasoning, user } from './samples.ts';

const none = () => NO_ITEMS;
const after = (text: string) => () => endOf(scanRequest(bodyOf([user(text)])));
const notAsked = () => assert.fail('the conversation costs a hash over all of it');

describe('what is kept of an answer', () => {
  it('its parts in order, and of custom calls nothing: Claude clients never see them', () => {
    const custom = { type: 'custom_tool_call', call_id: 'x', name: 'p', input: 'raw' };
    const turn = replayTurn([reasoning(1), message('hi'), custom, call('c')], notAsked);
    assert.deepEqual(
      turn?.steps.map(({ is }) => is),
      ['reasoning', 'text', 'call'],
    );
  });

  it('nothing without reasoning', () => {
    assert.equal(replayTurn([message('hi'), call('c')], notAsked), undefined);
  });

  it('nothing without anything that the reasoning could stand in front of', () => {
    assert.equal(replayTurn([reasoning(1), message('')], notAsked), undefined);
  });

  for (const [name, value] of [
    ['missing', undefined],
    ['null', null],
    ['of another provider', 'EgQKAgEC'],
    ['with white space around', ` ${reasoning(1).encrypted_content}`],
  ] as const) {
    it(`no reasoning whose proof is ${name}: the upstream would refuse it`, () => {
      const item = reasoning(1, { encrypted_content: value });
      assert.equal(replayTurn([item, message('hi')], none), undefined);
    });
  }

  it('the memory it takes grows with proofs and arguments', () => {
    const small = replayTurn([reasoning(1), call('c')], none);
    const large = replayTurn([reasoning(1), call('c', 'x'.repeat(5000))], none);
    assert.equal((large?.bytes ?? 0) - (small?.bytes ?? 0), 5000 - '{"a":1}'.length);
  });
});

describe('two answers in the same place', () => {
  const turnOf = (output: Record<string, unknown>[], text = 'q') => {
    const turn = replayTurn(output, after(text));
    assert.ok(turn !== undefined);
    return turn;
  };

  it('share a call', () => {
    const [one, other] = [turnOf([reasoning(1), call('c')]), turnOf([reasoning(2), call('c')])];
    assert.equal(isSamePlace(one, other), true);
    assert.equal(isSamePlace(one, turnOf([reasoning(2), call('d')])), false);
  });

  it('say the same in answer to the same', () => {
    const one = turnOf([reasoning(1), message('hi')]);
    assert.equal(isSamePlace(one, turnOf([reasoning(2), message(' hi\n')])), true);
    assert.equal(isSamePlace(one, turnOf([reasoning(2), message('ho')])), false);
    assert.equal(isSamePlace(one, turnOf([reasoning(2), message('hi')], 'r')), false);
    assert.equal(isSamePlace(one, turnOf([reasoning(2), message('hi'), call('c')])), false);
  });
});
