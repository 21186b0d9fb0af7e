/** HTTP clients on their conversation's upstream WebSocket (codex.md 2; design 7, 3). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { Conversation } from '../support/warm-client.ts';
import { sendRequest } from '../support/http-client.ts';
import {
  startFakeSocketUpstream,
  type FakeSocketUpstream,
} from '../support/fake-socket-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import type { Cleanup } from '../support/temp.ts';
import type { FakeSocketTurn } from '../support/fake-socket.ts';

interface Setup {
  upstream: FakeSocketUpstream;
  proxy: TestProxy;
}

async function start(test: Cleanup, accounts = 1, config: object = {}): Promise<Setup> {
  const upstream = await startFakeSocketUpstream(test);
  const keys = codexKeys(upstream.origin, accounts).map((key) => ({ ...key, websockets: true }));
  const proxy = await startProxy(test, { 'codex-api-key': keys, ...config });
  return { upstream, proxy };
}

const texts = (turn: FakeSocketTurn | undefined): string[] =>
  (turn?.input ?? []).map((item) => JSON.stringify(item['content']));

describe('a conversation over HTTP', () => {
  for (const dialect of ['chat', 'responses'] as const) {
    it(`${dialect}: one socket, and only what is new travels`, async (test) => {
      const { upstream, proxy } = await start(test);
      const conversation = new Conversation(proxy.origin, dialect, 'conv-1');
      for (const text of ['one', 'two', 'three']) {
        assert.equal((await conversation.say(text)).kind, 'ok');
      }
      assert.equal(upstream.sockets.length, 1);
      assert.equal(upstream.http.length, 0);
      const [first, second, third] = upstream.turns;
      assert.equal(first?.frame['previous_response_id'], undefined);
      assert.equal(second?.frame['previous_response_id'], first?.id);
      assert.equal(third?.frame['previous_response_id'], second?.id);
      assert.equal(texts(second).length, 1);
      assert.match(texts(third)[0] ?? '', /three/);
      assert.equal(third?.frame['type'], 'response.create');
    });

    it(`${dialect}: the key is the same in body and handshake`, async (test) => {
      const { upstream, proxy } = await start(test);
      await new Conversation(proxy.origin, dialect, 'conv-1').say('one');
      const key = upstream.turns[0]?.frame['prompt_cache_key'];
      assert.equal(typeof key, 'string');
      assert.equal(upstream.handshakes[0]?.headers['session_id'], key);
      assert.equal(upstream.handshakes[0]?.headers['conversation_id'], key);
    });
  }

  for (const dialect of ['chat', 'responses'] as const) {
    it(`${dialect}: a client that does not stream gets its one body`, async (test) => {
      const { upstream, proxy } = await start(test);
      const conversation = new Conversation(proxy.origin, dialect, 'conv-1');
      const answer = await conversation.ask('one', { stream: false });
      const body = await answer.json();
      assert.equal(body['object'], dialect === 'chat' ? 'chat.completion' : 'response');
      assert.match(JSON.stringify(body), /Hello from upstream/);
      assert.equal(upstream.turns[0]?.frame['stream'], true);
    });
  }

  it('two conversations have two sockets', async (test) => {
    const { upstream, proxy } = await start(test);
    const one = new Conversation(proxy.origin, 'chat', 'conv-1');
    const two = new Conversation(proxy.origin, 'responses', 'conv-2');
    for (const text of ['a', 'b']) {
      await one.say(text);
      await two.say(text);
    }
    assert.equal(upstream.sockets.length, 2);
    assert.equal(upstream.turns.filter((turn) => turn.frame['previous_response_id']).length, 2);
  });

  it('turns at once do not wait for each other', async (test) => {
    const { upstream, proxy } = await start(test);
    const held: FakeSocketTurn[] = [];
    upstream.onTurn = (turn) => void held.push(turn);
    const conversation = new Conversation(proxy.origin, 'responses', 'conv-1');
    const asked = [conversation.ask('a'), conversation.ask('b')];
    await waitUntil(() => held.length === 2, 'both turns are asked');
    assert.notEqual(held[0]?.socket, held[1]?.socket);
    for (const turn of held) turn.answer();
    for (const answer of await Promise.all(asked)) assert.match(await answer.text(), /completed/);
  });

  it('a client that leaves ends the upstream socket', async (test) => {
    const { upstream, proxy } = await start(test);
    upstream.onTurn = (turn) => turn.created();
    const answer = await new Conversation(proxy.origin, 'responses', 'c').ask('a');
    answer.abort();
    await upstream.sockets[0]?.closed;
    assert.equal(upstream.openSockets, 0);
  });

  it('a long conversation does not travel twice', async (test) => {
    const { upstream, proxy } = await start(test);
    const conversation = new Conversation(proxy.origin, 'responses', 'c');
    await conversation.say('x'.repeat(50_000));
    await conversation.say('more');
    assert.ok((upstream.turns[0]?.raw.length ?? 0) > 50_000);
    assert.ok((upstream.turns[1]?.raw.length ?? 0) < 1_000);
  });

  it('a credential without the switch is asked over HTTP', async (test) => {
    const upstream = await startFakeSocketUpstream(test);
    const proxy = await startProxy(test, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    assert.equal((await new Conversation(proxy.origin, 'chat', 'c').say('one')).kind, 'ok');
    assert.equal(upstream.handshakes.length, 0);
    assert.equal(upstream.http.length, 1);
  });

  it('a client without any signal is asked over HTTP', async (test) => {
    const { upstream, proxy } = await start(test);
    const body = { model: 'gpt-5.5', messages: [{ role: 'assistant', content: 'x' }] };
    const answer = await sendRequest(`${proxy.origin}/v1/chat/completions`, { body });
    assert.equal(answer.status, 200);
    assert.equal(upstream.handshakes.length, 0);
  });
});

describe('an account that is out', () => {
  it('moves the conversation with its whole input, and no turn is paid twice', async (test) => {
    const { upstream, proxy } = await start(test, 2, { routing: { strategy: 'fill-first' } });
    const conversation = new Conversation(proxy.origin, 'chat', 'conv-1');
    await conversation.say('one');
    const first = upstream.sockets[0]?.handshake.headers['authorization'];
    upstream.onTurn = (turn) => {
      if (turn.socket.handshake.headers['authorization'] !== first) return turn.answer();
      turn.event({ type: 'codex.rate_limits', plan_type: 'plus', rate_limits: {} });
      turn.event({
        type: 'error',
        status: 429,
        error: { type: 'usage_limit_reached', message: 'limit', resets_in_seconds: 600 },
      });
    };
    assert.equal((await conversation.say('two')).kind, 'ok');
    const last = upstream.turns.at(-1);
    assert.equal(last?.input.length, 3);
    assert.equal(last?.frame['previous_response_id'], undefined);
    assert.equal((await conversation.say('three')).kind, 'ok');
    assert.equal(upstream.turns.at(-1)?.input.length, 1, 'warm again on the other account');
  });
});

type Strike = (turn: FakeSocketTurn) => void;

/** What the upstream does with one turn on a warm socket, and how the client's turn ends. */
const FAULTS: [name: string, strike: Strike, kind: 'ok' | 'refused' | 'broken', turns: number][] = [
  ['death after the frame', (turn) => turn.socket.terminate(), 'ok', 2],
  ['a reset after the frame', (turn) => turn.socket.reset(), 'ok', 2],
  ['close 1000', (turn) => turn.socket.close(1000), 'ok', 2],
  ['close 1001', (turn) => turn.socket.close(1001), 'ok', 2],
  ['close 1012', (turn) => turn.socket.close(1012), 'ok', 2],
  ['close 1011', (turn) => turn.socket.close(1011), 'refused', 1],
  ['close 1013', (turn) => turn.socket.close(1013), 'refused', 1],
  ['close 1009', (turn) => turn.socket.close(1009, 'message too big'), 'refused', 1],
  ['death after created', (turn) => (turn.created(), turn.socket.terminate()), 'broken', 1],
  [
    'death after a delta',
    (turn) => (turn.created(), turn.delta('half'), turn.socket.terminate()),
    'broken',
    1,
  ],
  [
    'death before the end',
    (turn) => {
      for (const event of turn.events().slice(0, -1)) turn.event(event);
      turn.socket.terminate();
    },
    'broken',
    1,
  ],
  ['garbage', (turn) => turn.socket.garbage('\xff\xff nonsense'), 'refused', 1],
  ['a binary frame', (turn) => turn.socket.sendBinary(Buffer.from('{}')), 'refused', 1],
  ['text that is no JSON', (turn) => turn.socket.sendRaw('<html>'), 'refused', 1],
  [
    "the server's 60 minutes",
    (turn) =>
      turn.event({
        type: 'error',
        status: 400,
        error: { code: 'websocket_connection_limit_reached', message: 'too old' },
      }),
    'ok',
    2,
  ],
  ['an answer it does not know', (turn) => turn.notFound('resp_x'), 'ok', 2],
];

