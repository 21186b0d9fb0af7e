/** Keepers of real credential files against a token endpoint (codex.md 6.4, vectors 111-113). */
import assert from 'node:assert/strict';
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { keeperFor } from '../../../src/actors/tokens/keepers.ts';
import { CODEX_TOKEN_URL_VARIABLE } from '../../../src/providers/codex/oauth-endpoints.ts';
import { PRODUCT_TOKEN } from '../../../src/version.ts';
import { idToken } from '../../credentials/support.ts';
import { keyRecord, record } from '../../providers/support.ts';
import { inOrder } from '../../support/fake-upstream.ts';
import { makeGate, waitUntil } from '../../support/wait.ts';
import { DAY_MS, FLAT, ID_TOKEN, keepFile, plainCaller, START_MS } from './support.ts';

const A2 = { access_token: 'A2', refresh_token: 'R2', expires_in: 864_000 };

const EXPIRED = { ...FLAT, expired: '2025-12-31T00:00:00Z', last_refresh: '2025-12-21T00:00:00Z' };

const NESTED = {
  auth_mode: 'chatgpt',
  OPENAI_API_KEY: null,
  tokens: { id_token: ID_TOKEN, access_token: 'A1', refresh_token: 'R1', account_id: 'acct-1234' },
  last_refresh: '2026-01-01T00:00:00Z',
};

describe('API keys', () => {
  it('of a config entry are there at once and never renewed', async (t) => {
    const { logged } = await keepFile(t, FLAT, (call) => call.json(500, '{}'));
    const keeper = keeperFor(keyRecord(), plainCaller, () => '', logged.log);
    const token = { token: 'sk-up-1', accountId: undefined };
    assert.deepEqual(keeper.current(START_MS), token);
    assert.deepEqual(await keeper.obtain(), token);
    assert.equal(await keeper.renew('sk-up-1'), undefined);
    keeper.close();
  });

  it('of a file are read from it', async (t) => {
    const file = { type: 'codex', api_key: 'sk-file' };
    const kept = await keepFile(t, file, (call) => call.json(500, '{}'));
    const keeper = kept.open({ kind: 'apikey' });
    assert.equal(keeper.current(START_MS), undefined);
    assert.deepEqual(await keeper.obtain(), { token: 'sk-file', accountId: undefined });
    assert.deepEqual(keeper.current(START_MS), { token: 'sk-file', accountId: undefined });
    assert.equal(await keeper.renew('sk-file'), undefined);
    assert.equal(kept.auth.requests.length, 0);
  });
});

describe('a good token', () => {
  it('comes from the file, then from memory until half a minute before its end', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(500, '{}'));
    const keeper = kept.open();
    assert.equal(keeper.current(START_MS), undefined);
    const token = { token: 'A1', accountId: 'acct-1234' };
    assert.deepEqual(await keeper.obtain(), token);
    assert.deepEqual(keeper.current(START_MS + 10 * DAY_MS - 30_001), token);
    assert.equal(keeper.current(START_MS + 10 * DAY_MS - 30_000), undefined);
    assert.equal(kept.auth.requests.length, 0);
  });

  it('is read from the nested shape of the Codex CLI', async (t) => {
    const kept = await keepFile(t, NESTED, (call) => call.json(500, '{}'));
    assert.deepEqual(await kept.open().obtain(), { token: 'A1', accountId: 'acct-1234' });
  });
});

