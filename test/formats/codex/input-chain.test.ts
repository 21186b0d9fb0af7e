import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  endOf,
  firstNewItem,
  NO_ITEMS,
  scanRequest,
  withOutput,
} from '../../../src/formats/codex/input-chain.ts';
import { socketFrame } from '../../../src/formats/codex/socket-frame.ts';

const user = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
const assistant = (text: string, more: object = {}) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
  ...more,
});
const reasoning = (id: string) => ({ type: 'reasoning', id, summary: [], encrypted_content: 'E' });
const call = (id: string, more: object = {}) => ({
  type: 'function_call',
  call_id: id,
  name: 'ls',
  arguments: '{"a":1}',
  ...more,
});
const result = (id: string) => ({ type: 'function_call_output', call_id: id, output: 'ok' });

const bodyOf = (input: unknown, more: object = {}) =>
  Buffer.from(JSON.stringify({ model: 'm', tools: [], input, stream: true, ...more }));

/** What is new in `next` after a turn with `first` that was answered by `output`; null: unknown. */
function increment(first: unknown[], output: unknown[], next: unknown): unknown {
  const known = withOutput(endOf(scanRequest(bodyOf(first))), output);
  const scan = scanRequest(bodyOf(next));
  const from = firstNewItem(scan, known);
  if (from === undefined) return null;
  const frame = socketFrame(scan, { kind: 'increment', from, previousResponseId: 'resp_1' }, false);
  const sent = JSON.parse(Buffer.from(frame).toString()) as Record<string, unknown>;
  assert.equal(sent['previous_response_id'], 'resp_1');
  assert.equal(sent['type'], 'response.create');
  assert.equal(sent['model'], 'm');
  return sent['input'];
}

describe('recognising what a socket already knows', () => {
  const first = [user('one')];

  it('finds the items behind the answer', () => {
    const output = [assistant('hi')];
    assert.deepEqual(increment(first, output, [...first, ...output, user('two')]), [user('two')]);
  });

  it('knows an answer again that comes back in other words', () => {
    const output = [
      reasoning('rs_1'),
      call('c1', { id: 'fc_1', status: 'completed' }),
      assistant('hi', { id: 'msg_1', status: 'completed' }),
    ];
    const echoed = [call('c1'), { role: 'assistant', content: 'hi' }];
    assert.deepEqual(increment(first, output, [...first, ...echoed, result('c1')]), [result('c1')]);
  });

  it('leaves out reasoning that comes back behind the rest of its answer', () => {
    const output = [call('c1'), reasoning('rs_1')];
    const next = [...first, call('c1'), reasoning('rs_1'), result('c1')];
    assert.deepEqual(increment(first, output, next), [result('c1')]);
  });

  it('does not mind empty assistant messages', () => {
    const output = [assistant(''), call('c1')];
    assert.deepEqual(increment(first, output, [...first, call('c1'), result('c1')]), [
      result('c1'),
    ]);
  });

  const output = [assistant('hi')];
  const unknown: [string, unknown][] = [
    ['nothing new', [...first, ...output]],
    ['an edited question', [user('uno'), ...output, user('two')]],
    ['an edited answer', [...first, assistant('ho'), user('two')]],
    ['a dropped answer', [...first, user('two')]],
    ['a shortened conversation', [user('two')]],
    ['an empty list', []],
    ['a plain text', 'two'],
    ['another call', [...first, call('c9'), user('two')]],
  ];
  for (const [name, next] of unknown) {
    it(`sends everything after ${name}`, () => {
      assert.equal(increment(first, output, next), null);
    });
  }

  it('tells call arguments and names apart', () => {
    for (const other of [{ arguments: '{"a":2}' }, { name: 'rm' }, { call_id: 'c2' }]) {
      assert.equal(increment(first, [call('c1')], [...first, call('c1', other), user('x')]), null);
    }
  });

  it('follows a client that sends increments itself', () => {
    let known = withOutput(endOf(scanRequest(bodyOf(first))), [call('c1')]);
    const second = scanRequest(bodyOf([result('c1')]), known);
    known = withOutput(endOf(second, known), [assistant('done')]);
    const all = [...first, call('c1'), result('c1'), assistant('done'), user('next')];
    const scan = scanRequest(bodyOf(all));
    const from = firstNewItem(scan, known);
    assert.notEqual(from, undefined);
    assert.ok(
      scan.body
        .subarray(from)
        .toString()
        .startsWith(JSON.stringify(user('next'))),
    );
  });

  it('keeps the beginning when a turn brings no input', () => {
    const known = endOf(scanRequest(bodyOf(first)));
    assert.deepEqual(endOf(scanRequest(bodyOf([]), known), known), known);
    assert.deepEqual(endOf(scanRequest(bodyOf([]))), NO_ITEMS);
  });

  it('hashes the settings, whatever changes from turn to turn', () => {
    const of = (more: object) => scanRequest(bodyOf(first, more)).settings;
    const same = { client_metadata: { turn: 2 }, previous_response_id: 'r', type: 'x' };
    assert.equal(of(same), of({}));
    assert.notEqual(of({ reasoning: { effort: 'high' } }), of({}));
    assert.notEqual(of({ tools: [{ type: 'web_search' }] }), of({}));
  });
});

describe('the frame of a turn (codex.md 2.3)', () => {
  const sent = (more: object, extent: Parameters<typeof socketFrame>[1], warmUp = false) =>
    JSON.parse(
      Buffer.from(socketFrame(scanRequest(bodyOf([], more)), extent, warmUp)).toString(),
    ) as Record<string, unknown>;

  it('is a response.create, also for an append', () => {
    assert.equal(sent({ type: 'response.append' }, { kind: 'client' })['type'], 'response.create');
  });

  it('keeps the earlier answer only for a client that named it', () => {
    const named = { previous_response_id: 'r1' };
    assert.equal(sent(named, { kind: 'client' })['previous_response_id'], 'r1');
    assert.equal('previous_response_id' in sent(named, { kind: 'full' }), false);
  });

  it('keeps generate for warm-ups only', () => {
    assert.equal(sent({ generate: false }, { kind: 'full' }, true)['generate'], false);
    assert.equal('generate' in sent({ generate: false }, { kind: 'full' }), false);
  });

  it('leaves every other byte as it was', () => {
    const body = Buffer.from('{ "input" : [ 1 ],\n "x": 1.50e1, "type":"response.create" }');
    assert.equal(socketFrame(scanRequest(body), { kind: 'full' }, false), body);
  });
});
