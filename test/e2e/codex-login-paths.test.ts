/** What a Codex CLI with a ChatGPT login asks beside its turns (clients.md 5.4). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idToken } from '../credentials/support.ts';
import { loadFixture } from '../support/fixtures.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startProxy } from '../support/proxy.ts';
import { tempDir } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';
import { zstdStored } from '../support/zstd.ts';

type Json = Record<string, unknown>;

const KEY = 'sk-client-1';
const CALLER = '00000000-0000-4000-8000-000000000001';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Headers of an answer that used 40 of 100 (codex.md 5.1). */
const QUOTA = {
  'x-codex-primary-used-percent': '40',
  'x-codex-primary-window-minutes': '300',
  'x-codex-primary-reset-after-seconds': '3600',
};

describe('control paths of a ChatGPT login', async () => {
  const upstream = await startFakeUpstream({ after }, (call) => call.turn());
  const folder = await tempDir({ after });
  await mkdir(join(folder, 'auth'));
  const accounts = [
    ['a@example.com', 'acct-secret-a', 'free'],
    ['b@example.com', 'acct-secret-b', 'team'],
  ] as const;
  for (const [email, account_id, plan] of accounts) {
    const file = {
      type: 'codex',
      access_token: `token-of-${account_id}`,
      account_id,
      email,
      id_token: idToken(email, account_id, plan),
      base_url: `${upstream.origin}/codex`,
      expired: '2099-01-01T00:00:00Z',
    };
    await writeFile(join(folder, 'auth', `${plan}.json`), JSON.stringify(file));
  }
  const proxy = await startProxy({ after }, { 'api-keys': [KEY] }, folder);
  const authorization = `Bearer ${KEY}`;
  const get = (path: string, headers: Record<string, string> = {}): Promise<ClientAnswer> =>
    sendRequest(proxy.origin + path, { headers: { authorization, ...headers } });
  const json = async (path: string, headers?: Record<string, string>): Promise<Json> => {
    const answer = await get(path, headers);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers['content-type'], 'application/json');
    return answer.json();
  };

  it('every GET of a recorded client has an answer', async () => {
    const recorded = loadFixture('codex/04-chatgpt-http-zstd').requests;
    const paths = recorded
      .filter(({ method, path }) => method === 'GET' && !path.endsWith('/codex/responses'))
      .map(({ path }) => path);
    assert.ok(paths.length > 5);
    for (const path of new Set(paths)) await json(path);
  });

  it('accounts/check: one workspace under the caller’s own id, with the best plan', async () => {
    const path = '/backend-api/wham/accounts/check';
    const answer = await json(path, { 'chatgpt-account-id': CALLER });
    assert.deepEqual(answer, {
      accounts: [
        {
          id: CALLER,
          plan_type: 'team',
          structure: 'personal',
          workspace_backend_origin: 'https://workspace.invalid',
          account_routing_override: 'NO_CONSTRAINT',
        },
      ],
      account_ordering: [CALLER],
      default_account_id: CALLER,
    });
  });

  it('accounts/check: without an id the caller gets a stable one', async () => {
    const path = '/backend-api/wham/accounts/check';
    const first = await json(path);
    assert.match(String(first['default_account_id']), UUID);
    assert.deepEqual(await json(path), first);
    const long = await json(path, { 'chatgpt-account-id': 'x'.repeat(129) });
    assert.deepEqual(long, first);
  });

  it('models: the catalogue of /v1/models?client_version, with and without the query', async () => {
    const catalogue = await json('/v1/models?client_version=0.169.0');
    assert.deepEqual(await json('/backend-api/codex/models?client_version=0.169.0'), catalogue);
    assert.deepEqual(await json('/backend-api/codex/models'), catalogue);
    const models = catalogue['models'] as Json[];
    const model = models.find(({ slug }) => slug === 'gpt-5.5');
    assert.equal(model?.['context_window'], 272_000);
    assert.deepEqual(
      (model['supported_reasoning_levels'] as Json[]).map(({ effort }) => effort),
      ['low', 'medium', 'high', 'xhigh'],
    );
  });

  it('settings and plugins: nothing', async () => {
    assert.deepEqual(await json('/backend-api/wham/settings/user'), {});
    const installed = await json('/backend-api/ps/plugins/installed?limit=200');
    assert.deepEqual(installed, { plugins: [], pagination: { next_page_token: null } });
    const suggested = await json('/backend-api/ps/plugins/suggested/codex?scope=GLOBAL');
    assert.deepEqual(suggested, { enabled: false, plugins: [] });
  });

  it('MCP of the login: there is none, said in JSON', async () => {
    const answer = await sendRequest(`${proxy.origin}/backend-api/ps/mcp`, {
      headers: { authorization },
      body: { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} },
    });
    assert.equal(answer.status, 404);
    assert.ok((await answer.json())['error']);
  });

  it('a turn with a zstd body, then usage: the freest account of the pool', async () => {
    assert.deepEqual(await json('/backend-api/wham/usage'), {
      plan_type: 'team',
      rate_limit: null,
    });
    upstream.handler = (call) => {
      for (const [name, value] of Object.entries(QUOTA)) call.response.setHeader(name, value);
      call.turn({ text: 'packed' });
    };
    const body = JSON.stringify({ model: 'gpt-5.5', input: 'Hi', stream: true });
    const turn = await sendRequest(`${proxy.origin}/backend-api/codex/responses`, {
      body: zstdStored(Buffer.from(body)),
      headers: { authorization, 'content-type': 'application/json', 'content-encoding': 'zstd' },
    });
    assert.match(await turn.text(), /packed/);
    assert.equal(upstream.requests.at(-1)?.json()['model'], 'gpt-5.5');
    const usage = await waitUntil(async () => {
      const { rate_limit } = await json('/backend-api/wham/usage');
      return rate_limit as Json | null;
    }, 'a reading');
    const window = usage['primary_window'] as Json;
    assert.equal(usage['allowed'], true);
    assert.equal(usage['limit_reached'], false);
    assert.equal(window['used_percent'], 40);
    assert.equal(window['limit_window_seconds'], 18_000);
    assert.equal(usage['secondary_window'], null);
  });

  const GUARDED = [
    '/backend-api/codex/models',
    '/backend-api/wham/accounts/check',
    '/backend-api/wham/settings/user',
    '/backend-api/wham/usage',
    '/backend-api/ps/plugins/installed',
    '/backend-api/ps/plugins/suggested/codex',
  ];
  for (const path of GUARDED) {
    it(`${path}: needs the access key, takes only GET, tells nothing of the pool`, async () => {
      for (const wrong of ['', 'Bearer wrong']) {
        const answer = await get(path, { authorization: wrong });
        assert.equal(answer.status, 401);
      }
      const post = await sendRequest(proxy.origin + path, { headers: { authorization }, body: {} });
      assert.equal(post.status, 405);
      const text = JSON.stringify(await json(path));
      assert.doesNotMatch(text, /secret|example\.com/);
    });
  }
});