describe('a refresh', () => {
  it('sends the form of codex.md 6.4 and saves every field, mode 0600', async (t) => {
    const renewed = idToken('ann@example.com', 'acct-1234', 'pro');
    const answer = { ...A2, id_token: renewed };
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, answer));
    await chmod(kept.path, 0o644);
    assert.deepEqual(await kept.open().obtain(), { token: 'A2', accountId: 'acct-1234' });
    const [sent] = kept.auth.requests;
    assert.equal(sent?.method, 'POST');
    assert.equal(sent.path, '/oauth/token');
    assert.equal(sent.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(sent.headers['user-agent'], PRODUCT_TOKEN);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(sent.body.toString())), {
      client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
      grant_type: 'refresh_token',
      refresh_token: 'R1',
      scope: 'openid profile email',
    });
    assert.deepEqual(await kept.stored(), {
      ...FLAT,
      access_token: 'A2',
      refresh_token: 'R2',
      id_token: renewed,
      expired: '2026-01-11T00:00:00Z',
      last_refresh: '2026-01-01T00:00:00Z',
    });
    assert.equal((await stat(kept.path)).mode & 0o777, 0o600);
  });

  it('111: fields that the answer does not have are kept (reference: blanked)', async (t) => {
    const answer = { access_token: 'A2', expires_in: 3600 };
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, answer));
    await kept.open().obtain();
    assert.deepEqual(await kept.stored(), {
      ...FLAT,
      access_token: 'A2',
      expired: '2026-01-01T01:00:00Z',
      last_refresh: '2026-01-01T00:00:00Z',
    });
  });

  it('writes into the nested shape of the Codex CLI', async (t) => {
    const kept = await keepFile(t, NESTED, (call) => call.json(200, A2));
    const keeper = kept.open();
    assert.deepEqual(await keeper.renew('A1'), { token: 'A2', accountId: 'acct-1234' });
    assert.deepEqual(await kept.stored(), {
      ...NESTED,
      tokens: { ...NESTED.tokens, access_token: 'A2', refresh_token: 'R2' },
      expired: '2026-01-11T00:00:00Z',
    });
  });

  it('without any word about its end counts as one hour', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, { access_token: 'A2' }));
    await kept.open().obtain();
    assert.equal((await kept.stored())['expired'], '2026-01-01T01:00:00Z');
  });

  it('with an absurd end is saved all the same', async (t) => {
    const answer = { ...A2, expires_in: 1e300 };
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, answer));
    await kept.open().obtain();
    const stored = await kept.stored();
    assert.equal(stored['refresh_token'], 'R2');
    assert.equal(stored['expired'], '2035-12-30T00:00:00Z');
  });

  it('is tried three times, one and two seconds apart', async (t) => {
    const broken = '<html>Bad gateway</html>';
    const kept = await keepFile(
      t,
      EXPIRED,
      inOrder(
        (call) => call.json(502, broken),
        (call) => call.reset(),
        (call) => call.json(200, A2),
      ),
    );
    const obtained = kept.open().obtain();
    await waitUntil(() => kept.clock.waits.includes(1000), 'the first pause');
    kept.clock.advance(1000);
    await waitUntil(() => kept.clock.waits.includes(2000), 'the second pause');
    kept.clock.advance(2000);
    assert.equal((await obtained)?.token, 'A2');
    assert.deepEqual(kept.spent(), ['R1', 'R1', 'R1']);
  });

  it('ends after 30 seconds without an answer; the socket is closed', async (t) => {
    const kept = await keepFile(t, EXPIRED, () => undefined);
    const obtained = assert.rejects(kept.open().obtain(), {
      code: 'token_refresh_failed',
      status: 503,
      message: /no answer in time/,
    });
    await waitUntil(() => kept.auth.calls[0], 'the request');
    kept.clock.advance(30_000);
    await obtained;
    await kept.auth.calls[0]?.clientGone;
    assert.equal(kept.auth.requests.length, 1);
  });

  it('does not take an endless answer', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, 'x'.repeat(300_000)));
    const obtained = assert.rejects(kept.open().obtain(), /too large/);
    await tries(kept.clock);
    await obtained;
  });
});

/** Lets the pauses between the tries of a refresh pass. */
async function tries(clock: { waits: number[]; advance(ms: number): void }): Promise<void> {
  for (const pause of [1000, 2000]) {
    await waitUntil(() => clock.waits.includes(pause), `a pause of ${pause} ms`);
    clock.advance(pause);
  }
}

