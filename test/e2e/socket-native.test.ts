/** Client WebSockets on upstream WebSockets: who serves which turn (codex.md 3.6, routing.md 4.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { connectSocket, type SocketClient, type SocketEvent } from '../support/socket-client.ts';
import { reconfigure } from '../support/reconfigure.ts';
import {
  startFakeSocketUpstream,
  type FakeSocketUpstream,
} from '../support/fake-socket-upstream.ts';
import { usageLimitBody } from '../support/turns.ts';
import { waitUntil } from '../support/wait.ts';
import { workerId } from '../../src/ids.ts';
import type { Cleanup } from '../support/temp.ts';

const user = (content: string) => ({ type: 'message', role: 'user', content });
const create = (more: object): object => ({ type: 'response.create', model: 'gpt-5.5', ...more });

function idOf(events: SocketEvent[]): string {
  return (events.at(-1)?.['response'] as { id: string }).id;
}

const endOf = (events: SocketEvent[]): unknown => events.at(-1)?.['type'];

/** Asserts the one ending that makes clients send everything again. */
async function checkReplay(client: SocketClient, events: SocketEvent[]): Promise<void> {
  assert.equal(events.length, 1);
  assert.equal(events[0]?.['status'], 409);
  assert.equal((events[0]['error'] as { code: string }).code, 'previous_response_not_found');
  const end = { code: 1012, reason: 'upstream requires HTTP replay' };
  assert.deepEqual(await client.closed(), end);
}

interface Entry {
  websockets: boolean;
  priority?: number;
}

/** Config entries of accounts `key-0`, `key-1` ... */
function entries(origin: string, accounts: Entry[], models?: string[]): object[] {
  return codexKeys(origin, accounts.length, models).map((key, at) => ({ ...key, ...accounts[at] }));
}

async function start(
  test: Cleanup,
  accounts: Entry[],
  config: object = {},
): Promise<{ upstream: FakeSocketUpstream; proxy: TestProxy }> {
  const upstream = await startFakeSocketUpstream(test);
  const keys = entries(upstream.origin, accounts);
  const proxy = await startProxy(test, {
    'codex-api-key': keys,
    switchyard: { threads: { hosts: 1 } },
    ...config,
  });
  return { upstream, proxy };
}

const SOCKETS = { websockets: true };
const HTTP = { websockets: false };

const accountOf = (headers: Record<string, string> | undefined): string =>
  headers?.['authorization']?.replace('Bearer ', '') ?? '';

