/** Accounts that are added, listed and changed while a proxy serves: commands beside a real proxy. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliWorld, type CliWorld, type Fields } from '../cli/support.ts';
import { idToken, writeJson } from '../credentials/support.ts';
import { claudeError, claudeSse, claudeTurn } from '../support/claude-wire.ts';
import { shortTurn, PATHS } from '../support/endings.ts';
import { ANN, BEN, startFakeAuth, type Person } from '../support/fake-auth.ts';
import { startFakeUpstream, type UpstreamHandler } from '../support/fake-upstream.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startProxy } from '../support/proxy.ts';
import { tempDir, type Cleanup } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const FAR = '2099-01-01T00:00:00Z';
/** In two hours, as it reads in whole minutes for the next half one. */
const RESET_IN_S = 2 * 3600 - 30;

describe('accounts beside a proxy', async () => {
  const auth = await startFakeAuth({ after });
  Object.assign(process.env, auth.env);
  after(() => Object.keys(auth.env).forEach((name) => delete process.env[name]));
  const upstream = await startFakeUpstream({ after });
  /** What the upstream says to the bearer of a token; else it serves. */
  const refusals = new Map<string, UpstreamHandler>();
  upstream.handler = (call) => {
    const token = call.request.headers['authorization']?.replace('Bearer ', '') ?? '';
    const refusal = refusals.get(token);
    if (refusal !== undefined) return refusal(call);
    if (call.request.path.startsWith('/v1/messages')) return call.sse(claudeSse(claudeTurn()));
    return call.turn();
  };
  const proxy = await startProxy({ after }, { 'request-retry': 0 });

  async function world(t: Cleanup): Promise<CliWorld> {
    const made = await cliWorld(t);
    made.env = auth.env;
    made.clock.advance(Date.now() - made.clock.now());
    return made;
  }

  const config = ['--config', proxy.configPath];

  async function logIn(cli: CliWorld, person: Person, provider = 'codex'): Promise<void> {
    const flags = ['--no-browser', '--callback-port', '0', ...config];
    const running = cli.start('login', provider, ...flags);
    const page = await cli.line(/(http\S+\/oauth\/authorize\?\S+)/);
    cli.input.write(`${auth.approve(page, person).href}\n`);
    assert.equal(await running.ended, 0, running.error?.message);
  }

  /** An account's file that leads to the fake upstream, and a model of its own name. */
  async function addFile(name: string, person: Person, fields: Fields): Promise<string> {
    const path = await writeJson(proxy.authDir, `${name}.json`, {
      type: 'codex',
      base_url: `${upstream.origin}/codex`,
      id_token: idToken(person.email, person.accountId, person.plan),
      access_token: `${name}-old`,
      refresh_token: `${name}-spent`,
      expired: FAR,
      model_aliases: [{ name: 'gpt-5.5', alias: `x-${name}`, fork: true }],
      ...fields,
    });
    await waitUntil(() => offers(`x-${name}`), `account ${name}`);
    return path;
  }

  const ask = (model: string): Promise<ClientAnswer> =>
    sendRequest(proxy.origin + PATHS.responses, { body: shortTurn('responses', model, false) });

  async function offers(model: string): Promise<boolean> {
    const answer = await sendRequest(`${proxy.origin}/v1/models`);
    const { data } = (await answer.json()) as { data: { id: string }[] };
    return data.some(({ id }) => id === model);
  }

  const row = async (cli: CliWorld, account: string): Promise<string> => {
    const { text } = await cli.run('accounts', ...config);
    return text.split('\n').find((line) => line.startsWith(account)) ?? '';
  };

  it('a login adds an account to the running proxy', async (t) => {
    const cli = await world(t);
    await logIn(cli, { ...BEN, email: 'new@example.com' });
    await waitUntil(() => offers('gpt-5.5'), 'the models of the account');
    assert.match(await row(cli, 'new@example.com'), / team +ready .* ends in 10d /);
    await cli.run('accounts', 'remove', 'new@example.com', ...config);
    await waitUntil(async () => !(await offers('gpt-5.5')), 'the account to go');
  });

  it('a refused account is shown; a login brings it back at once', async (t) => {
    const cli = await world(t);
    const path = await addFile('mine', ANN, { priority: 7 });
    refusals.set('mine-old', (call) => call.json(401, { error: { code: 'token_expired' } }));
    assert.equal((await ask('x-mine')).status, 401);
    await waitUntil(async () => / login needed /.test(await row(cli, ANN.email)), 'the state');
    await logIn(cli, ANN);
    await waitUntil(async () => (await ask('x-mine')).status === 200, 'the account to serve');
    const file = JSON.parse(await readFile(path, 'utf8')) as Fields;
    assert.deepEqual([file['priority'], file['base_url']], [7, `${upstream.origin}/codex`]);
    assert.equal(
      upstream.requests.at(-1)?.headers['authorization'],
      `Bearer ${String(file['access_token'])}`,
    );
    await waitUntil(async () => / ready /.test(await row(cli, ANN.email)), 'the state');
  });

  it('the same for a Claude account', async (t) => {
    const cli = await world(t);
    const eve = { ...ANN, email: 'eve@example.com' };
    await addFile('eve', eve, {
      type: 'claude',
      base_url: upstream.origin,
      id_token: '',
      email: eve.email,
      model_aliases: [{ name: 'claude-opus-4-6', alias: 'x-eve', fork: true }],
    });
    refusals.set('eve-old', (call) => call.json(401, claudeError('authentication_error', 'old')));
    assert.equal((await ask('x-eve')).status, 401);
    await waitUntil(async () => / login needed /.test(await row(cli, eve.email)), 'the state');
    await logIn(cli, eve, 'claude');
    await waitUntil(async () => (await ask('x-eve')).status === 200, 'the account to serve');
    const bearer = upstream.requests.at(-1)?.headers['authorization'] ?? '';
    assert.match(bearer, /^Bearer sk-ant-oat01-code-\d+$/);
    assert.match(await row(cli, eve.email), / claude +- +ready .* ends in 8h +eve\.json$/);
  });

  it('cooldown and quota are shown, with the proxy and after it', async (t) => {
    const cli = await world(t);
    await addFile('busy', BEN, {});
    const resetsAt = Math.floor(Date.now() / 1000) + RESET_IN_S;
    refusals.set('busy-old', (call) =>
      call.json(
        429,
        { error: { type: 'usage_limit_reached', message: 'the limit', resets_at: resetsAt } },
        {
          'x-codex-primary-used-percent': '100',
          'x-codex-primary-window-minutes': '300',
          'x-codex-primary-reset-at': String(resetsAt),
        },
      ),
    );
    assert.equal((await ask('x-busy')).status, 429);
    const shown = await waitUntil(async () => {
      const line = await row(cli, BEN.email);
      return line.includes('100%') ? line : undefined;
    }, 'cooldown and quota');
    assert.match(shown, / team +(cooling|limited) for 2h(:| ).* 5h 100% \(resets in 2h\) /);
    assert.match(cli.text, /last error 429: .*the limit/);
    await proxy.stop();
    assert.equal((await row(cli, BEN.email)).trim(), shown.trim());
  });
});

