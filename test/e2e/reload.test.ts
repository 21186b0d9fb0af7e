/** Configuration and credential files change while the proxy serves. */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const EVENTS = responsesTurn({ text: 'Hello' });

const ask = (proxy: TestProxy, model = 'gpt-5.5') =>
  sendRequest(`${proxy.origin}/v1/responses`, {
    body: { model, input: 'Hi', stream: true },
  });

const modelIds = async (proxy: TestProxy): Promise<string[]> => {
  const answer = await sendRequest(`${proxy.origin}/v1/models`);
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
};

describe('a reload', () => {
  it('of the config file cuts no stream, and new accounts serve', async (t) => {
    const rest = makeGate();
    const upstream = await startFakeUpstream(t, async (call) => {
      call.sseHead();
      await call.write(responsesSse(EVENTS.slice(0, 1)));
      await rest.passed;
      call.end(responsesSse(EVENTS.slice(1)));
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    const open = await ask(proxy);
    assert.equal((await open.nextFrame())?.event, 'response.created');

    await proxy.writeConfig({ 'codex-api-key': codexKeys(upstream.origin, 2, ['gpt-5.5', 'new']) });
    await waitUntil(async () => (await modelIds(proxy)).includes('new'), 'the new model');
    rest.open();
    assert.match(await open.text(), /event: response\.completed/);
    upstream.handler = (call) => call.turn();
    assert.equal((await ask(proxy, 'new')).status, 200);
  });

  it('with a broken file keeps what runs and says why', async (t) => {
    const upstream = await startFakeUpstream(t);
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    await writeFile(proxy.configPath, 'port: [nonsense\n  codex-api-key: 7');
    await waitUntil(() => proxy.lines.find((line) => line['code'] === 'SWY_W002'), 'the reason');
    assert.equal((await ask(proxy)).status, 200);
  });

  it('takes up a credential file that appears, and the sandbox goes off', async (t) => {
    const proxy = await startProxy(t, {});
    assert.deepEqual(await modelIds(proxy), ['sandbox', 'sandbox-mini']);
    const file = {
      type: 'codex',
      access_token: 'a1',
      refresh_token: 'r1',
      id_token: '',
      account_id: 'acct-1',
      email: 'ann@example.com',
      expired: '2099-01-01T00:00:00Z',
    };
    const draft = join(proxy.folder, 'draft');
    await writeFile(draft, JSON.stringify(file));
    await rename(draft, join(proxy.authDir, 'codex-ann.json'));
    const ids = await waitUntil(async () => {
      const now = await modelIds(proxy);
      return now.includes('gpt-5.5') ? now : undefined;
    }, 'the models of the account');
    assert.ok(!ids.includes('sandbox'));
  });
});
