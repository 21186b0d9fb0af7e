/** The events of an answer as frames, and what the answer held (codex.md 3.9). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerFrames } from '../../../src/front/responses-socket/answer-frames.ts';
import { call, jsonOf } from './support.ts';
import { MAX_OUTPUT_ITEMS } from '../../../src/formats/codex/output-repair.ts';
import { randomPieces } from '../../formats/streams.ts';
import { responsesSse, responsesTurn } from '../../support/turns.ts';
import type { JsonObject } from '../../../src/canonical/value.ts';

const RUNS = 200;

const sse = (...events: JsonObject[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

const done = (item: JsonObject, output_index?: number): JsonObject => ({
  type: 'response.output_item.done',
  output_index,
  item,
});

const completed = (output: unknown): JsonObject => ({
  type: 'response.completed',
  response: { id: 'resp_1', output },
});

function read(text: string): { answer: AnswerFrames; frames: string[] } {
  const answer = new AnswerFrames();
  return { answer, frames: answer.push(Buffer.from(text)) };
}

describe('events as frames', () => {
  const events = responsesTurn({ text: 'häl☃lo 🙂' });
  const text = responsesSse(events);
  const wanted = events.map((event) => JSON.stringify(event));
  const noisy = `: hello\n\n${text}: bye\n\ndata: [DONE]\n\n`;

  it('are the JSON of each event, wherever the bytes are cut once', () => {
    const bytes = Buffer.from(noisy);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const answer = new AnswerFrames();
      const frames = [...answer.push(bytes.subarray(0, cut)), ...answer.push(bytes.subarray(cut))];
      assert.deepEqual(frames, wanted, `cut at ${cut}`);
      assert.equal(answer.terminal, true);
    }
  });

  for (const [name, end] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    it(`are the same for any pieces, with ${name}`, () => {
      const bytes = Buffer.from(noisy.replaceAll('\n', end));
      for (let seed = 0; seed < RUNS; seed += 1) {
        const answer = new AnswerFrames();
        const frames = randomPieces(bytes, seed).flatMap((piece) => answer.push(piece));
        assert.deepEqual(frames, wanted, `seed ${seed}`);
        assert.deepEqual([answer.responseId, answer.output.length], ['resp_77', 1]);
      }
    });
  }

  it('keep the words of the host, also of what is looked into', () => {
    const data = '{"type":"response.completed", "response":{"id":"r","n":1.50,"output":[]}}';
    assert.deepEqual(read(`event: response.completed\ndata: ${data}\n\n`).frames, [data]);
  });

  for (const [name, event, frames] of [
    ['several data lines are one frame', 'event: x\ndata: {"a":\ndata: 1}', ['{"a":\n1}']],
    ['other fields are left out', 'id: 7\nretry: 5\ndata:{"a":1}\n: c', ['{"a":1}']],
    ['an event without data is none', 'event: x', []],
    ['empty data is none', 'data:', []],
    ['a bare value is none', 'data: 7', []],
    ['the end mark is none', 'data: [DONE]', []],
    ['a line that only looks like data is none', 'database: {"a":1}', []],
  ] as const) {
    it(name, () => {
      assert.deepEqual(read(`${event}\n\n`).frames, frames);
    });
  }

  it('an event without its blank line waits', () => {
    const { answer, frames } = read('data: {"a":1}\n');
    assert.deepEqual(frames, []);
    assert.deepEqual(answer.push(Buffer.from('\n')), ['{"a":1}']);
  });
});

describe('the end of an answer', () => {
  for (const type of ['completed', 'done', 'incomplete', 'failed', 'error'] as const) {
    it(`nothing follows response.${type}`, () => {
      const { answer, frames } = read(sse({ type: `response.${type}` }, { type: 'late' }));
      assert.equal(frames.length, 1);
      assert.equal(answer.terminal, true);
      assert.deepEqual(answer.push(Buffer.from(sse({ type: 'later' }))), []);
    });
  }

  it('nor a bare error', () => {
    assert.equal(read(sse({ type: 'error', message: 'm' })).answer.terminal, true);
  });

  it('is found whatever the order of the members', () => {
    const late = { sequence_number: 1, response: { id: 'r', pad: 'x'.repeat(5000) } };
    const { answer } = read(sse({ ...late, type: 'response.completed' }));
    assert.deepEqual([answer.terminal, answer.responseId], [true, 'r']);
  });

  it('is not taken from what the model says about it', () => {
    const delta = '{"type":"response.output_text.delta","delta":"\\"response.completed\\""}';
    const other = '{"delta":{"type":"response.completed"},"type":"x"}';
    const { answer, frames } = read(`data: ${delta}\n\ndata: ${other}\n\n`);
    assert.deepEqual(frames, [delta, other]);
    assert.equal(answer.terminal, false);
  });
});

describe('the items of an answer', () => {
  const message = { type: 'message', id: 'm1' };
  const half = { type: 'function_call', call_id: 'c', name: 'bash' };

  it('77: an empty list is filled, in order, with what was finished before', () => {
    const { answer, frames } = read(sse(done(call('c'), 1), done(message, 0), completed([])));
    assert.deepEqual(answer.output, [message, call('c')]);
    assert.deepEqual(JSON.parse(frames[2] ?? ''), completed([message, call('c')]));
  });

  it('a call that is not complete does not fill it', () => {
    const custom = { type: 'custom_tool_call', call_id: 'd', name: 'patch', input: '' };
    const broken = [half, { ...half, call_id: 7, arguments: '' }, { ...custom, input: {} }];
    const items = [message, ...broken, custom];
    const { answer } = read(sse(...items.map((item) => done(item)), completed([])));
    assert.deepEqual(answer.output, [message, custom]);
  });

  it('a broken call of the list is replaced by its finished version', () => {
    const { answer, frames } = read(sse(done(call('c')), completed([message, half])));
    assert.deepEqual(answer.output, [message, call('c')]);
    assert.deepEqual(JSON.parse(frames[1] ?? ''), completed([message, call('c')]));
  });

  it('a whole list stays as it was sent', () => {
    const last = `{"type":"response.completed", "response":{"output":[${JSON.stringify(call('c'))}]}}`;
    const { answer, frames } = read(`${sse(done(call('c')))}data: ${last}\n\n`);
    assert.equal(frames[1], last);
    assert.deepEqual(answer.output, [call('c')]);
  });

  it('an answer that was cut has what was said', () => {
    const { answer } = read(sse(done(message), { type: 'response.incomplete', response: {} }));
    assert.deepEqual(answer.output, [message]);
  });

  it('an answer that failed has none', () => {
    const { answer } = read(sse(done(message), { type: 'response.failed', response: {} }));
    assert.deepEqual(answer.output, []);
  });

  it('an end without a response says nothing', () => {
    const { answer, frames } = read(sse(done(message), { type: 'response.done' }));
    assert.deepEqual(frames[1], '{"type":"response.done"}');
    assert.deepEqual(answer.output, []);
  });

  it('more than an answer may have are not collected, and still go out', () => {
    const event = Buffer.from(sse(done(message)));
    const answer = new AnswerFrames();
    let frames = 0;
    for (let count = 0; count <= MAX_OUTPUT_ITEMS; count += 1) frames += answer.push(event).length;
    assert.equal(frames, MAX_OUTPUT_ITEMS + 1);
    const [end] = answer.push(Buffer.from(sse(completed([]))));
    assert.equal(answer.output.length, MAX_OUTPUT_ITEMS);
    assert.ok(jsonOf(Buffer.from(end ?? '')));
  });
});
