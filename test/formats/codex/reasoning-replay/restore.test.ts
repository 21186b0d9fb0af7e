import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shortCallId } from '../../../../src/formats/claude/call-id.ts';
import { endOf, scanRequest } from '../../../../src/formats/codex/input-chain.ts';
import { withReasoning } from '../../../../src/formats/codex/reasoning-replay/restore.ts';
import {
  replayTurn,
  type ReplayTurn,
} from '../../../../src/formats/codex/reasoning-replay/turn.ts';
import { bodyOf, call, message, output, proof, reasoning, user } from './samples.ts';

type Item = Record<string, unknown>;

/** An answer to a request with this input. */
function answered(input: Item[], items: Item[]): ReplayTurn {
  const turn = replayTurn(items, () => endOf(scanRequest(bodyOf(input))));
  assert.ok(turn !== undefined);
  return turn;
}

/** The input with what is put back; the rest of the body has to be the same bytes. */
function restored(input: Item[], ...turns: ReplayTurn[]): Item[] {
  const text = Buffer.from(withReasoning(bodyOf(input), turns)).toString();
  const body = JSON.parse(text) as { input: Item[] };
  assert.equal(text, bodyOf(body.input).toString(), 'written as the translation writes it');
  return body.input;
}

const asked = [user('q')];
const more = user('more');

describe('an answer with calls', () => {
  const items = [reasoning(1), message('see'), call('c1'), call('c2')];
  const turn = answered(asked, items);
  const plain = [
    ...asked,
    message('see'),
    call('c1'),
    call('c2'),
    output('c1'),
    output('c2'),
    more,
  ];
  const whole = [...asked, proof(1), ...plain.slice(1)];

  it('is found by its calls, and the reasoning goes in front of its text', () => {
    assert.deepEqual(restored(plain, turn), whole);
  });

  it('is left alone when the client sent the reasoning itself', () => {
    const body = bodyOf(whole);
    assert.equal(withReasoning(body, [turn]), body);
  });

  it('is found although something changed before it', () => {
    const changed = [user('summary of what was'), ...plain.slice(1)];
    assert.deepEqual(restored(changed, turn), [changed[0], ...whole.slice(1)]);
  });

  it('is found without its text', () => {
    const without = plain.filter((_, index) => index !== 1);
    assert.deepEqual(restored(without, turn), [...asked, proof(1), ...without.slice(1)]);
  });

  it('takes no text that the model did not say in front of the call', () => {
    const silent = answered(asked, [reasoning(2), call('c1')]);
    const input = [...asked, message('an earlier answer'), call('c1'), output('c1')];
    assert.deepEqual(restored(input, silent), [...input.slice(0, 2), proof(2), ...input.slice(2)]);
  });

  it('is not put back into a request that no longer has it', () => {
    const body = bodyOf([user('compacted'), more]);
    assert.equal(withReasoning(body, [turn]), body);
  });

  it('reasoning between and behind calls keeps its place', () => {
    const interleaved = [
      ...[reasoning(1), message('a'), call('c1')],
      ...[reasoning(2), message('b'), call('c2'), reasoning(3)],
    ];
    const calls = [message('a'), call('c1'), message('b'), call('c2'), output('c1'), output('c2')];
    assert.deepEqual(restored([...asked, ...calls], answered(asked, interleaved)), [
      ...[...asked, proof(1), message('a'), call('c1'), proof(2), message('b'), call('c2')],
      ...[proof(3), output('c1'), output('c2')],
    ]);
  });

  it('only what is missing of several is put back', () => {
    const two = answered(asked, [reasoning(1), reasoning(2), call('c')]);
    const input = [...asked, proof(1), call('c'), output('c')];
    assert.deepEqual(restored(input, two), [...asked, proof(1), proof(2), ...input.slice(2)]);
  });

  it('two texts that the client joined: nothing is lost', () => {
    const two = answered(asked, [
      ...[reasoning(1), message('a'), reasoning(2), message('b'), call('c')],
    ]);
    const input = [...asked, message('ab'), call('c'), output('c')];
    const [question, text, ...rest] = input;
    assert.deepEqual(restored(input, two), [question, proof(1), text, proof(2), ...rest]);
  });

  it('an id that Claude clients can not have is known by what they were given', () => {
    const odd = answered(asked, [reasoning(1), call('call.9')]);
    const input = [...asked, call('call_9'), output('call_9')];
    assert.deepEqual(restored(input, odd), [...asked, proof(1), ...input.slice(1)]);
  });

  it('an id above 64 bytes is known by its short form', () => {
    const upstreamId = 'x'.repeat(80);
    const long = answered(asked, [reasoning(1), call(upstreamId)]);
    const id = shortCallId(upstreamId);
    const input = [...asked, call(id), output(id)];
    assert.deepEqual(restored(input, long), [...asked, proof(1), ...input.slice(1)]);
  });
});