describe('callers at the same time', () => {
  it('share one refresh', async (t) => {
    const gate = makeGate();
    const kept = await keepFile(t, EXPIRED, async (call) => {
      await gate.passed;
      call.json(200, A2);
    });
    const keeper = kept.open();
    const all = [keeper.obtain(), keeper.obtain(), keeper.renew('A1')];
    await waitUntil(() => kept.auth.requests.length > 0, 'the request');
    gate.open();
    for (const token of await Promise.all(all)) assert.equal(token?.token, 'A2');
    assert.equal(kept.auth.requests.length, 1);
  });

  it('113: a second refusal of the old token takes the new one without a call', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(200, A2));
    const keeper = kept.open();
    await keeper.obtain();
    assert.equal((await keeper.renew('A1'))?.token, 'A2');
    assert.equal((await keeper.renew('A1'))?.token, 'A2');
    assert.equal(kept.auth.requests.length, 1);
    assert.equal(kept.changes, 1);
  });

  it('a token that another program has renewed is taken from the file without a call', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(200, A2));
    const keeper = kept.open();
    await keeper.obtain();
    await writeFile(kept.path, JSON.stringify({ ...FLAT, access_token: 'A9' }));
    assert.equal((await keeper.renew('A1'))?.token, 'A9');
    assert.equal(kept.auth.requests.length, 0);
  });

  it('a new token that is refused at once is not refreshed in a loop', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(200, A2));
    const keeper = kept.open();
    assert.equal((await keeper.renew('A1'))?.token, 'A2');
    assert.equal(await keeper.renew('A2'), undefined);
    assert.equal(kept.auth.requests.length, 1);
    kept.clock.advance(30_000);
    assert.equal((await keeper.renew('A2'))?.token, undefined);
    assert.equal(kept.auth.requests.length, 2);
  });

  it('a keeper that is replaced during a refresh loses nothing', async (t) => {
    const gate = makeGate();
    const kept = await keepFile(t, EXPIRED, async (call) => {
      await gate.passed;
      call.json(200, A2);
    });
    const before = kept.open();
    const obtained = before.obtain();
    await waitUntil(() => kept.auth.requests.length > 0, 'the request');
    before.close();
    const after = kept.open().obtain();
    gate.open();
    assert.equal((await obtained)?.token, 'A2');
    assert.equal((await after)?.token, 'A2');
    assert.equal((await kept.stored())['refresh_token'], 'R2');
    assert.deepEqual(kept.spent(), ['R1']);
  });
});

describe('a refused refresh token', () => {
  for (const [status, code] of [
    [401, 'refresh_token_reused'], // 112
    [400, 'invalid_grant'],
    [401, 'whatever'],
  ] as const) {
    it(`112: ${status} ${code}: one attempt, then a login is needed`, async (t) => {
      const body = { error: { code } };
      const kept = await keepFile(t, EXPIRED, (call) => call.json(status, body));
      const keeper = kept.open();
      assert.equal(await keeper.obtain(), undefined);
      kept.clock.advance(DAY_MS);
      assert.equal(await keeper.obtain(), undefined);
      assert.equal(await keeper.renew('A1'), undefined);
      assert.equal(kept.auth.requests.length, 1);
      const warning = kept.logged.lines.find((line) => line['level'] === 'warn');
      assert.equal(warning?.['advice'], 'log in to this account again');
      assert.ok(!JSON.stringify(kept.logged.lines).includes('R1'));
    });
  }

  it('is forgotten as soon as the file has another one', async (t: TestContext) => {
    const kept = await keepFile(
      t,
      EXPIRED,
      inOrder(
        (call) => call.json(400, { error: 'invalid_grant' }),
        (call) => call.json(200, A2),
      ),
    );
    const keeper = kept.open();
    assert.equal(await keeper.obtain(), undefined);
    kept.clock.advance(60_000);
    await writeFile(kept.path, JSON.stringify({ ...EXPIRED, refresh_token: 'R9' }));
    assert.equal((await keeper.obtain())?.token, 'A2');
    assert.deepEqual(kept.spent(), ['R1', 'R9']);
  });

  it('a login by another program is noticed within a minute and reported', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(401, '{}'));
    const keeper = kept.open();
    assert.equal(await keeper.obtain(), undefined);
    const login = { ...FLAT, access_token: 'A9', refresh_token: 'R9' };
    await writeFile(kept.path, JSON.stringify(login));
    await waitUntil(() => kept.clock.waits.length > 0, 'the timer');
    kept.clock.advance(60_000);
    await waitUntil(() => kept.changes === 1, 'the report of the new token');
    assert.equal(keeper.current(kept.clock.now())?.token, 'A9');
  });

  it('a login is taken over at once when the file is said to be new; one timer stays', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(401, '{}'));
    const keeper = kept.open();
    assert.equal(await keeper.obtain(), undefined);
    await waitUntil(() => kept.clock.waits.length > 0, 'the timer');
    const login = { ...FLAT, access_token: 'A9', refresh_token: 'R9' };
    await writeFile(kept.path, JSON.stringify(login));
    keeper.look?.();
    keeper.look?.();
    await waitUntil(() => kept.changes > 0, 'the report of the new token');
    assert.equal(keeper.current(kept.clock.now())?.token, 'A9');
    await waitUntil(() => (kept.clock.waits[0] ?? 0) > 60_000, 'the timer of the new token');
    assert.equal(kept.clock.waits.length, 1);
    assert.deepEqual(kept.spent(), ['R1']);
  });

  it('does not matter while the access token is good', async (t) => {
    const soon = { ...FLAT, expired: '2026-01-01T00:00:20Z' };
    const kept = await keepFile(t, soon, (call) => call.json(401, '{}'));
    assert.equal((await kept.open().obtain())?.token, 'A1');
  });

  it('that another program has spent: its tokens are taken', async (t) => {
    const kept = await keepFile(t, EXPIRED, async (call) => {
      const login = { ...FLAT, access_token: 'A9', refresh_token: 'R9' };
      await writeFile(kept.path, JSON.stringify(login));
      call.json(401, { error: { code: 'refresh_token_reused' } });
    });
    assert.equal((await kept.open().obtain())?.token, 'A9');
    assert.equal((await kept.stored())['refresh_token'], 'R9');
  });
});

