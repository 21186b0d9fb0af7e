/** Client WebSockets on both servers: handshakes, limits, pings, endings (codex.md 3.5, 9.11). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codexKeys, startProxyOn, type TestProxy } from '../support/proxy.ts';
import { connectSocket, refusedSocket, type SocketClient } from '../support/socket-client.ts';
import { collectedCleanup } from '../support/temp.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';

const KEY = 'client-key-1';
const AUTH = { authorization: `Bearer ${KEY}` };
const OPENCODE = { ...AUTH, 'user-agent': 'opencode/1.18.33 runtime/bun/1.3.14' };
const ORIGIN = 'https://app.example.com';
const MIB = 1024 * 1024;
const frame = (text = 'Hi'): object => ({
  type: 'response.create',
  model: 'gpt-5.5',
  input: [{ type: 'message', role: 'user', content: text }],
});

for (const server of ['uws', 'node'] as const) {
  describe(`client WebSockets on ${server}`, () => {
    let upstream: FakeUpstream;
    let proxy: TestProxy;
    let withSockets: TestProxy;

    const cleanup = collectedCleanup();
    after(() => cleanup.undo());
    before(async () => {
      upstream = await startFakeUpstream(cleanup);
      const settings = {
        'api-keys': [KEY],
        switchyard: {
          threads: { hosts: 1 },
          cors: { origins: [ORIGIN] },
          limits: { 'max-client-sockets': 5, 'max-body-mb': 1 },
          sockets: { 'ping-seconds': 1 },
        },
      };
      const keys = codexKeys(upstream.origin, 1);
      proxy = await startProxyOn(server, cleanup, { 'codex-api-key': keys, ...settings });
      withSockets = await startProxyOn(server, cleanup, {
        'codex-api-key': keys.map((key) => ({ ...key, websockets: true })),
        ...settings,
      });
    });

    it('426 while no account has WebSockets: Codex goes on over HTTP (clients.md 2, row 1)', async () => {
      for (const path of ['/v1/responses', '/backend-api/codex/responses']) {
        const refusal = await refusedSocket(proxy.origin, { path, headers: AUTH });
        assert.equal(refusal.status, 426);
        assert.match(refusal.headers['content-type'] ?? '', /json/);
        assert.match(refusal.body, /"code":"upgrade_required"/);
      }
    });

    it('426 on every other path', async () => {
      const path = '/v1/chat/completions';
      const refusal = await refusedSocket(withSockets.origin, { path, headers: AUTH });
      assert.equal(refusal.status, 426);
    });

    it('401 without a valid key, before anything else is told', async () => {
      assert.equal((await refusedSocket(proxy.origin)).status, 401);
      const headers = { authorization: 'Bearer wrong' };
      const refusal = await refusedSocket(withSockets.origin, { headers });
      assert.equal(refusal.status, 401);
      assert.equal(refusal.body, '{"error":"Invalid API key"}');
    });

    it('403 for a web page that is not listed; the reference admits every origin', async (t) => {
      const stranger = { headers: { ...AUTH, origin: 'https://evil.example' } };
      const refusal = await refusedSocket(withSockets.origin, stranger);
      assert.equal(refusal.status, 403);
      assert.match(refusal.body, /origin_not_allowed/);
      const listed = { headers: { ...AUTH, origin: ORIGIN } };
      const client = await connectSocket(t, withSockets.origin, listed);
      client.native.terminate();
    });

    it('both paths, and the routing memory comes back in the handshake', async (t) => {
      for (const path of ['/v1/responses', '/backend-api/codex/responses']) {
        const headers = { ...AUTH, 'x-codex-turn-state': 'memory-1' };
        const client = await connectSocket(t, withSockets.origin, { path, headers });
        assert.equal(client.headers['x-codex-turn-state'], 'memory-1');
        assert.equal(client.native.extensions, '');
        client.native.terminate();
      }
    });

    it('opencode is accepted all the same: by its user agent, or its originator', async (t) => {
      for (const headers of [OPENCODE, { ...AUTH, originator: 'opencode' }]) {
        const client = await connectSocket(t, proxy.origin, { headers });
        const events = await client.turn(frame());
        assert.equal(events[0]?.['type'], 'response.created');
        assert.equal(events.at(-1)?.['type'], 'response.completed');
        client.native.terminate();
      }
      assert.equal(upstream.requests.at(-1)?.headers['sec-websocket-key'], undefined);
    });

    it('503 beyond the limit of sockets', async (t) => {
      const opened: SocketClient[] = [];
      const open = (): Promise<boolean> =>
        connectSocket(t, proxy.origin, { headers: OPENCODE }).then(
          (client) => opened.push(client) > 0,
          () => false,
        );
      while (await open()) assert.ok(opened.length <= 5);
      const refusal = await refusedSocket(proxy.origin, { headers: OPENCODE });
      assert.equal(refusal.status, 503);
      assert.match(refusal.body, /overloaded/);
      for (const client of opened) client.native.terminate();
      await waitUntil(open, 'room for a socket again');
    });

    it('a GET without an upgrade is 405, as before', async () => {
      const answer = await sendRequest(`${proxy.origin}/v1/responses`, {
        method: 'GET',
        headers: AUTH,
      });
      assert.equal(answer.status, 405);
    });

    it('84, 91: a wrong frame is told, and the socket stays open', async (t) => {
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      const cases: [string | object, number, string][] = [
        ['nope', 400, 'invalid websocket request JSON'],
        ['', 400, 'invalid websocket request JSON'],
        [{ type: 'response.create' }, 400, 'missing model in response.create request'],
        [
          { type: 'response.append', model: 'gpt-5.5', input: [] },
          400,
          'websocket request received before response.create',
        ],
        [{ type: 'session.update' }, 400, 'unsupported websocket request type: session.update'],
        [{ type: 'response.create', model: 'no-such-model', input: [] }, 400, ''],
      ];
      for (const [sent, status, message] of cases) {
        const [error, ...more] = await client.turn(sent);
        assert.deepEqual(more, []);
        assert.equal(error?.['type'], 'error');
        assert.equal(error?.['status'], status);
        const told = (error?.['error'] as { message: string }).message;
        assert.ok(message === '' ? told.includes('no-such-model') : told === message, told);
      }
      assert.equal((await client.turn(frame())).at(-1)?.['type'], 'response.completed');
    });

    it('a frame may be binary', async (t) => {
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      const events = await client.turn(Buffer.from(JSON.stringify(frame())));
      assert.equal(events.at(-1)?.['type'], 'response.completed');
    });

    it('1009 for a message beyond the limit, which is that of bodies', async (t) => {
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      client.send('x'.repeat(MIB + 1));
      assert.equal((await client.closed()).code, 1009);
    });

    it('frames wait for the turn before them, in order', async (t) => {
      const go = makeGate();
      upstream.handler = async (call) => {
        await go.passed;
        call.turn({ text: JSON.stringify(call.request.json()['input']).slice(-40) });
      };
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      const { length } = upstream.requests;
      for (const text of ['one', 'two', 'three', 'four']) client.send(frame(text));
      await waitUntil(() => upstream.requests.length > length, 'the first turn');
      go.open();
      for (const text of ['one', 'two', 'three', 'four']) {
        assert.match(JSON.stringify((await client.answer()).at(-1)), new RegExp(text));
      }
      assert.equal(upstream.requests.length, length + 4);
      upstream.handler = (call) => call.turn();
    });

    it('1008 when more than four wait', async (t) => {
      let gone = 0;
      upstream.handler = async (call) => {
        await call.clientGone;
        gone += 1;
      };
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      const { length } = upstream.requests;
      for (let count = 0; count < 6; count += 1) client.send(frame());
      assert.deepEqual(await client.closed(), { code: 1008, reason: 'too many frames wait' });
      assert.equal(client.events.at(-1)?.['status'], 503);
      await waitUntil(() => gone === upstream.requests.length - length, 'the upstream to be left');
      upstream.handler = (call) => call.turn();
    });

    it('a client that leaves in a turn frees the upstream at once', async (t) => {
      upstream.handler = async (call) => {
        call.sseHead();
        await call.write('data: {"type":"response.created","response":{"id":"resp_9"}}\n\n');
      };
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      client.send(frame());
      await waitUntil(() => client.events.length > 0, 'the first event');
      client.native.terminate();
      await upstream.calls.at(-1)?.clientGone;
      upstream.handler = (call) => call.turn();
    });

    it('is pinged, with and without a turn', async (t) => {
      const go = makeGate();
      upstream.handler = async (call) => {
        await go.passed;
        call.turn();
      };
      const client = await connectSocket(t, proxy.origin, { headers: OPENCODE });
      await waitUntil(() => client.pings > 0, 'a ping');
      client.send(frame());
      const { pings } = client;
      await waitUntil(() => client.pings > pings, 'a ping in a turn');
      go.open();
      assert.equal((await client.answer()).at(-1)?.['type'], 'response.completed');
      upstream.handler = (call) => call.turn();
    });

    it('a proxy that stops ends idle sockets with 1012, others behind their turn', async (t) => {
      const own = await startProxyOn(server, t, {
        'codex-api-key': codexKeys(upstream.origin, 1),
        switchyard: { threads: { hosts: 1 } },
      });
      const go = makeGate();
      upstream.handler = async (call) => {
        await go.passed;
        call.turn();
      };
      const idle = await connectSocket(t, own.origin, { headers: OPENCODE });
      const busy = await connectSocket(t, own.origin, { headers: OPENCODE });
      const { length } = upstream.requests;
      busy.send(frame());
      await waitUntil(() => upstream.requests.length > length, 'the turn');
      const stopped = own.stop(20_000);
      const restart = { code: 1012, reason: 'the proxy restarts' };
      assert.deepEqual(await idle.closed(), restart);
      assert.equal(busy.close, undefined);
      go.open();
      assert.equal((await busy.answer()).at(-1)?.['type'], 'response.completed');
      assert.deepEqual(await busy.closed(), restart);
      await stopped;
      upstream.handler = (call) => call.turn();
    });

    it('a turn that does not end in time gets its error first', async (t) => {
      const own = await startProxyOn(server, t, {
        'codex-api-key': codexKeys(upstream.origin, 1),
        switchyard: { threads: { hosts: 1 } },
      });
      upstream.handler = (call) => call.clientGone;
      const client = await connectSocket(t, own.origin, { headers: OPENCODE });
      const { length } = upstream.requests;
      client.send(frame());
      await waitUntil(() => upstream.requests.length > length, 'the turn');
      await own.stop();
      const [error] = await client.answer();
      assert.equal(error?.['status'], 503);
      assert.equal((error?.['error'] as { code: string }).code, 'draining');
      assert.equal((await client.closed()).code, 1012);
      upstream.handler = (call) => call.turn();
    });
  });
}
