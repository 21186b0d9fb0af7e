/** Faults on the upstream socket of a WebSocket client: exactly one ending each (codex.md 2, 3.9). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codexKeys, startProxy, startProxyOn, type TestProxy } from '../support/proxy.ts';
import { collectedCleanup, type Cleanup } from '../support/temp.ts';
import { connectSocket, type SocketEvent } from '../support/socket-client.ts';
import {
  startFakeSocketUpstream,
  type FakeSocketUpstream,
} from '../support/fake-socket-upstream.ts';
import type { FakeSocketTurn } from '../support/fake-socket.ts';

const user = (text: string) => ({ type: 'message', role: 'user', content: text });
const create = (key: string, more: object) => ({
  type: 'response.create',
  model: 'gpt-5.5',
  prompt_cache_key: key,
  ...more,
});

/** What the client gets for a turn: its last message, and how the socket ends. */
interface Outcome {
  /** `type`, and for errors status and code. */
  last: string;
  /** Close code; undefined: the socket stays open. */
  close: number | undefined;
  /** Frames the upstream got for the turn. */
  sent: number;
}

const REPLAY = { last: 'error 409 previous_response_not_found', close: 1012, sent: 1 };
const LOST = { last: 'error 502 internal_server_error', close: undefined, sent: 1 };

const errorFrame = (status: number, error: object) => (turn: FakeSocketTurn) =>
  turn.event({ type: 'error', status, error });

type Strike = (turn: FakeSocketTurn) => void;

/** On a turn that continues the answer before. */
const CONTINUING: [name: string, strike: Strike, outcome: Outcome][] = [
  ['death after the frame', (turn) => turn.socket.terminate(), REPLAY],
  ['a reset', (turn) => turn.socket.reset(), REPLAY],
  ['close 1000', (turn) => turn.socket.close(1000), REPLAY],
  ['close 1001', (turn) => turn.socket.close(1001), REPLAY],
  ['close 1012', (turn) => turn.socket.close(1012), REPLAY],
  ['close 1011', (turn) => turn.socket.close(1011), LOST],
  ['close 1013', (turn) => turn.socket.close(1013), LOST],
  [
    'close 1009',
    (turn) => turn.socket.close(1009, 'message too big'),
    { last: 'error 413 message_too_big', close: 1009, sent: 1 },
  ],
  ['death after created', (turn) => (turn.created(), turn.socket.terminate()), LOST],
  [
    'death in a delta',
    (turn) => (turn.created(), turn.delta('half'), turn.socket.terminate()),
    LOST,
  ],
  [
    'death before the end',
    (turn) => {
      for (const event of turn.events().slice(0, -1)) turn.event(event);
      turn.socket.terminate();
    },
    LOST,
  ],
  ['garbage', (turn) => turn.socket.garbage('\xff\xff nonsense'), LOST],
  ['a binary frame', (turn) => turn.socket.sendBinary(Buffer.from('{}')), LOST],
  ['text that is no JSON', (turn) => turn.socket.sendRaw('<html>'), LOST],
  [
    "the server's 60 minutes",
    errorFrame(400, { code: 'websocket_connection_limit_reached', message: 'old' }),
    REPLAY,
  ],
  ['an answer it does not know', (turn) => turn.notFound('resp_x'), REPLAY],
  [
    'a fault of the request',
    errorFrame(400, { code: 'invalid_value', type: 'invalid_request_error', message: 'bad' }),
    { last: 'error 400 invalid_value', close: undefined, sent: 1 },
  ],
  [
    'a turn that failed',
    (turn) => {
      const error = { code: 'context_length_exceeded', message: 'too long' };
      turn.event({ type: 'response.failed', response: { id: turn.id, status: 'failed', error } });
    },
    { last: 'error 400 context_too_large', close: undefined, sent: 1 },
  ],
  [
    'an end with another id',
    (turn) => (turn.created(), turn.completed({ id: 'other' })),
    { last: 'response.completed', close: undefined, sent: 1 },
  ],
  [
    'an incomplete answer',
    (turn) => turn.event({ type: 'response.incomplete', response: { id: turn.id, output: [] } }),
    { last: 'response.incomplete', close: undefined, sent: 1 },
  ],
];

function ending(events: readonly SocketEvent[]): string {
  const last = events.at(-1);
  if (last?.['type'] !== 'error') return String(last?.['type']);
  const error = last['error'] as { code?: unknown };
  return `error ${String(last['status'])} ${String(error.code)}`;
}

