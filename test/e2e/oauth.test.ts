/** OAuth accounts in files: refresh ahead, on 401, once for all, and what happens when it fails. */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endingOf, PATHS, shortTurn } from '../support/endings.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { waitUntil } from '../support/wait.ts';

type Fields = Record<string, unknown>;

const FAR = '2099-01-01T00:00:00Z';
const PAST = '2020-01-01T00:00:00Z';

/** A reload goes through several threads. */
const PATIENCE = { timeoutMs: 60_000 };

describe('OAuth accounts', async () => {
  const tokens = await startFakeUpstream({ after });
  process.env['SWITCHYARD_CODEX_TOKEN_URL'] = `${tokens.origin}/oauth/token`;
  after(() => delete process.env['SWITCHYARD_CODEX_TOKEN_URL']);
  const upstream = await startFakeUpstream({ after });
  // Between two tests there is no account; a sandbox would have to start then, and its thread takes
  // seconds on a busy machine, during which the removed accounts are still there.
  const proxy = await startProxy(
    { after },
    { routing: { strategy: 'fill-first' }, switchyard: { sandbox: 'off' } },
  );
  // Instead of the ChatGPT backend.
  const base = { base_url: `${upstream.origin}/codex` };

  let issued = 0;
  const grant = (): void => {
    tokens.handler = (call) => {
      issued += 1;
      call.json(200, {
        access_token: `fresh-${issued}`,
        refresh_token: `refresh-${issued}`,
        expires_in: 864_000,
      });
    };
  };
  const refuse = (): unknown =>
    (tokens.handler = (call) => call.json(400, { error: 'invalid_grant' }));
  const accept = (good: (token: string) => boolean): void => {
    upstream.handler = (call) => {
      const token = call.request.headers['authorization']?.replace('Bearer ', '') ?? '';
      if (good(token)) call.turn();
      else call.json(401, { error: { message: 'expired', code: 'token_expired' } });
    };
  };
  const files = new Set<string>();
  beforeEach(async () => {
    for (const name of files) await rm(join(proxy.authDir, name), { force: true });
    await waitUntil(
      async () => !(await models(proxy)).some((id) => id.startsWith('x-')),
      'no files',
      PATIENCE,
    );
    files.clear();
    grant();
    accept(() => true);
  });

  /** Adds an account that offers one model of its own name; all offer `gpt-5.5`. */
  async function addFile(name: string, fields: Fields): Promise<string> {
    const path = join(proxy.authDir, `${name}.json`);
    files.add(`${name}.json`);
    const aliases = [{ name: 'gpt-5.5', alias: `x-${name}`, fork: true }];
    const whole = { ...base, model_aliases: aliases, custom: { kept: [1] }, ...fields };
    const draft = join(proxy.folder, 'draft');
    await writeFile(draft, JSON.stringify(whole, null, 2), { mode: 0o644 });
    await rename(draft, path);
    await waitUntil(
      async () => (await models(proxy)).includes(`x-${name}`),
      `account ${name}`,
      PATIENCE,
    );
    return path;
  }

  const SHAPES: [name: string, fields: Fields, read: (file: Fields) => Fields][] = [
    [
      'flat',
      {
        type: 'codex',
        access_token: 'old',
        refresh_token: 'r-flat',
        account_id: 'acct-1',
        expired: PAST,
      },
      (file) => file,
    ],
    [
      'nested',
      {
        OPENAI_API_KEY: null,
        tokens: { access_token: 'old', refresh_token: 'r-nested', account_id: 'acct-1' },
        expired: PAST,
      },
      (file) => file['tokens'] as Fields,
    ],
  ];
  for (const [name, fields, read] of SHAPES) {
    it(`an expired token (${name} file): 40 turns at once, one refresh, file rewritten`, async () => {
      const path = await addFile(name, fields);
      const refreshes = count(tokens);
      const turns = Array.from({ length: 40 }, () => ask(proxy, `x-${name}`));
      for (const answer of await Promise.all(turns)) {
        assert.equal(answer.status, 200, await answer.text());
      }
      assert.equal(refreshes(), 1);
      const form = new URLSearchParams(tokens.requests.at(-1)?.body.toString());
      assert.equal(form.get('refresh_token'), `r-${name}`);
      const sent = upstream.requests.slice(-40);
      for (const { path: where, headers } of sent) {
        assert.equal(where, '/codex/responses');
        assert.equal(headers['authorization'], `Bearer fresh-${issued}`);
        assert.equal(headers['chatgpt-account-id'], 'acct-1');
      }
      const file = JSON.parse(await readFile(path, 'utf8')) as Fields;
      assert.equal(read(file)['access_token'], `fresh-${issued}`);
      assert.equal(read(file)['refresh_token'], `refresh-${issued}`);
      assert.deepEqual(file['custom'], { kept: [1] });
      assert.equal(file['base_url'], base.base_url);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    });
  }

  const live = (name: string): Fields => ({
    type: 'codex',
    access_token: `${name}-token`,
    refresh_token: `${name}-refresh`,
    account_id: `acct-${name}`,
    expired: FAR,
  });

  it('P18: 401: refresh, repeat on the same account, nobody rests', async () => {
    await addFile('a', live('a'));
    await addFile('b', live('b'));
    accept((token) => token !== 'a-token');
    const refreshes = count(tokens);
    const sent = count(upstream);
    for (const stream of [true, false]) {
      const answer = await ask(proxy, 'gpt-5.5', stream);
      assert.equal((await endingOf(answer, 'responses')).kind, 'ok');
    }
    assert.equal(refreshes(), 1);
    assert.equal(sent(), 3, 'refused, repeated, and the second turn');
    for (const { headers } of upstream.requests.slice(-3)) {
      assert.equal(headers['chatgpt-account-id'], 'acct-a');
    }
  });

  it('401 and the refresh is refused: the other account serves, and is the only one asked', async () => {
    await addFile('c', live('c'));
    await addFile('d', live('d'));
    refuse();
    accept((token) => token !== 'c-token');
    const sent = count(upstream);
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await ask(proxy, 'gpt-5.5')).status, 200);
    }
    assert.equal(sent(), 3);
  });

  it('an expired token and no refresh: the other account serves without an error', async () => {
    await addFile('e', { ...live('e'), expired: PAST });
    await addFile('f', live('f'));
    refuse();
    const answer = await ask(proxy, 'gpt-5.5', true);
    assert.equal((await endingOf(answer, 'responses')).kind, 'ok');
    assert.equal(upstream.requests.at(-1)?.headers['chatgpt-account-id'], 'acct-f');
  });

  it('one account without a refresh: 401, then 503, both with words', async () => {
    await addFile('g', { ...live('g'), expired: PAST });
    refuse();
    const sent = count(upstream);
    for (const status of [401, 503]) {
      const ending = await endingOf(await ask(proxy, 'x-g'), 'responses');
      assert.deepEqual([ending.kind, ending.status], ['refused', status], ending.message);
    }
    assert.equal(sent(), 0);
  });

  it('a disabled file serves nothing', async () => {
    await addFile('h', live('h'));
    const path = await addFile('i', live('i'));
    await writeFile(path, JSON.stringify({ ...base, ...live('i'), disabled: true }));
    await waitUntil(
      async () => !(await models(proxy)).includes('x-i'),
      'the file to be read',
      PATIENCE,
    );
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal((await ask(proxy, 'gpt-5.5')).status, 200);
      assert.equal(upstream.requests.at(-1)?.headers['chatgpt-account-id'], 'acct-h');
    }
  });
});

const count =
  (server: FakeUpstream, before = server.requests.length) =>
  () =>
    server.requests.length - before;

const ask = (proxy: TestProxy, model: string, stream = false): Promise<ClientAnswer> =>
  sendRequest(proxy.origin + PATHS.responses, { body: shortTurn('responses', model, stream) });

async function models(proxy: TestProxy): Promise<string[]> {
  const answer = await sendRequest(`${proxy.origin}/v1/models`);
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}
