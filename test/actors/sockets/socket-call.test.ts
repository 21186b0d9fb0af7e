import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Bench, type FakeSocket } from './support.ts';
import { MAX_HELD_FRAMES } from '../../../src/actors/sockets/socket-answer.ts';
import { MAX_PER_CONVERSATION, REFUSED_MS } from '../../../src/actors/sockets/warm-sockets.ts';
import { SwitchyardError } from '../../../src/errors.ts';

const user = (text: string) => ({ role: 'user', content: text.repeat(30) });
const said = (text: string) => ({ type: 'message', role: 'assistant', content: text });
const body = (...input: unknown[]) => ({ model: 'm', input });
const lost = new SwitchyardError('upstream_connection_lost');
const limit = {
  type: 'error',
  status: 400,
  error: { code: 'websocket_connection_limit_reached', message: 'old' },
};
const notFound = {
  type: 'error',
  status: 400,
  error: { code: 'previous_response_not_found', message: 'gone' },
};

/** A bench whose conversation has one warm socket that knows `user one`, answered by `said hi`. */
function warm(choices: object = {}): { bench: Bench; socket: FakeSocket } {
  const bench = new Bench();
  bench.call(body(user('one')), choices);
  const socket = bench.client.open();
  socket.answer('r1', [said('hi')]);
  return { bench, socket };
}

const next = body(user('one'), said('hi'), user('two'));

describe('a turn over an upstream socket', () => {
  it('opens a socket, sends the whole input and hands on the answer', () => {
    const bench = new Bench();
    const turn = bench.call(body(user('one')));
    assert.deepEqual(turn.said, []);
    const socket = bench.client.open();
    assert.deepEqual(socket.frames, [{ ...body(user('one')), type: 'response.create' }]);
    socket.answer('r1');
    assert.deepEqual(turn.said, ['sending', 'head 200', 'response.created', 'response.completed']);
    assert.equal(socket.open, true);
    assert.equal(socket.busy, false);
  });

  it('sends only what is new on the socket that knows the rest', () => {
    const { bench, socket } = warm();
    const turn = bench.call(next);
    assert.deepEqual(socket.frames[1], {
      model: 'm',
      input: [user('two')],
      type: 'response.create',
      previous_response_id: 'r1',
    });
    const less = JSON.stringify(next).length - JSON.stringify(socket.frames[1]).length;
    const saved = Math.max(0, less);
    assert.equal(turn.call.savedBytes, saved);
    assert.deepEqual(bench.sent, [0, saved]);
    socket.answer('r2', [said('ho')]);
    bench.call(body(...next.input, said('ho'), user('three')));
    assert.deepEqual(socket.frames[2]?.['input'], [user('three')]);
    assert.equal(socket.frames[2]['previous_response_id'], 'r2');
  });

  it('sends everything on the same socket when a setting changed', () => {
    const { bench, socket } = warm();
    bench.call({ ...next, reasoning: { effort: 'high' } });
    assert.deepEqual(socket.frames[1]?.['input'], next.input);
    assert.equal('previous_response_id' in socket.frames[1], false);
  });

  it('opens another socket for another branch of the conversation, and keeps the first', () => {
    const { bench, socket } = warm();
    bench.call(body(user('other')));
    assert.equal(bench.client.handlers.length, 2);
    bench.client.open().answer('x1');
    bench.call(next);
    assert.deepEqual(socket.frames[1]?.['input'], [user('two')]);
  });

  it('serves turns at once on sockets of their own, up to the bound, then over HTTP', () => {
    const bench = new Bench();
    const turns = Array.from({ length: MAX_PER_CONVERSATION }, (_, index) => {
      const turn = bench.call(body(user(`t${index}`)));
      bench.client.open();
      return turn;
    });
    const late = bench.call(body(user('late')));
    assert.deepEqual(late.said, ['http']);
    assert.ok(turns.every((turn) => turn.said[0] === 'sending'));
    bench.client.sockets[2]?.answer('r');
    bench.call(body(user('later')));
    assert.equal(bench.client.sockets[2]?.frames.length, 2, 'the resting one is taken over');
  });

  it('closes the longest rested socket of the credential at its bound', () => {
    const bench = new Bench(2);
    for (const conversation of ['a', 'b']) {
      bench.call(body(user('one')), { conversation });
      bench.client.open().answer('r');
    }
    bench.call(body(user('one')), { conversation: 'c' });
    bench.client.open();
    assert.deepEqual(
      bench.client.sockets.map((socket) => socket.open),
      [false, true, true],
    );
    assert.equal(bench.sockets.size, 2);
  });

  it('begins no turn on a socket that is too old', () => {
    const { bench, socket } = warm();
    bench.nowMs = 1000;
    bench.call(next);
    assert.equal(socket.open, false);
    assert.deepEqual(bench.client.open().frames[0]?.['input'], next.input);
  });

  it('forgets what a socket knew after an answer that has no end', () => {
    const { bench, socket } = warm();
    bench.call(next);
    socket.say({ type: 'response.incomplete', response: { id: 'r2' } });
    bench.call(next);
    assert.deepEqual(socket.frames[2]?.['input'], next.input);
  });

  it('closes a socket whose turn failed', () => {
    for (const type of ['error', 'response.failed']) {
      const { bench, socket } = warm();
      const turn = bench.call(next);
      socket.say({ type, error: { code: 'server_error' } });
      assert.equal(turn.outcome, 'failed');
      assert.equal(socket.open, false);
      assert.equal(bench.sockets.size, 0);
    }
  });

  it('names the end as HTTP clients know it, and leaves it to WebSocket clients', () => {
    for (const [session, type] of [
      [null, 'response.completed'],
      ['s', 'response.done'],
    ] as const) {
      const bench = new Bench();
      const turn = bench.call(body(user('one')), { session });
      bench.client.open().say({ type: 'response.done', response: { id: 'r' } });
      assert.equal((turn.events.at(-1) as { type: string }).type, type);
      assert.equal(turn.outcome, 'done');
    }
  });
});