for (const backend of ['uws', 'node'] as const) {
  describe(`faults on a WebSocket turn, ${backend}`, () => {
    let upstream: FakeSocketUpstream;
    let proxy: TestProxy;
    const cleanup = collectedCleanup();
    after(() => cleanup.undo());
    before(async () => {
      upstream = await startFakeSocketUpstream(cleanup);
      const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
      proxy = await startProxyOn(backend, cleanup, { 'codex-api-key': keys });
    });

    for (const [name, strike, outcome] of CONTINUING) {
      it(`${name}: one ending, one payment, no cooldown`, async (test) => {
        upstream.onTurn = (turn) => turn.answer();
        const client = await connectSocket(test, proxy.origin);
        await client.turn(create(name, { input: [user('one')] }));
        const previous = upstream.turns.at(-1)?.id;
        const before = upstream.turns.length;
        upstream.onTurn = strike;
        const more = { input: [user('two')], previous_response_id: previous };
        const events = await client.turn(create(name, more));
        assert.equal(ending(events), outcome.last);
        const ends = events.filter(({ type }) => /completed|incomplete|error/.test(String(type)));
        assert.equal(ends.length, 1, 'exactly one terminal frame');
        assert.equal(upstream.turns.length - before, outcome.sent);
        if (outcome.close !== undefined) {
          assert.equal((await client.closed()).code, outcome.close);
        }
        upstream.onTurn = (turn) => turn.answer();
        const whole = create(name, { input: [user('one'), user('two')] });
        const again =
          outcome.close === undefined ? client : await connectSocket(test, proxy.origin);
        assert.equal(ending(await again.turn(whole)), 'response.completed', 'nobody was cooled');
      });
    }

    it('a usage limit in the middle: the client comes again, and learns of it', async (test) => {
      upstream.onTurn = (turn) => turn.answer();
      const client = await connectSocket(test, proxy.origin);
      await client.turn(create('limit', { input: [user('one')] }));
      const limit = { type: 'usage_limit_reached', message: 'out', resets_in_seconds: 3600 };
      upstream.onTurn = errorFrame(429, limit);
      const more = { input: [user('two')], previous_response_id: upstream.turns.at(-1)?.id };
      const events = await client.turn(create('limit', more));
      assert.equal(ending(events), REPLAY.last, 'vector 99');
      assert.equal((await client.closed()).code, 1012);
      const next = await connectSocket(test, proxy.origin);
      const refused = await next.turn(create('limit', { input: [user('one'), user('two')] }));
      assert.equal(ending(refused), 'error 429 model_cooldown', 'vector 100: told, not cut');
    });
  });
}

describe('an upstream socket that stalls', () => {
  const cases: [name: string, strike: Strike][] = [
    ['before its first frame', () => undefined],
    ['in the answer', (turn) => turn.created()],
  ];
  for (const [name, strike] of cases) {
    it(`${name}: one error, and the next turn goes on`, async (test) => {
      const upstream = await startFakeSocketUpstream(test, { onTurn: strike });
      const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
      const limits = { 'first-event-timeout': '1s', 'idle-timeout': '1s' };
      const switchyard = { upstream: limits };
      const proxy = await startProxy(test, { 'codex-api-key': keys, switchyard });
      const client = await connectSocket(test, proxy.origin);
      const asked = create('k', { input: [user('one')] });
      assert.equal(ending(await client.turn(asked)), 'error 504 internal_server_error');
      await upstream.sockets[0]?.closed;
      upstream.onTurn = (turn) => turn.answer();
      assert.equal(ending(await client.turn(asked)), 'response.completed');
      assert.equal(upstream.turns.length, 2, 'nothing was sent twice');
    });
  }
});

describe('an upstream that refuses the upgrade of a WebSocket client', () => {
  async function start(test: Cleanup, status: number) {
    const upstream = await startFakeSocketUpstream(test, {
      onUpgrade: () => ({ status, body: `{"error":{"message":"no ${status}"}}` }),
    });
    const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
    const proxy = await startProxy(test, { 'codex-api-key': keys });
    return { upstream, client: await connectSocket(test, proxy.origin) };
  }

  for (const status of [426, 404, 502]) {
    it(`${status}: HTTP serves the whole conversation, warm-up included`, async (test) => {
      const { upstream, client } = await start(test, status);
      const warm = await client.turn(create('k', { input: [user('zero')], generate: false }));
      assert.deepEqual(
        warm.map(({ type }) => type),
        ['response.created', 'response.completed'],
      );
      assert.equal(upstream.http.length, 0, 'a warm-up is not paid for');
      const idOf = (events: SocketEvent[]): unknown =>
        (events.at(-1)?.['response'] as { id: unknown }).id;
      let previous = idOf(warm);
      for (const text of ['one', 'two']) {
        const more = { input: [user(text)], previous_response_id: previous };
        const events = await client.turn(create('k', more));
        assert.equal(ending(events), 'response.completed');
        previous = idOf(events);
      }
      const inputs = upstream.http.map((request) => request.json()['input'] as unknown[]);
      assert.deepEqual(
        inputs.map((input) => input.length),
        [2, 4],
      );
    });
  }

  for (const status of [401, 403, 429]) {
    it(`${status}: told in a frame, and the socket stays`, async (test) => {
      const { client } = await start(test, status);
      const events = await client.turn(create('k', { input: [user('one')] }));
      assert.equal(events.length, 1);
      assert.equal(events[0]?.['status'], status);
      assert.ok(JSON.stringify(events[0]['error']).length > 10);
      assert.equal(client.close, undefined);
    });
  }
});