describe('faults on a warm upstream socket', async () => {
  const { upstream, proxy } = await start({ after });
  for (const [name, strike, kind, turns] of FAULTS) {
    for (const dialect of ['chat', 'responses'] as const) {
      it(`${name}, ${dialect}: one ending, one payment, no cooldown`, async () => {
        const conversation = new Conversation(proxy.origin, dialect, `${name} ${dialect}`);
        upstream.onTurn = (turn) => turn.answer();
        assert.equal((await conversation.say('one')).kind, 'ok');
        const before = upstream.turns.length;
        let struck = false;
        upstream.onTurn = (turn) => {
          if (struck) return turn.answer();
          struck = true;
          strike(turn);
        };
        // Chat clients see nothing of an answer that has just begun.
        const unseen = dialect === 'chat' && name === 'death after created';
        assert.equal((await conversation.say('two')).kind, unseen ? 'refused' : kind);
        assert.equal(upstream.turns.length - before, turns);
        assert.equal((await conversation.say('three')).kind, 'ok', 'the account is not cooled');
      });
    }
  }
});

/** What the upstream says to the upgrade, and what follows. */
const REFUSALS: [status: number, ending: 'ok' | 'refused', httpCalls: number][] = [
  [426, 'ok', 2],
  [404, 'ok', 2],
  [502, 'ok', 2],
  [401, 'refused', 0],
  [403, 'refused', 0],
  [429, 'refused', 0],
];

describe('a refused upgrade', () => {
  for (const [status, kind, calls] of REFUSALS) {
    it(`${status}: ${kind}`, async (test) => {
      const { upstream, proxy } = await start(test);
      upstream.onUpgrade = () => ({ status, body: `{"error":{"message":"no ${status}"}}` });
      const conversation = new Conversation(proxy.origin, 'responses', 'c');
      const ending = await conversation.say('one');
      assert.equal(ending.kind, kind);
      if (kind === 'refused') assert.equal(ending.status, status);
      await conversation.say('two');
      assert.equal(upstream.http.length, calls);
      // 426 and 404 are about WebSockets: the next turn does not ask again.
      assert.equal(upstream.handshakes.length, status === 502 ? 2 : 1);
    });
  }

  it('a handshake that is cut counts as not connected', async (test) => {
    const { upstream, proxy } = await start(test, 2);
    upstream.onUpgrade = ({ index }) => (index === 0 ? 'reset' : 'accept');
    const ending = await new Conversation(proxy.origin, 'chat', 'c').say('one');
    assert.equal(ending.kind, 'ok');
    assert.equal(upstream.turns.length, 1);
  });
});
