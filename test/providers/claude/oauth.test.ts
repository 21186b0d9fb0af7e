/** The refresh of Anthropic accounts: request and answers, and keepers of real files (7.2, 7.3). */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { MIN_GAP_MS } from '../../../src/actors/tokens/schedule.ts';
import {
  claudeRefreshRequest,
  readClaudeRefreshAnswer,
} from '../../../src/providers/claude/oauth.ts';
import { keepFile, START_MS } from '../../actors/tokens/support.ts';
import { inOrder, type UpstreamHandler } from '../../support/fake-upstream.ts';
import { waitUntil } from '../../support/wait.ts';
import { NOW } from '../support.ts';

const FILE = {
  type: 'claude',
  access_token: 'sk-ant-oat01-1',
  refresh_token: 'sk-ant-ort01-1',
  last_refresh: '2025-12-31T00:00:00Z',
  expired: '2025-12-31T08:00:00Z',
  email: 'eve@example.com',
  account_uuid: 'u-1',
  organization_uuid: 'o-1',
  organization_name: 'Acme',
  id_token: '',
};

const ANSWER = {
  access_token: 'sk-ant-oat01-2',
  refresh_token: 'sk-ant-ort01-2',
  token_type: 'Bearer',
  expires_in: 28_800,
};

async function kept(t: TestContext, handler: UpstreamHandler, file: object = FILE) {
  const held = await keepFile(t, file, handler);
  return { ...held, keeper: held.open({ provider: 'claude' }) };
}

/** Fails for now, as the keeper says it to a turn. */
const refused = (message: RegExp, status: number, retryAfterMs?: number) => ({
  code: 'token_refresh_failed',
  message,
  status,
  retryAfterMs,
});

describe('a refresh of an Anthropic account (providers.md 7.3)', () => {
  it('is asked for in JSON, with the scopes of the login', () => {
    const { method, url, headers, body, proxyUrl } = claudeRefreshRequest('http://a/t', 'rt', 'p');
    assert.deepEqual([method, url, proxyUrl], ['POST', 'http://a/t', 'p']);
    assert.equal(headers[headers.indexOf('Content-Type') + 1], 'application/json');
    assert.deepEqual(JSON.parse(Buffer.from(body ?? []).toString()), {
      client_id: '9d1c250a-e61b-44d9-88ed-5944d1962f5e',
      grant_type: 'refresh_token',
      refresh_token: 'rt',
      scope:
        'user:profile user:inference user:sessions:claude_code user:mcp_servers user:file_upload',
    });
  });

  it('writes the new tokens and what the answer says of the account', async (t) => {
    const answer = {
      ...ANSWER,
      account: { uuid: 'u-1', email_address: 'new@example.com' },
      organization: { name: 'Renamed' },
    };
    const { keeper, stored } = await kept(t, (call) => call.json(200, answer));
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-2');
    assert.deepEqual(await stored(), {
      ...FILE,
      access_token: 'sk-ant-oat01-2',
      refresh_token: 'sk-ant-ort01-2',
      last_refresh: '2026-01-01T00:00:00Z',
      expired: '2026-01-01T08:00:00Z',
      email: 'new@example.com',
      organization_name: 'Renamed',
    });
  });

  it('an answer without refresh token keeps the old one; `refreshToken` is read too', async (t) => {
    const file = { ...FILE, refresh_token: undefined, refreshToken: 'sk-ant-ort01-1' };
    const handler: UpstreamHandler = (call) => {
      assert.equal(call.request.json()['refresh_token'], 'sk-ant-ort01-1');
      call.json(200, { ...ANSWER, refresh_token: undefined });
    };
    const { keeper, stored } = await kept(t, handler, file);
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-2');
    assert.equal((await stored())['refreshToken'], 'sk-ant-ort01-1');
    assert.equal((await stored())['email'], 'eve@example.com');
  });

  it('is due four hours before the end', async (t) => {
    const file = {
      ...FILE,
      last_refresh: '2026-01-01T00:00:00Z',
      expired: '2026-01-01T08:00:00Z',
    };
    const { keeper, clock, auth } = await kept(t, (call) => call.json(200, ANSWER), file);
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-1');
    // The keeper looks at its file every hour at least.
    for (let hour = 1; hour <= 4; hour += 1) {
      await waitUntil(() => clock.waits.length > 0, 'the timer');
      assert.equal(auth.requests.length, 0);
      clock.advance(3_600_000);
    }
    await waitUntil(() => auth.requests.length === 1, 'the refresh');
    assert.equal(clock.now(), START_MS + 4 * 3_600_000);
  });

  it('a setup token has no refresh token: it is used as it is, nothing is asked', async (t) => {
    const file = { type: 'claude', access_token: 'sk-ant-oat01-setup', is_setup_token: true };
    const { keeper, auth } = await kept(t, (call) => call.json(500, ''), file);
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-setup');
    assert.equal(await keeper.renew('sk-ant-oat01-setup'), undefined);
    assert.equal(auth.requests.length, 0);
  });
});