describe('an endpoint that fails', () => {
  it('is asked again after half a minute at the earliest', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(503, 'busy'));
    const keeper = kept.open();
    const failure = { code: 'token_refresh_failed', status: 503, message: /status 503/ };
    const first = assert.rejects(keeper.obtain(), failure);
    await tries(kept.clock);
    await first;
    await assert.rejects(keeper.obtain(), failure);
    assert.equal(await keeper.renew('A1'), undefined);
    assert.equal(kept.auth.requests.length, 3);
    kept.clock.advance(30_000);
    kept.auth.handler = (call) => call.json(200, A2);
    assert.equal((await keeper.obtain())?.token, 'A2');
  });

  it('never makes `renew` reject', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(200, A2));
    const keeper = kept.open();
    await keeper.obtain();
    await rm(kept.path);
    assert.equal(await keeper.renew('A1'), undefined);
    assert.equal(kept.auth.requests.length, 0);
  });
});

describe('ahead of its end', () => {
  it('a token is refreshed by the timer; nobody has to wait', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(200, A2));
    const keeper = kept.open();
    const hour = 60 * 60 * 1000;
    await waitUntil(() => kept.clock.waits[0] === hour, 'the timer');
    kept.clock.advance(5 * DAY_MS);
    await waitUntil(() => kept.changes === 1, 'the new token');
    assert.equal(keeper.current(kept.clock.now())?.token, 'A2');
    const stored = await waitUntil(async () => {
      const fields = await kept.stored();
      return fields['refresh_token'] === 'R2' ? fields : undefined;
    }, 'the new tokens in the file');
    assert.equal(stored['last_refresh'], '2026-01-06T00:00:00Z');
    await waitUntil(() => kept.clock.waits[0] === hour, 'the next timer');
    assert.equal(kept.auth.requests.length, 1);
  });

  it('accounts that are due at the start are spread by chance', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, A2));
    kept.clock.chance = 0.25;
    kept.open();
    await waitUntil(() => kept.clock.waits[0] === 15_000, 'the timer');
    assert.equal(kept.auth.requests.length, 0);
  });

  it('P11: a failure is followed by a pause of five minutes', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(500, 'x'));
    kept.open();
    await waitUntil(() => kept.clock.waits[0] === 0, 'the timer');
    kept.clock.advance(0);
    await tries(kept.clock);
    await waitUntil(() => kept.clock.waits.includes(300_000), 'the pause');
    assert.equal(kept.auth.requests.length, 3);
  });

  it('P12: a refresh whose token has ended already is followed by a pause of 30 seconds', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, { ...A2, expires_in: 1 }));
    kept.open();
    await waitUntil(() => kept.clock.waits[0] === 0, 'the timer');
    kept.clock.advance(0);
    await waitUntil(() => kept.changes === 1, 'the new token');
    await waitUntil(() => kept.clock.waits.length === 1, 'the end of the refresh');
    assert.deepEqual(kept.clock.waits, [30_000]);
    assert.equal(kept.auth.requests.length, 1);
  });

  it('a token renewed by another program is taken over without a call', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.json(500, 'x'));
    const keeper = kept.open();
    await keeper.obtain();
    const other = { ...FLAT, access_token: 'A9', refresh_token: 'R9', expired: '2026-01-15' };
    await writeFile(kept.path, JSON.stringify({ ...other, expired: '2026-01-15T00:00:00Z' }));
    await waitUntil(() => kept.clock.waits.length > 0, 'the timer');
    kept.clock.advance(5 * DAY_MS);
    await waitUntil(() => kept.changes === 1, 'the new token');
    assert.equal(keeper.current(kept.clock.now())?.token, 'A9');
    assert.equal(kept.auth.requests.length, 0);
  });

  it('a disabled credential is left alone, a closed keeper has no timer', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, A2));
    const keeper = kept.open();
    await waitUntil(() => kept.clock.waits.length === 1, 'the timer');
    keeper.close();
    kept.open({ disabled: true });
    assert.deepEqual(kept.clock.waits, []);
  });
});

