/** Events that wait for the answer to begin, codex.md 2.10 and vector 49. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeldEvents, MAX_HELD_EVENTS } from '../../src/actors/held-events.ts';
import { UpstreamAnswer } from '../../src/actors/answer.ts';
import { codexProvider } from '../../src/providers/codex/provider.ts';
import { responsesToCodex } from '../../src/formats/responses/to-codex.ts';
import { responseContext, sse } from '../formats/chat/contexts.ts';
import type { SseEvent } from '../../src/formats/format.ts';

const created = sse({ type: 'response.created', response: { id: 'r' } });
const progress = sse({ type: 'response.in_progress', response: { id: 'r' } });
const limits = sse({ type: 'codex.rate_limits', plan_type: 'plus' });
const metadata = sse({ type: 'codex.response.metadata' });
const comment: SseEvent = { event: undefined, data: '', json: undefined, raw: ': ping' };
const delta = sse({ type: 'response.output_text.delta', delta: 'x' });
const completed = sse({ type: 'response.completed', response: { id: 'r', output: [] } });
const OVERLOADED = {
  code: 'server_is_overloaded',
  type: 'service_unavailable_error',
  message: 'overloaded',
};
const failed = (error: unknown): SseEvent =>
  sse({ type: 'response.failed', response: { id: 'r', error } });

describe('held events', () => {
  it('the handshake waits for the first other event', () => {
    const held = new HeldEvents();
    const handshake = [created, progress, limits, metadata, comment];
    for (const event of handshake) assert.deepEqual(held.take(event), []);
    assert.deepEqual(held.take(delta), [...handshake, delta]);
    assert.deepEqual(held.take(created), [created], 'from then on nothing waits');
  });

  it(`at most ${MAX_HELD_EVENTS} wait`, () => {
    const held = new HeldEvents();
    for (let count = 1; count < MAX_HELD_EVENTS; count += 1) {
      assert.deepEqual(held.take(progress), []);
    }
    assert.equal(held.take(progress).length, MAX_HELD_EVENTS);
    assert.equal(held.hides(failed(OVERLOADED)), false, 'the client has heard of it');
  });

  const HIDDEN: [string, SseEvent][] = [
    ['code server_is_overloaded', failed({ code: 'server_is_overloaded' })],
    ['code rate_limit_exceeded', failed({ code: 'rate_limit_exceeded' })],
    ['type rate_limit_error', sse({ type: 'error', error: { type: 'rate_limit_error' } })],
    ['the error itself', sse({ type: 'error', code: 'rate_limit_exceeded', message: 'x' })],
  ];
  for (const [name, event] of HIDDEN) {
    it(`an overload by ${name} is hidden while something waits, and before`, () => {
      const held = new HeldEvents();
      assert.equal(held.hides(event), true);
      held.take(created);
      assert.equal(held.hides(event), true);
      held.take(delta);
      assert.equal(held.hides(event), false);
    });
  }

  it('other failures are not', () => {
    const held = new HeldEvents();
    for (const error of [{ type: 'usage_limit_reached' }, { code: 'invalid_prompt' }, null]) {
      assert.equal(held.hides(failed(error)), false);
    }
    assert.equal(held.hides(comment), false);
  });
});

describe('an answer that holds its handshake', () => {
  function listen(holdsHandshake: boolean): { answer: UpstreamAnswer; told: string[] } {
    const told: string[] = [];
    const answer = new UpstreamAnswer(
      {
        provider: codexProvider,
        translator: responsesToCodex.response(responseContext()),
        expectsStream: true,
        maxAnswerBytes: 1000,
        holdsHandshake,
        now: () => 0,
      },
      {
        onHead: () => undefined,
        onQuota: () => told.push('quota'),
        onText: (text) => told.push(/"type":"([^"]+)"/.exec(text)?.[1] ?? text),
        onBody: () => told.push('body'),
        onDone: () => told.push('done'),
        onFailure: ({ status }) => told.push(`failed ${status}`),
      },
    );
    answer.onHead(200, ['content-type', 'text/event-stream']);
    return { answer, told };
  }

  function read(holdsHandshake: boolean, events: SseEvent[]): string[] {
    const { answer, told } = listen(holdsHandshake);
    for (const event of events) answer.onEvent(event);
    return told;
  }

  const overload = [created, progress, failed(OVERLOADED)];

  it('49: an overload fails with 503 before the client has heard anything', () => {
    assert.deepEqual(read(true, overload), ['failed 503']);
    assert.deepEqual(read(false, overload), [
      'response.created',
      'response.in_progress',
      'failed 502',
    ]);
  });

  it('any other failure comes behind what was held', () => {
    const events = [created, failed({ code: 'invalid_prompt', message: 'x' })];
    assert.deepEqual(read(true, events), read(false, events));
    assert.equal(read(true, events)[0], 'response.created');
  });

  it('a whole answer is the same', () => {
    const events = [created, progress, delta, completed];
    assert.deepEqual(read(true, events), read(false, events));
    assert.deepEqual(read(true, events).at(-1), 'done');
  });

  it('a stream that breaks off in its handshake fails with nothing sent', () => {
    const { answer, told } = listen(true);
    answer.onData(Buffer.from(`data: ${created.data}\n\n`));
    answer.onEnd();
    assert.deepEqual(told, ['failed 408']);
  });
});
