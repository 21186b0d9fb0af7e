/** The scripted WebSocket upstream and the test client, against each other. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  startFakeSocketUpstream,
  type FakeSocketUpstream,
  type UpgradeDecision,
} from './fake-socket-upstream.ts';
import { sendRequest } from './http-client.ts';
import {
  connectSocket,
  refusedSocket,
  type SocketClient,
  type SocketEvent,
} from './socket-client.ts';
import { waitUntil } from './wait.ts';

async function pair(
  t: TestContext,
): Promise<{ upstream: FakeSocketUpstream; client: SocketClient }> {
  const upstream = await startFakeSocketUpstream(t);
  return { upstream, client: await connectSocket(t, upstream.origin) };
}

const idOf = (events: SocketEvent[]): string =>
  (events.at(-1)?.['response'] as { id: string } | undefined)?.id ?? '';
const codeOf = (events: SocketEvent[]): unknown =>
  (events.at(-1)?.['error'] as { code?: string } | undefined)?.code;
const create = (more: object = {}): object => ({ type: 'response.create', input: [], ...more });

describe('fake WebSocket upstream', () => {
  it('answers turns and warm-ups, and goes on only from the last answer of a socket', async (t) => {
    const { upstream, client } = await pair(t);
    const warm = await client.turn(create({ generate: false }));
    assert.deepEqual(
      warm.map(({ type }) => type),
      ['response.created', 'response.completed'],
    );
    assert.deepEqual((warm[1]?.['response'] as { output: unknown[] }).output, []);
    const first = await client.turn(create({ previous_response_id: idOf(warm) }));
    assert.equal(first.at(-1)?.['type'], 'response.completed');
    assert.notEqual(idOf(first), idOf(warm));
    const stale = await client.turn(create({ previous_response_id: idOf(warm) }));
    assert.equal(codeOf(stale), 'previous_response_not_found');
    const other = await connectSocket(t, upstream.origin);
    const foreign = await other.turn(create({ previous_response_id: idOf(first) }));
    assert.equal(codeOf(foreign), 'previous_response_not_found');
    assert.equal(upstream.turns.length, 4);
    assert.equal(upstream.sockets[0]?.frames.length, 3);
  });

  it('does not check the previous answer when it is told not to', async (t) => {
    const upstream = await startFakeSocketUpstream(t, { checksPrevious: false });
    const client = await connectSocket(t, upstream.origin);
    const events = await client.turn(create({ previous_response_id: 'resp_unknown' }));
    assert.equal(events.at(-1)?.['type'], 'response.completed');
  });

  it('a second frame while a turn runs is a failure', async (t) => {
    const { upstream, client } = await pair(t);
    upstream.onTurn = (turn) => turn.created();
    client.send(create());
    client.send(create());
    const failure = await waitUntil(() => upstream.failures.pop(), 'the failure');
    assert.match(String(failure), /while a turn was running/);
  });

  it('sends what a test says, step by step, and ends as it says', async (t) => {
    const { upstream, client } = await pair(t);
    upstream.onTurn = (turn) => {
      turn.created();
      turn.delta('Hel');
      turn.completed({ text: 'Hello' });
    };
    const types = (await client.turn(create())).map(({ type }) => type);
    assert.deepEqual(types, [
      'response.created',
      'response.output_text.delta',
      'response.completed',
    ]);
    upstream.onTurn = (turn) => turn.fail({ type: 'error', status: 503, error: { code: 'busy' } });
    assert.equal(codeOf(await client.turn(create())), 'busy');
    upstream.onTurn = (turn) => turn.socket.close(1011, 'done');
    client.send(create());
    assert.deepEqual(await client.closed(), { code: 1011, reason: 'done' });
    assert.equal(upstream.openSockets, 0);
  });

  for (const cut of ['terminate', 'reset'] as const) {
    it(`${cut}: the client sees 1006`, async (t) => {
      const { upstream, client } = await pair(t);
      upstream.onTurn = (turn) => turn.socket[cut]();
      client.send(create());
      assert.equal((await client.closed()).code, 1006);
      assert.equal((await upstream.sockets[0]?.closed)?.code, 1006);
    });
  }

  it('decides over each handshake', async (t) => {
    const upstream = await startFakeSocketUpstream(t, {
      onUpgrade: ({ index }): UpgradeDecision =>
        index === 0
          ? { status: 426, body: '{"no":1}', headers: { 'x-a': 'b' } }
          : { accept: true, headers: { 'x-codex-turn-state': 's' } },
    });
    const refusal = await refusedSocket(upstream.origin);
    assert.equal(refusal.status, 426);
    assert.equal(refusal.body, '{"no":1}');
    assert.equal(refusal.headers['x-a'], 'b');
    const headers = { authorization: 'Bearer k' };
    const client = await connectSocket(t, upstream.origin, { headers });
    assert.equal(client.headers['x-codex-turn-state'], 's');
    assert.equal(upstream.handshakes[1]?.headers['authorization'], 'Bearer k');
    assert.equal(upstream.handshakes[1]?.path, '/v1/responses');
  });

  it('serves HTTP on the same port', async (t) => {
    const upstream = await startFakeSocketUpstream(t);
    const answer = await sendRequest(`${upstream.origin}/v1/responses`, { body: { model: 'm' } });
    assert.match(await answer.text(), /response\.completed/);
    assert.equal(upstream.http.length, 1);
  });
});