describe('a file', () => {
  it('without a refresh token is used as it is: the upstream decides', async (t) => {
    const kept = await keepFile(t, { ...EXPIRED, refresh_token: '' }, (call) => call.turn());
    const keeper = kept.open();
    assert.equal((await keeper.obtain())?.token, 'A1');
    assert.equal(await keeper.renew('A1'), undefined);
    assert.equal(kept.auth.requests.length, 0);
  });

  it('that can not be read is an error of its own', async (t) => {
    const kept = await keepFile(t, FLAT, (call) => call.turn());
    await writeFile(kept.path, '{"access_token":');
    const keeper = kept.open();
    await assert.rejects(keeper.obtain(), { code: 'credential_file_failed' });
  });

  it('that can not be written: the tokens are used and written later', async (t) => {
    const kept = await keepFile(t, EXPIRED, async (call) => {
      await rm(kept.path);
      call.json(200, A2);
    });
    const keeper = kept.open();
    assert.equal((await keeper.obtain())?.token, 'A2');
    assert.ok(kept.logged.lines.some((line) => line['level'] === 'error'));
    // A keeper of changed settings must know them too.
    keeper.close();
    const next = kept.open();
    assert.equal(next.current(kept.clock.now())?.token, 'A2');
    await writeFile(kept.path, JSON.stringify(EXPIRED));
    await waitUntil(() => kept.clock.waits.length > 0, 'the timer');
    kept.clock.advance(60_000);
    await waitUntil(async () => (await kept.stored())['refresh_token'] === 'R2', 'the new tokens');
    assert.equal((await next.obtain())?.token, 'A2');
    assert.equal(kept.auth.requests.length, 1);
    assert.ok((await stat(dirname(kept.path))).isDirectory());
  });
});

describe('the token address', () => {
  it('is taken from the environment', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.json(200, A2));
    process.env[CODEX_TOKEN_URL_VARIABLE] = `${kept.auth.origin}/elsewhere`;
    t.after(() => delete process.env[CODEX_TOKEN_URL_VARIABLE]);
    const source = { kind: 'file', path: kept.path, fingerprint: '' } as const;
    const keeper = keeperFor(record({ source }), plainCaller, () => '', kept.logged.log);
    t.after(() => keeper.close());
    assert.equal((await keeper.obtain())?.token, 'A2');
    assert.equal(kept.auth.requests[0]?.path, '/elsewhere');
  });

  it('that is none fails with a message', async (t) => {
    const kept = await keepFile(t, EXPIRED, (call) => call.turn());
    process.env[CODEX_TOKEN_URL_VARIABLE] = 'not a url';
    t.after(() => delete process.env[CODEX_TOKEN_URL_VARIABLE]);
    const source = { kind: 'file', path: kept.path, fingerprint: '' } as const;
    const options = { clock: kept.clock };
    const keeper = keeperFor(record({ source }), plainCaller, () => '', kept.logged.log, options);
    t.after(() => keeper.close());
    const obtained = assert.rejects(keeper.obtain(), /not a URL/);
    await tries(kept.clock);
    await obtained;
  });
});
