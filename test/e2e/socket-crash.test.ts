/** A worker thread dies while WebSocket clients and warm sockets use it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { connectSocket } from '../support/socket-client.ts';
import { Conversation } from '../support/warm-client.ts';
import { startFakeSocketUpstream } from '../support/fake-socket-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import { workerId } from '../../src/ids.ts';
import type { Cleanup } from '../support/temp.ts';

const HOST = workerId('host-0');

async function start(test: Cleanup) {
  const upstream = await startFakeSocketUpstream(test);
  const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
  const switchyard = { threads: { hosts: 1 } };
  const proxy = await startProxy(test, { 'codex-api-key': keys, switchyard });
  const replace = () => proxy.supervisor.hosts.replace(HOST);
  return { upstream, proxy, replace };
}

const create = (more: object) => ({
  type: 'response.create',
  model: 'gpt-5.5',
  prompt_cache_key: 'k',
  ...more,
});
const user = (text: string) => ({ type: 'message', role: 'user', content: text });

describe('a host that dies', () => {
  it('between two turns: the client socket stays, and its client sends all again', async (t) => {
    const { upstream, proxy, replace } = await start(t);
    const client = await connectSocket(t, proxy.origin);
    await client.turn(create({ input: [user('one')] }));
    await replace();
    assert.equal(client.close, undefined);
    const more = { input: [user('two')], previous_response_id: upstream.turns[0]?.id };
    const [told] = await client.turn(create(more));
    assert.equal((told?.['error'] as { code: string }).code, 'previous_response_not_found');
    const next = await connectSocket(t, proxy.origin);
    const events = await next.turn(create({ input: [user('one'), user('two')] }));
    assert.equal(events.at(-1)?.['type'], 'response.completed');
    assert.equal(upstream.turns.length, 2, 'the turn in between never left');
  });

  it('in a turn that was sent: one error, and no second payment', async (t) => {
    const { upstream, proxy, replace } = await start(t);
    upstream.onTurn = (turn) => turn.created();
    const client = await connectSocket(t, proxy.origin);
    client.send(create({ input: [user('one')] }));
    await waitUntil(() => client.events.length === 1, 'the answer begins');
    await replace();
    const events = await client.answer();
    assert.equal(events.at(-1)?.['type'], 'error');
    assert.equal(client.close, undefined);
    upstream.onTurn = (turn) => turn.answer();
    const again = await client.turn(create({ input: [user('one')] }));
    assert.equal(again.at(-1)?.['type'], 'response.completed');
    assert.equal(upstream.turns.length, 2);
  });

  it('under a warm conversation over HTTP: the next turn sends its whole input', async (t) => {
    const { upstream, proxy, replace } = await start(t);
    const conversation = new Conversation(proxy.origin, 'responses', 'conv-1');
    await conversation.say('one');
    await replace();
    assert.equal((await conversation.say('two')).kind, 'ok');
    assert.equal(upstream.turns[1]?.input.length, 3);
    assert.equal((await conversation.say('three')).kind, 'ok');
    assert.equal(upstream.turns[2]?.input.length, 1);
  });
});