describe('a refresh of an Anthropic account that fails (providers.md 7.3)', () => {
  const tooMany =
    (headers: Record<string, string>): UpstreamHandler =>
    (call) =>
      call.json(429, { error: { type: 'rate_limit_error' } }, headers);

  it('C6: 429 with Retry-After 1 blocks for 5 s: a second call asks nobody', async (t) => {
    const { keeper, clock, auth } = await kept(t, tooMany({ 'retry-after': '1' }));
    const message = /refresh temporarily blocked until 2026-01-01T00:00:05Z$/;
    await assert.rejects(keeper.obtain(), refused(message, 429, 5000));
    clock.advance(4999);
    await assert.rejects(keeper.obtain(), refused(message, 429, 1));
    assert.equal(auth.requests.length, 1);
    clock.advance(1);
    auth.handler = (call) => call.json(200, ANSWER);
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-2');
  });

  it('C7: 429 with Retry-After 900 blocks for 300 s', async (t) => {
    const { keeper, clock, auth } = await kept(t, tooMany({ 'retry-after': '900' }));
    const message = /refresh temporarily blocked until 2026-01-01T00:05:00Z$/;
    await assert.rejects(keeper.obtain(), refused(message, 429, 300_000));
    clock.advance(299_999);
    await assert.rejects(keeper.obtain(), refused(message, 429, 1));
    assert.equal(auth.requests.length, 1);
  });

  it('C7: the block is for that refresh token: a login of the account ends it', async (t) => {
    const { keeper, clock, auth, path } = await kept(t, tooMany({ 'retry-after': '900' }));
    await assert.rejects(keeper.obtain(), refused(/blocked/, 429, 300_000));
    await writeFile(path, JSON.stringify({ ...FILE, refresh_token: 'sk-ant-ort01-9' }));
    auth.handler = (call) => call.json(200, ANSWER);
    clock.advance(MIN_GAP_MS);
    assert.equal((await keeper.obtain())?.token, 'sk-ant-oat01-2');
  });

  for (const [name, headers, blockMs] of [
    ['no header', [], 5000],
    ['a date', ['Retry-After', new Date(NOW + 60_000).toUTCString()], 60_000],
    ['Retry-After-Ms', ['Retry-After-Ms', '7000.5'], 7001],
    ['Retry-After before Retry-After-Ms', ['retry-after-ms', '9000', 'retry-after', '8'], 8000],
    ['a date that has passed', ['Retry-After', new Date(NOW - 1000).toUTCString()], 5000],
    ['nonsense', ['Retry-After', 'soon', 'Retry-After-Ms', '-1'], 5000],
  ] as const) {
    it(`429 with ${name}: blocked for ${String(blockMs)} ms`, () => {
      const outcome = readClaudeRefreshAnswer(429, '{}', NOW, headers);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.blockedUntilMs, NOW + blockMs);
    });
  }

  it('C8: 500, 500, 200: waits 1 s, then 2 s, and succeeds', async (t) => {
    const { keeper, clock, auth } = await kept(
      t,
      inOrder(
        (call) => call.json(500, ''),
        (call) => call.json(500, ''),
        (call) => call.json(200, ANSWER),
      ),
    );
    const obtained = keeper.obtain();
    for (const pauseMs of [1000, 2000]) {
      await waitUntil(() => clock.waits.includes(pauseMs), `a pause of ${String(pauseMs)} ms`);
      clock.advance(pauseMs);
    }
    assert.equal((await obtained)?.token, 'sk-ant-oat01-2');
    assert.equal(auth.requests.length, 3);
  });

  for (const [status, body] of [
    [400, '{}'],
    [403, '{}'],
    [302, ''],
    [200, '{"token_type":"Bearer"}'],
  ] as const) {
    it(`C9: ${String(status)}: one try, then an error`, async (t) => {
      const { keeper, auth } = await kept(t, (call) => call.json(status, body));
      await assert.rejects(keeper.obtain(), refused(new RegExp(`status ${String(status)}`), 503));
      assert.equal(auth.requests.length, 1);
    });
  }

  it('C9: a dead grant needs a login', async (t) => {
    const error = { type: 'invalid_grant', message: 'expired' };
    const { keeper, auth } = await kept(t, (call) => call.json(400, { type: 'error', error }));
    assert.equal(await keeper.obtain(), undefined);
    assert.equal(auth.requests.length, 1);
  });
});