describe('clients that continue an answer themselves', () => {
  const more = { model: 'm', previous_response_id: 'r1', input: [user('two')] };

  it('get the socket that holds it', () => {
    const { bench, socket } = warm({ session: 's' });
    bench.call(more, { session: 's', continues: true });
    assert.deepEqual(socket.frames[1], { ...more, type: 'response.create' });
    socket.answer('r2', [said('ho')]);
    bench.call(body(...next.input, said('ho'), user('three')), { session: 'other' });
    assert.deepEqual(socket.frames[2]?.['input'], [user('three')], 'a full input is recognised');
  });

  it('have to send it all when no socket holds it', () => {
    const { bench } = warm();
    const turn = bench.call({ ...more, previous_response_id: 'r0' }, { continues: true });
    assert.deepEqual(turn.said, ['refused replay_required']);
  });

  it('over HTTP are served too, and without the socket their reference is dropped', () => {
    const { bench, socket } = warm();
    bench.call(more);
    assert.equal(socket.frames[1]?.['previous_response_id'], 'r1');
    bench.call({ ...more, previous_response_id: 'r0' });
    assert.equal('previous_response_id' in (bench.client.open().frames[0] ?? {}), false);
  });

  it('keep their own socket for a whole input', () => {
    const { bench, socket } = warm({ session: 's' });
    bench.call(body(user('compacted')), { session: 's' });
    assert.deepEqual(socket.frames[1]?.['input'], [user('compacted')]);
  });

  for (const [name, frame] of [
    ['limit', limit],
    ['not found', notFound],
  ] as const) {
    it(`have to send it all when the upstream did not take it: ${name}`, () => {
      const { bench, socket } = warm({ session: 's' });
      const turn = bench.call(more, { session: 's', continues: true });
      socket.say(frame);
      assert.deepEqual(turn.said, ['sending', 'refused replay_required']);
      assert.equal(socket.open, false);
    });
  }
});

describe('repeating a turn, once, where it can not have begun', () => {
  for (const code of [1000, 1001, 1006, 1012]) {
    it(`when a reused socket ends with ${code} before its first frame`, () => {
      const { bench, socket } = warm();
      const turn = bench.call(next);
      socket.die(lost, 'sent', code);
      const fresh = bench.client.open();
      assert.deepEqual(fresh.frames[0]?.['input'], next.input);
      fresh.answer('r2');
      assert.equal(turn.outcome, 'done');
    });
  }

  it('when the frame could not be sent', () => {
    const bench = new Bench();
    const turn = bench.call(next);
    bench.client.open().die(lost, 'not-sent');
    bench.client.open().answer('r2');
    assert.equal(turn.outcome, 'done');
  });

  for (const frame of [limit, notFound]) {
    it(`when the upstream answers ${frame.error.code}`, () => {
      const { bench, socket } = warm();
      const turn = bench.call(next);
      socket.say({ type: 'codex.rate_limits' });
      socket.say(frame);
      assert.equal(socket.open, false);
      bench.client.open().answer('r2');
      assert.equal(turn.outcome, 'done');
    });
  }

  const final: [string, (bench: Bench, socket: FakeSocket) => void, string][] = [
    ['a new socket', ({ client }) => client.open().die(lost, 'sent', 1006), 'lost sent'],
    ['a first frame', (_, socket) => socket.die(lost, 'answering', 1006), 'lost answering'],
    ['an end by error', (_, socket) => socket.die(lost, 'sent', 1011), 'lost sent'],
    ['a stall', (_, socket) => socket.die(lost, 'sent'), 'lost sent'],
  ];
  for (const [name, strike, ending] of final) {
    it(`not after ${name}`, () => {
      const { bench, socket } = warm();
      const turn = bench.call(name === 'a new socket' ? body(user('new')) : next);
      strike(bench, socket);
      assert.equal(turn.said.at(-1), `error upstream_connection_${ending}`);
      assert.equal(turn.outcome, 'failed');
    });
  }

  it('not twice', () => {
    const { bench, socket } = warm();
    const turn = bench.call(next);
    socket.die(lost, 'sent', 1006);
    bench.client.open().die(lost, 'not-sent');
    assert.equal(turn.said.at(-1), 'error upstream_connection_lost not-sent');
    assert.equal(bench.client.handlers.length, 2);
  });
});