describe('a WebSocket client on an account with WebSockets', () => {
  it('90: frames go through as they came, each as response.create', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS]);
    const client = await connectSocket(test, proxy.origin);
    const warm = await client.turn(create({ generate: false, input: [user('base')] }));
    const next = { previous_response_id: idOf(warm), input: [user('one')] };
    const first = await client.turn({ type: 'response.append', ...next });
    assert.equal(endOf(first), 'response.completed');
    assert.deepEqual(
      upstream.turns.map(({ frame }) => [
        frame['type'],
        frame['model'],
        frame['stream'],
        frame['generate'],
        frame['previous_response_id'],
        (frame['input'] as object[]).length,
      ]),
      [
        ['response.create', 'gpt-5.5', true, false, undefined, 1],
        ['response.create', 'gpt-5.5', true, undefined, idOf(warm), 1],
      ],
    );
    assert.equal(upstream.sockets.length, 1);
    assert.equal(upstream.http.length, 0);
  });

  it('is preferred, even with a lower priority', async (test) => {
    const { upstream, proxy } = await start(test, [{ ...HTTP, priority: 9 }, SOCKETS]);
    const client = await connectSocket(test, proxy.origin);
    assert.equal(endOf(await client.turn(create({ input: [user('one')] }))), 'response.completed');
    assert.equal(upstream.turns.length, 1);
    assert.equal(upstream.http.length, 0);
  });

  it('stays with it, whatever the strategy would choose', async (test) => {
    const config = { routing: { strategy: 'round-robin', 'session-affinity': false } };
    const { upstream, proxy } = await start(test, [SOCKETS, SOCKETS, SOCKETS], config);
    const client = await connectSocket(test, proxy.origin);
    let events = await client.turn(create({ input: [user('one')] }));
    for (const text of ['two', 'three']) {
      events = await client.turn(
        create({ previous_response_id: idOf(events), input: [user(text)] }),
      );
      assert.equal(endOf(events), 'response.completed');
    }
    // Everything again, without a reference: the pin comes before the strategy.
    assert.equal(endOf(await client.turn(create({ input: [user('four')] }))), 'response.completed');
    assert.equal(new Set(upstream.handshakes.map(({ headers }) => accountOf(headers))).size, 1);
    const other = await connectSocket(test, proxy.origin);
    await other.turn(create({ input: [user('one')] }));
    assert.equal(new Set(upstream.handshakes.map(({ headers }) => accountOf(headers))).size, 2);
  });

  it('moves on with its whole input to an account that speaks HTTP', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS, HTTP]);
    const client = await connectSocket(test, proxy.origin);
    await client.turn(create({ input: [user('one')] }));
    const limit = JSON.parse(usageLimitBody(3600)) as object;
    upstream.onTurn = (turn) => turn.fail({ type: 'error', status: 429, ...limit });
    const moved = await client.turn(create({ input: [user('one'), user('two')] }));
    assert.equal(endOf(moved), 'response.completed', 'the client noticed nothing');
    const body = upstream.http[0]?.json();
    assert.equal(body?.['type'], undefined);
    assert.equal((body?.['input'] as object[]).length, 2);
    // From here on the conversation is kept by the proxy.
    const next = await client.turn(
      create({ previous_response_id: idOf(moved), input: [user('three')] }),
    );
    assert.equal(endOf(next), 'response.completed');
    assert.equal((upstream.http[1]?.json()['input'] as object[]).length, 4);
    assert.equal(accountOf(upstream.http[1]?.headers), 'key-1');
  });

  it('an increment moves nowhere: the client is told to send everything', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS, SOCKETS]);
    const client = await connectSocket(test, proxy.origin);
    const first = await client.turn(create({ input: [user('one')] }));
    const limit = JSON.parse(usageLimitBody(3600)) as object;
    upstream.onTurn = (turn) => turn.fail({ type: 'error', status: 429, ...limit });
    const next = create({ previous_response_id: idOf(first), input: [user('two')] });
    await checkReplay(client, await client.turn(next));
    assert.equal(upstream.turns.length, 2, 'nobody else was asked');
    upstream.onTurn = (turn) => turn.answer();
    const again = await connectSocket(test, proxy.origin);
    const whole = await again.turn(create({ input: [user('one'), user('two')] }));
    assert.equal(endOf(whole), 'response.completed');
  });

  it('an account that is taken out of the configuration releases its sockets', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS]);
    const client = await connectSocket(test, proxy.origin);
    const first = await client.turn(create({ input: [user('one')] }));
    const keys = codexKeys(upstream.origin, 2, ['gpt-5.5', 'marker']).slice(1);
    await reconfigure(proxy, { 'codex-api-key': keys }, 'marker');
    assert.equal(client.close, undefined, 'a reload keeps sockets');
    const next = create({ previous_response_id: idOf(first), input: [user('two')] });
    await checkReplay(client, await client.turn(next));
    assert.equal(upstream.http.length, 0);
  });

  it('a worker that dies takes its upstream sockets along, and no client socket', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS]);
    const client = await connectSocket(test, proxy.origin);
    const whole = await connectSocket(test, proxy.origin);
    const first = await client.turn(create({ input: [user('one')] }));
    await whole.turn(create({ input: [user('one')] }));
    await proxy.supervisor.hosts.replace(workerId('host-0'));
    assert.equal(client.close ?? whole.close, undefined);
    const next = create({ previous_response_id: idOf(first), input: [user('two')] });
    await checkReplay(client, await client.turn(next));
    assert.equal(endOf(await whole.turn(create({ input: [user('two')] }))), 'response.completed');
    assert.equal(upstream.failures.length, 0);
  });

  it('a client that leaves in a turn frees the upstream socket', async (test) => {
    const { upstream, proxy } = await start(test, [SOCKETS]);
    upstream.onTurn = (turn) => turn.created();
    const client = await connectSocket(test, proxy.origin);
    client.send(create({ input: [user('one')] }));
    await waitUntil(() => client.events.length > 0, 'the first event');
    client.native.terminate();
    await upstream.sockets[0]?.closed;
  });

  it('a warm-up keeps a conversation on the account that holds its cache', async (test) => {
    const { upstream, proxy } = await start(test, [HTTP]);
    const headers = { 'session-id': 'session-1', originator: 'opencode' };
    const before = await connectSocket(test, proxy.origin, { headers });
    await before.turn(create({ input: [user('one')] }));
    const keys = entries(upstream.origin, [HTTP, SOCKETS], ['gpt-5.5', 'marker']);
    await reconfigure(proxy, { 'codex-api-key': keys }, 'marker');
    const client = await connectSocket(test, proxy.origin, { headers });
    const warm = await client.turn(create({ generate: false, input: [user('base')] }));
    assert.match(idOf(warm), /^resp_prewarm_/);
    const next = create({ previous_response_id: idOf(warm), input: [user('two')] });
    assert.equal(endOf(await client.turn(next)), 'response.completed');
    assert.deepEqual(
      upstream.http.map((request) => accountOf(request.headers)),
      ['key-0', 'key-0'],
    );
    assert.equal(upstream.turns.length, 0);
  });

  it('1008 when the key of the client is taken out of the configuration', async (test) => {
    const config = { 'api-keys': ['client-1', 'client-2'] };
    const { upstream, proxy } = await start(test, [SOCKETS], config);
    const [gone, kept] = await Promise.all(
      ['client-1', 'client-2'].map((key) =>
        connectSocket(test, proxy.origin, { headers: { authorization: `Bearer ${key}` } }),
      ),
    );
    const keys = entries(upstream.origin, [SOCKETS], ['gpt-5.5', 'marker']);
    const next = { 'codex-api-key': keys, 'api-keys': ['client-2'] };
    await reconfigure(proxy, next, 'marker', 'client-2');
    assert.equal((await gone?.closed())?.code, 1008);
    assert.equal(
      endOf((await kept?.turn(create({ input: [user('one')] }))) ?? []),
      'response.completed',
    );
  });
});