describe('changes of accounts beside a proxy', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy({ after }, {});
  const config = ['--config', proxy.configPath];

  async function models(): Promise<string> {
    return (await sendRequest(`${proxy.origin}/v1/models`)).text();
  }

  it('disable, enable and remove are in force without a restart', async (t) => {
    const cli = await cliWorld(t);
    await writeJson(proxy.authDir, 'a.json', {
      type: 'codex',
      email: 'a@example.com',
      base_url: `${upstream.origin}/codex`,
      access_token: 'A',
      expired: FAR,
    });
    const served = async (wanted: boolean): Promise<boolean> =>
      (await models()).includes('"gpt-5.5"') === wanted;
    await waitUntil(() => served(true), 'the account');
    for (const [action, wanted] of [
      ['disable', false],
      ['enable', true],
      ['remove', false],
    ] as const) {
      assert.equal((await cli.run('accounts', action, 'a@', ...config)).code, 0);
      await waitUntil(() => served(wanted), action);
    }
  });
});

describe('the program', () => {
  /** Starts it with a standard input that stays open, like a terminal's. */
  function start(t: Cleanup, home: string, env: Record<string, string>, ...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      cwd: new URL('../..', import.meta.url).pathname,
      env: { ...process.env, ...env, HOME: home, CODEX_HOME: join(home, '.codex') },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const program = {
      out: '',
      error: '',
      type: (text: string): unknown => child.stdin.write(text),
      code: new Promise((resolve) => child.once('close', resolve)),
    };
    t.after(async () => {
      child.kill('SIGKILL');
      await program.code;
    });
    child.stdout.on('data', (text: Buffer) => (program.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (program.error += text.toString()));
    return program;
  }

  async function run(t: Cleanup, home: string, ...args: string[]) {
    const program = start(t, home, {}, ...args);
    return { code: await program.code, out: program.out, error: program.error };
  }

  it('logs in with a pasted address and ends by itself', async (t) => {
    const home = await tempDir(t);
    const auth = await startFakeAuth(t);
    const configPath = join(home, 'c.yaml');
    await writeFile(configPath, `auth-dir: ${JSON.stringify(join(home, 'auth'))}\n`);
    const args = ['login', 'codex', '-no-browser', '-callback-port', '0', '-config', configPath];
    const program = start(t, home, auth.env, ...args);
    const page = await waitUntil(
      () => /(http\S+\/oauth\/authorize\?\S+)/.exec(program.out)?.[1],
      'the address of the page',
      { timeoutMs: 30_000 },
    );
    program.type(`${auth.approve(page, ANN).href}\n`);
    assert.equal(await program.code, 0, program.error);
    assert.match(program.out, /Added ann@example\.com \(plan plus\)/);
  });

  it('lists, imports and explains itself, and ends by itself', async (t) => {
    const home = await tempDir(t);
    const configPath = join(home, 'c.yaml');
    await writeFile(configPath, `auth-dir: ${JSON.stringify(join(home, 'auth'))}\n`);
    const auth = join(home, 'auth.json');
    const tokens = {
      access_token: 'A',
      refresh_token: 'R',
      id_token: idToken('a@b.c', 'acct-1', 'pro'),
    };
    await writeFile(auth, JSON.stringify({ tokens }));
    const imported = await run(t, home, 'login', 'import', auth, '--config', configPath);
    assert.deepEqual([imported.code, imported.error.includes('refresh_token_reused')], [0, true]);
    const listed = await run(t, home, 'accounts', '--config', configPath);
    assert.equal(listed.code, 0, listed.error);
    assert.match(listed.out, /^ACCOUNT[^]*\na@b\.c +codex +pro +ready /);
  });

  it('a busy port of the login: code 13', async (t) => {
    const home = await tempDir(t);
    const { port } = new URL((await startFakeUpstream(t)).origin);
    const { code, error } = await run(t, home, '-codex-login', '-oauth-callback-port', port);
    assert.equal(code, 13, error);
    assert.match(error, new RegExp(`^switchyard: port ${port} .*in use`));
  });
});