describe('upstreams that take no socket', () => {
  for (const status of [400, 404, 405, 426, 501, 200]) {
    it(`${status}: the turn goes over HTTP`, () => {
      const bench = new Bench();
      const turn = bench.call(next);
      bench.client.handlers[0]?.onRefused(status, [], '');
      assert.deepEqual(turn.said, ['http']);
      assert.equal(bench.sockets.isRefused(0), status !== 200);
      assert.equal(bench.sockets.isRefused(REFUSED_MS), false);
    });
  }

  for (const status of [500, 502, 503]) {
    it(`${status}: HTTP may get through, and the next turn asks again`, () => {
      const bench = new Bench();
      const turn = bench.call(next);
      bench.client.handlers[0]?.onRefused(status, [], 'x');
      assert.deepEqual(turn.said, ['http']);
      assert.equal(bench.sockets.isRefused(0), false);
    });
  }

  for (const status of [401, 402, 403, 429]) {
    it(`${status} is the upstream's answer`, () => {
      const bench = new Bench();
      const turn = bench.call(next);
      bench.client.handlers[0]?.onRefused(status, ['a', 'b'], '{"error":{}}');
      assert.deepEqual(turn.said, [`head ${status}`, 'data {"error":{}}', 'end']);
    });
  }

  it('a warm-up has to come again as part of a turn', () => {
    const bench = new Bench();
    const turn = bench.call(next, { warmUp: true, session: 's' });
    bench.client.handlers[0]?.onRefused(426, [], '');
    assert.deepEqual(turn.said, ['refused replay_required']);
  });

  it('no connection: nothing was sent', () => {
    const bench = new Bench();
    const turn = bench.call(next);
    bench.client.handlers[0]?.onError(new SwitchyardError('upstream_connect_failed'));
    assert.deepEqual(turn.said, ['error upstream_connect_failed not-sent']);
    assert.equal(bench.sockets.size, 0);
  });
});

describe('frames about the account', () => {
  const frame = { type: 'codex.rate_limits', rate_limits: {} };

  it('are reported at once and wait for the answer', () => {
    const bench = new Bench();
    const turn = bench.call(next, { session: 's' });
    const socket = bench.client.open();
    socket.say(frame);
    assert.deepEqual(turn.said, ['sending', 'private codex.rate_limits']);
    socket.answer('r');
    assert.deepEqual(turn.said.slice(2, 5), ['head 200', 'codex.rate_limits', 'response.created']);
  });

  it('do not reach HTTP clients, whose parsers may fail on them', () => {
    const bench = new Bench();
    const turn = bench.call(next);
    const socket = bench.client.open();
    socket.say(frame);
    socket.say({ type: 'response.created', response: {} });
    socket.say(frame);
    assert.deepEqual(turn.said, [
      'sending',
      'private codex.rate_limits',
      'head 200',
      'response.created',
      'private codex.rate_limits',
    ]);
  });

  it('are dropped with a turn that fails, so that another account may answer', () => {
    const bench = new Bench();
    const turn = bench.call(next, { session: 's' });
    const socket = bench.client.open();
    for (let count = 0; count < MAX_HELD_FRAMES + 1; count += 1) socket.say(frame);
    socket.say({ type: 'error', status: 429, error: { type: 'usage_limit_reached' } });
    assert.deepEqual(
      turn.said.filter((word) => !word.startsWith('private')),
      ['sending', 'head 200', 'error'],
    );
  });
});

describe('ends', () => {
  it('a client that left while a socket was being opened', () => {
    const bench = new Bench();
    const turn = bench.call(next);
    turn.call.abort();
    const socket = bench.client.open();
    assert.equal(socket.open, false);
    assert.deepEqual(turn.said, []);
    assert.equal(bench.sockets.size, 0);
  });

  it('a client that left in a turn closes its socket', () => {
    const { bench, socket } = warm();
    bench.call(next).call.abort();
    assert.equal(socket.aborted, true);
  });

  for (const text of ['nonsense', '[1]', '{"type":"response.crea']) {
    it(`what is no JSON object fails the turn: ${text}`, () => {
      const { bench, socket } = warm();
      const turn = bench.call(next);
      socket.say(text);
      assert.equal(turn.said.at(-1), 'refused upstream_bad_answer');
      assert.equal(socket.open, false);
    });
  }

  it('sockets of a changed credential end with their turn', () => {
    const { bench, socket } = warm();
    bench.call(next);
    bench.sockets.closeAll(false);
    assert.equal(socket.open, true);
    socket.answer('r2');
    assert.equal(socket.open, false);
  });
});
