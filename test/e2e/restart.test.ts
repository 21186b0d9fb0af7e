/** What was learned survives a restart: bindings and cooldowns (design 6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { tempDir } from '../support/temp.ts';
import { usageLimitBody } from '../support/turns.ts';

const ask = (proxy: TestProxy, conversation: string) =>
  sendRequest(`${proxy.origin}/v1/responses`, {
    body: { model: 'gpt-5.5', input: 'Hi', prompt_cache_key: conversation },
  });

describe('a restart', () => {
  it('keeps conversations on their accounts', async (t) => {
    const upstream = await startFakeUpstream(t);
    const folder = await tempDir(t);
    const config = { 'codex-api-key': codexKeys(upstream.origin, 3) };
    const conversations = Array.from({ length: 9 }, (_, index) => `c-${index}`);

    const accounts = async (): Promise<(string | undefined)[]> => {
      const proxy = await startProxy(t, config, folder);
      const before = upstream.requests.length;
      for (const conversation of conversations) {
        assert.equal((await ask(proxy, conversation)).status, 200);
      }
      await proxy.stop();
      return upstream.requests.slice(before).map((request) => request.headers['authorization']);
    };
    const first = await accounts();
    assert.equal(new Set(first).size, 3);
    // Another order: a proxy that had forgotten would deal them out anew.
    conversations.reverse();
    assert.deepEqual((await accounts()).reverse(), first);
  });

  it('keeps a cooldown with its evidence, and drops it when the entry changed', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.json(429, usageLimitBody(3600)));
    const folder = await tempDir(t);
    const keys = codexKeys(upstream.origin, 1);
    const first = await startProxy(t, { 'codex-api-key': keys }, folder);
    assert.equal((await ask(first, 'a')).status, 429);
    await first.stop();
    assert.equal(upstream.requests.length, 1);

    const second = await startProxy(t, { 'codex-api-key': keys }, folder);
    const refused = await ask(second, 'b');
    assert.equal(refused.status, 429);
    const { error } = (await refused.json()) as { error: { code: string; reset_seconds: number } };
    assert.equal(error.code, 'model_cooldown');
    assert.ok(error.reset_seconds > 3000);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal(upstream.requests.length, 1, 'the upstream was not asked');
    await second.stop();

    upstream.handler = (call) => call.turn();
    const changed = keys.map((key) => ({ ...key, priority: 5 }));
    const third = await startProxy(t, { 'codex-api-key': changed }, folder);
    assert.equal((await ask(third, 'c')).status, 200);
  });
});