describe('a call that the client dropped', () => {
  const turn = answered(asked, [reasoning(1), call('call.9'), call('c2')]);

  it('comes back in front of its output, under the id of that output', () => {
    const input = [...asked, output('call_9')];
    assert.deepEqual(restored(input, turn), [...asked, proof(1), call('call_9'), input[1]]);
  });

  it('stays away without an output', () => {
    const input = [...asked, call('c2'), output('c2')];
    assert.deepEqual(restored(input, turn), [...asked, proof(1), ...input.slice(1)]);
  });
});

describe('an answer of text alone', () => {
  const turn = answered(asked, [reasoning(1), message('hi')]);

  it('is found by its text behind the conversation that it answered', () => {
    const input = [...asked, message('hi'), more];
    assert.deepEqual(restored(input, turn), [...asked, proof(1), ...input.slice(1)]);
  });

  it('is found when the client cut the white space', () => {
    const loose = answered(asked, [reasoning(1), message('hi \n')]);
    assert.equal(restored([...asked, message('hi'), more], loose).length, 4);
  });

  it('is not found by the same text elsewhere', () => {
    const body = bodyOf([user('another'), message('hi'), more]);
    assert.equal(withReasoning(body, [turn]), body);
  });

  it('is not found by another text', () => {
    const body = bodyOf([...asked, message('regenerated'), more]);
    assert.equal(withReasoning(body, [turn]), body);
  });

  it('is found when the request that it answered had reasoning put back, too', () => {
    const first = answered(asked, [reasoning(1), message('hi')]);
    const later = [...asked, message('hi'), more];
    const second = answered(later, [reasoning(2), message('ho')]);
    const input = [...later, message('ho'), user('last')];
    assert.deepEqual(restored(input, first, second), [
      ...[...asked, proof(1), message('hi'), more],
      ...[proof(2), message('ho'), user('last')],
    ]);
  });

  it('at the very end of a request, too', () => {
    const input = [...asked, message('hi')];
    assert.deepEqual(restored(input, turn), [...asked, proof(1), message('hi')]);
  });
});

it('every request begins with the bytes of the one before', () => {
  const turns: ReplayTurn[] = [];
  let input: Item[] = [...asked];
  let before: Item[] = input;
  for (let round = 0; round < 6; round += 1) {
    const id = `c${String(round)}`;
    const items = round % 2 === 0 ? [message('see'), call(id)] : [message('done')];
    turns.push(answered(input, [reasoning(round), ...items]));
    input = [...input, ...items, round % 2 === 0 ? output(id) : more];
    const sent = restored(input, ...turns);
    assert.deepEqual(sent.slice(0, before.length), before);
    assert.equal(sent.filter(({ type }) => type === 'reasoning').length, round + 1);
    before = sent;
  }
});

it('input that is no array stays as it is', () => {
  const body = bodyOf('hello');
  const turn = answered(asked, [reasoning(1), message('hi')]);
  assert.equal(withReasoning(body, [turn]), body);
});
