/** Quota readings from the wire to the choice of an account: real threads, store and upstream. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { responsesSse, responsesTurn, usageLimitBody } from '../support/turns.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { tempDir } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';
import type { AccountSnapshot } from '../../src/credentials/account-snapshot.ts';

const HOUR = 3600;

/** Headers of one five-hour window. */
const used = (percent: number, leftSeconds: number): Record<string, string> => ({
  'x-codex-plan-type': 'plus',
  'X-Codex-Primary-Used-Percent': String(percent),
  'x-codex-primary-window-minutes': '300',
  'x-codex-primary-reset-at': String(Math.floor(Date.now() / 1000) + leftSeconds),
});

const accountOf = (call: UpstreamExchange): string =>
  call.request.headers['authorization']?.replace('Bearer ', '') ?? '';

const ask = (proxy: TestProxy, conversation: string, model = 'gpt-5.5'): Promise<ClientAnswer> =>
  sendRequest(`${proxy.origin}/v1/responses`, {
    body: { model, input: 'Hi', prompt_cache_key: conversation },
  });

const percentOf = ({ quota }: AccountSnapshot): number | undefined =>
  quota?.limits[0]?.primary?.usedPercent;

/** Accounts by use, once all of these uses are known. */
async function withUses(proxy: TestProxy, ...uses: number[]): Promise<AccountSnapshot[]> {
  return waitUntil(
    () => {
      const accounts = proxy.supervisor.accounts();
      const byUse = uses.map((use) => accounts.find((account) => percentOf(account) === use));
      return byUse.every((account) => account !== undefined) ? byUse : undefined;
    },
    `readings of ${uses.join(', ')} percent`,
  );
}

/** The account that a limit was reached on; its reading may come to be known before its cooldown. */
const limitedAccount = (proxy: TestProxy): Promise<AccountSnapshot> =>
  waitUntil(
    () => proxy.supervisor.accounts().find(({ status }) => status === 'limited'),
    'an account that cools down',
  );

describe('quota of accounts', () => {
  it('is learned from headers, kept over a restart, and decides for new conversations', async (t) => {
    const headers: Record<string, Record<string, string>> = {
      'key-0': used(90, 4 * HOUR),
      'key-1': used(20, HOUR),
    };
    const refuse = new Set<string>();
    const upstream = await startFakeUpstream(t, (call) => {
      const account = accountOf(call);
      if (refuse.has(`${account} ${String(call.request.json()['model'])}`)) {
        call.json(429, usageLimitBody(HOUR), headers[account]);
      } else call.sse(responsesSse(responsesTurn()), headers[account]);
    });
    const folder = await tempDir(t);
    const config = {
      'codex-api-key': codexKeys(upstream.origin, 2, ['gpt-5.5', 'gpt-5.4']),
      routing: { strategy: 'headroom' },
    };
    const servedBy = async (...question: Parameters<typeof ask>): Promise<string> => {
      assert.equal((await ask(...question)).status, 200);
      return accountOf(upstream.calls.at(-1) ?? assert.fail());
    };

    // Nothing is known: both get their turn.
    const first = await startProxy(t, config, folder);
    const homes = [await servedBy(first, 'a'), await servedBy(first, 'b')];
    assert.deepEqual(homes.sort(), ['key-0', 'key-1']);
    const [poor, rich] = await withUses(first, 90, 20);
    assert.equal(poor?.plan, 'plus');
    assert.equal(poor.quota?.limits[0]?.source, 'headers');
    assert.deepEqual(poor.quota.limits[0].models, ['gpt-5.5']);
    const poorHome = (await servedBy(first, 'a')) === 'key-0' ? 'a' : 'b';
    await first.stop();

    const proxy = await startProxy(t, config, folder);
    const known = proxy.supervisor.accounts();
    assert.deepEqual(known.find(({ id }) => id === rich?.id)?.quota, rich?.quota);
    for (const name of ['c', 'd', 'e']) assert.equal(await servedBy(proxy, name), 'key-1');
    assert.equal(await servedBy(proxy, poorHome), 'key-0', 'a bound conversation stays');
    assert.equal(await servedBy(proxy, 'other model', 'gpt-5.4'), 'key-1');

    // Its limit is reached: the cooldown names its evidence, end and scope.
    headers['key-1'] = used(100, HOUR);
    refuse.add('key-1 gpt-5.5');
    assert.equal(await servedBy(proxy, 'f'), 'key-0');
    const limited = await limitedAccount(proxy);
    assert.equal(percentOf(limited), 100);
    assert.equal(limited.evidence, 'error.resets_in_seconds');
    const error = limited.blocks.find(({ model }) => model === 'gpt-5.5')?.error;
    assert.equal(error?.scope, 'model');
    assert.equal(error.until, limited.until);

    // The limit was lifted early. A later turn on another model brings the news.
    headers['key-1'] = used(5, HOUR);
    refuse.clear();
    await waitUntil(async () => {
      assert.equal(await servedBy(proxy, 'other model', 'gpt-5.4'), 'key-1');
      return proxy.supervisor.accounts().every(({ status }) => status === 'ready');
    }, 'the end of the stale cooldown');
    assert.equal(await servedBy(proxy, 'g'), 'key-1');
  });

  it('is learned from frames, and lasts as long as the headers say when a body has no time', async (t) => {
    const resetAt = Math.floor(Date.now() / 1000) + 2 * HOUR;
    const upstream = await startFakeUpstream(t, (call) => {
      const limits = {
        type: 'codex.rate_limits',
        plan_type: 'pro',
        metered_limit_name: 'codex_x',
        rate_limits: {
          primary: { used_percent: 42, window_minutes: 300, reset_at: resetAt },
          secondary: null,
        },
      };
      const frame = `event: codex.rate_limits\ndata: ${JSON.stringify(limits)}\n\n`;
      call.sse(frame + responsesSse(responsesTurn()));
    });
    const keys = codexKeys(upstream.origin, 1);
    const proxy = await startProxy(t, { 'codex-api-key': keys });
    assert.equal((await ask(proxy, 'a')).status, 200);
    const [account] = await withUses(proxy, 42);
    assert.equal(account?.plan, 'pro');
    assert.equal(account.quota?.activeLimit, 'codex_x');
    assert.equal(account.quota.limits[0]?.source, 'frame');
    assert.equal(account.quota.limits[0].primary?.resetAt, resetAt * 1000);

    const body = { error: { type: 'usage_limit_reached', message: 'The limit is reached' } };
    const head = { ...used(100, 0), 'x-codex-primary-reset-at': String(resetAt) };
    upstream.handler = (call) => call.json(429, body, head);
    assert.equal((await ask(proxy, 'b')).status, 429);
    const limited = await limitedAccount(proxy);
    // Counted from when the answer was read: some milliseconds may have passed.
    assert.equal(Math.floor((limited.until ?? 0) / 1000), resetAt);
    assert.equal(limited.evidence, 'x-codex-primary-reset-at');
  });
});
