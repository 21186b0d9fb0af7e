/** Errors of Anthropic in its fast mode; reached by its own name through an outbound proxy. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeError } from '../support/claude-wire.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startConnectProxy } from '../support/proxies.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { waitUntil } from '../support/wait.ts';

const MODEL = 'claude-opus-4-6';

/** Two accounts of Anthropic, whose every turn is answered so. */
async function start(
  t: Parameters<typeof startProxy>[0],
  answer: (call: UpstreamExchange) => void,
) {
  const upstream = await startFakeUpstream(t, answer);
  const outbound = await startConnectProxy(t);
  const entry = (name: string) => ({
    'api-key': name,
    'base-url': `http://api.anthropic.com:${String(upstream.port)}`,
    'proxy-url': `http://127.0.0.1:${String(outbound.port)}`,
    models: [{ name: MODEL }],
  });
  const proxy = await startProxy(t, { 'claude-api-key': [entry('a'), entry('b')] });
  return { upstream, proxy };
}

const ask = (proxy: TestProxy, more: Record<string, unknown>): Promise<ClientAnswer> =>
  sendRequest(`${proxy.origin}/v1/messages`, {
    body: { model: MODEL, max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }], ...more },
  });

/** As the API spells it, with an id of its own. */
const bodyOf = (kind: string): string =>
  `${JSON.stringify({ ...claudeError(kind, 'why'), request_id: 'req_upstream' }, null, 1)}\n`;

describe('errors of a request for the fast mode (providers.md 7.7)', () => {
  for (const [status, kind] of [
    [401, 'authentication_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [529, 'overloaded_error'],
  ] as const) {
    it(`${String(status)}: told as it is, no other account is asked, none rests`, async (t) => {
      const { upstream, proxy } = await start(t, (call) =>
        call.json(status, bodyOf(kind), { 'retry-after': '7', 'x-should-retry': 'false' }),
      );
      const answer = await ask(proxy, { speed: 'fast' });
      assert.equal(answer.status, status);
      assert.equal(await answer.text(), bodyOf(kind));
      assert.equal(answer.headers['x-should-retry'], 'false');
      assert.equal(upstream.requests.length, 1);
      assert.ok(proxy.supervisor.accounts().every((account) => account.status === 'ready'));

      await (await ask(proxy, {})).text();
      assert.ok(upstream.requests.length > 2, 'without it the other account is asked as well');
    });
  }

  it('a used-up window of the account rests it all the same', async (t) => {
    const { upstream, proxy } = await start(t, (call) =>
      call.json(429, bodyOf('rate_limit_error'), {
        'anthropic-ratelimit-unified-5h-status': 'rejected',
        'anthropic-ratelimit-unified-5h-reset': '4070908800',
      }),
    );
    const answer = await ask(proxy, { speed: 'fast' });
    assert.equal(answer.status, 429);
    assert.equal(await answer.text(), bodyOf('rate_limit_error'));
    assert.equal(upstream.requests.length, 1);
    await waitUntil(
      () => proxy.supervisor.accounts().find(({ status }) => status === 'cooling'),
      'the cooldown',
      { timeoutMs: 60_000 },
    );
  });
});
