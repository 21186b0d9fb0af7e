/** Calls through real outbound proxies. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TICK_MS } from '../../src/upstream/deadlines.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import {
  startConnectProxy,
  startSocksProxy,
  type OutboundProxy,
  type ProxyOptions,
} from '../support/proxies.ts';
import { refusedOrigin } from '../support/raw-socket.ts';
import type { Cleanup } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';
import { FakeClock, finish, LIMITS, makeClient, start } from './support.ts';

type StartProxy = (test: Cleanup, options?: ProxyOptions) => Promise<OutboundProxy>;

const KINDS: [scheme: string, startProxy: StartProxy][] = [
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
  ['socks5h', startSocksProxy],
];

const LOGIN = 'me:top%20s3cret';
const DECODED_LOGIN = 'me:top s3cret';

/** An address that only the proxy can resolve. */
const nameOf = (upstream: FakeUpstream): string => `http://upstream.test:${upstream.port}/v1`;

for (const [scheme, startProxy] of KINDS) {
  describe(`${scheme} proxy`, () => {
    it('carries calls, resolves the name, and is asked once per connection', async (test) => {
      const upstream = await startFakeUpstream(test, (call) => call.json(200, { ok: true }));
      const proxy = await startProxy(test);
      const client = makeClient(test);
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      for (let round = 0; round < 3; round += 1) {
        const seen = await finish(client, nameOf(upstream), { proxyUrl });
        assert.equal(seen.text, '{"ok":true}');
      }
      const target = `upstream.test:${upstream.port}`;
      assert.deepEqual(proxy.requests, [{ target, login: undefined }]);
      assert.equal(upstream.requests[0]?.headers['host'], target);
      assert.equal(upstream.requests[0]?.path, '/v1');
      await client.close();
      await waitUntil(() => proxy.openConnections === 0, 'no connection is left');
    });

    it('is given login and password', async (test) => {
      const upstream = await startFakeUpstream(test, (call) => call.json(200, {}));
      const proxy = await startProxy(test, { login: DECODED_LOGIN });
      const proxyUrl = `${scheme}://${LOGIN}@127.0.0.1:${proxy.port}`;
      const seen = await finish(makeClient(test), nameOf(upstream), { proxyUrl });
      assert.equal(seen.outcome, 'end');
      assert.deepEqual(
        proxy.requests.map(({ login }) => login),
        [DECODED_LOGIN],
      );
    });

    const refusals: [name: string, options: ProxyOptions, login: string][] = [
      ['a wrong login', { login: 'other:x' }, `${LOGIN}@`],
      ['a missing login', { login: 'other:x' }, ''],
      ['a target it does not allow', { refuse: true }, ''],
    ];
    for (const [name, options, login] of refusals) {
      it(`refuses ${name}: not sent, and the message shows no login`, async (test) => {
        const upstream = await startFakeUpstream(test);
        const proxy = await startProxy(test, options);
        const proxyUrl = `${scheme}://${login}127.0.0.1:${proxy.port}`;
        const seen = await finish(makeClient(test), nameOf(upstream), { proxyUrl });
        assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
        const where = `${nameOf(upstream).slice(0, -3)} through ${scheme}://127.0.0.1:${proxy.port}`;
        const message = seen.error?.message ?? '';
        assert.ok(message.startsWith(`could not connect to ${where}: `), message);
        assert.ok(!/s3cret|me:/.test(JSON.stringify(seen.error) + message + seen.error?.stack));
        assert.equal(seen.error?.cause, undefined);
        assert.equal(upstream.requests.length, 0);
        await waitUntil(() => proxy.openConnections === 0, 'the connection is closed');
      });
    }

    it('that is not there: not sent', async (test) => {
      const proxyUrl = (await refusedOrigin()).replace('http:', `${scheme}:`);
      const seen = await finish(makeClient(test), 'http://upstream.test/', { proxyUrl });
      assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
    });

    it('that never answers falls under the connect limit', async (test) => {
      const clock = new FakeClock();
      const proxy = await startProxy(test, { silent: true });
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      const { seen } = start(makeClient(test, { clock }), 'http://upstream.test/', { proxyUrl });
      await waitUntil(() => proxy.openConnections === 1, 'the attempt begins');
      clock.advance(LIMITS.connectMs + TICK_MS);
      assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
      await waitUntil(() => proxy.openConnections === 0, 'the attempt is given up');
    });

    it('is left at once when the call is aborted', async (test) => {
      const upstream = await startFakeUpstream(test, (call) => call.sseHead());
      const proxy = await startProxy(test);
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      const { call, seen } = start(makeClient(test), nameOf(upstream), { proxyUrl });
      await waitUntil(() => seen.status === 200, 'the head arrives');
      call.abort();
      assert.equal(seen.outcome, 'cancelled answering');
      await upstream.calls[0]?.clientGone;
      await waitUntil(() => proxy.openConnections === 0, 'the proxy is left');
    });
  });
}

describe('proxy settings of calls', () => {
  it('takes the environment, and `direct` goes past it', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.json(200, {}));
    const proxy = await startConnectProxy(test);
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` };
    const client = makeClient(test, { env });
    assert.equal((await finish(client, nameOf(upstream))).outcome, 'end');
    assert.equal(proxy.requests.length, 1);
    const direct = await finish(client, upstream.origin, { proxyUrl: 'direct' });
    assert.equal(direct.outcome, 'end');
    const unknown = await finish(client, nameOf(upstream), { proxyUrl: 'none' });
    assert.equal(unknown.outcome, 'upstream_connect_failed not-sent');
    assert.equal(proxy.requests.length, 1);
  });

  it('keeps connections of different proxies apart', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.json(200, {}));
    const proxies = [await startConnectProxy(test), await startSocksProxy(test)];
    const client = makeClient(test);
    const urls = [`http://127.0.0.1:${proxies[0]?.port}`, `socks5://127.0.0.1:${proxies[1]?.port}`];
    for (const proxyUrl of [...urls, ...urls]) await finish(client, nameOf(upstream), { proxyUrl });
    assert.deepEqual(
      proxies.map(({ requests }) => requests.length),
      [1, 1],
    );
  });

  it('reports a setting that is not usable, and sends nothing past it', async (test) => {
    const upstream = await startFakeUpstream(test);
    const proxyUrl = 'ftp://me:s3cret@proxy';
    const { seen } = start(makeClient(test), upstream.origin, { proxyUrl });
    assert.equal(seen.outcome, 'running');
    await seen.ended;
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
    assert.match(seen.error?.message ?? '', /^proxy-url is not usable/);
    assert.ok(!seen.error?.message.includes('s3cret'));
    assert.equal(upstream.connections, 0);
  });
});
