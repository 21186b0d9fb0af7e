/** The command itself: what `npm start` runs, as a process of its own. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { sendRequest } from '../support/http-client.ts';
import { tempDir, type Cleanup } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';

const START = new URL('../../scripts/start.mjs', import.meta.url).pathname;

/** Compiling what changed comes first, on a machine that runs other tests too. */
const PATIENCE = { timeoutMs: 60_000 };

interface Command {
  out: string;
  error: string;
  /** Undefined while it runs. */
  code: number | null | undefined;
  signal(name: NodeJS.Signals): void;
}

async function start(t: Cleanup, ...args: string[]): Promise<Command> {
  const cwd = await tempDir(t);
  const child = spawn(process.execPath, [START, ...args], {
    cwd,
    env: { ...process.env, SWITCHYARD_LOG: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  const command: Command = { out: '', error: '', code: undefined, signal };
  child.stdout.on('data', (text: Buffer) => (command.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (command.error += text.toString()));
  const closed = once(child, 'close').then(([code]) => (command.code = code as number | null));
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return command;
}

async function configFile(t: Cleanup, config: Record<string, unknown>): Promise<string> {
  const folder = await tempDir(t);
  const path = join(folder, 'my config.yaml');
  const whole = { host: '127.0.0.1', port: 0, 'auth-dir': join(folder, 'auth'), ...config };
  await writeFile(path, JSON.stringify(whole));
  return path;
}

const ended = (command: Command): Promise<unknown> =>
  waitUntil(() => command.code !== undefined, 'the command to end', PATIENCE);

const lines = ({ out }: Command): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the command', () => {
  it('-config FILE: says where it listens, serves, and ends well on SIGTERM', async (t) => {
    const command = await start(t, '-config', await configFile(t, {}));
    const listening = await waitUntil(
      () => {
        assert.equal(command.code, undefined, command.error);
        return lines(command).find(({ msg }) => msg === 'listening');
      },
      'the line that says where it listens',
      PATIENCE,
    );
    assert.equal(listening['host'], '127.0.0.1');
    // The second one is translated in a thread of the pool for large bodies.
    for (const input of ['Hi', 'large '.repeat(300_000)]) {
      const answer = await sendRequest(
        `http://127.0.0.1:${String(listening['port'])}/v1/responses`,
        { body: { model: 'sandbox', input } },
      );
      assert.equal(answer.status, 200, await answer.text());
    }
    await waitUntil(() => lines(command).find(({ route }) => route !== undefined), 'a log line');
    command.signal('SIGTERM');
    await ended(command);
    assert.equal(command.code, 0);
    assert.equal(command.error, '');
  });

  it('a port in use: one sentence that names the address, code 1', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const command = await start(t, `--config=${await configFile(t, { port })}`);
    await ended(command);
    assert.equal(command.code, 1);
    assert.match(command.error, new RegExp(`^switchyard: .*127\\.0\\.0\\.1:${port}: .*in use\\n$`));
  });

  it('a file that is missing and a flag that does not exist: code 1 and the reason', async (t) => {
    const cases: [args: string[], reason: RegExp][] = [
      [['--config', 'nowhere.yaml'], /nowhere\.yaml/],
      [['--nonsense'], /unknown argument --nonsense[^]*usage/],
    ];
    const commands = await Promise.all(cases.map(([args]) => start(t, ...args)));
    for (const [index, command] of commands.entries()) {
      await ended(command);
      assert.equal(command.code, 1);
      assert.match(command.error, cases[index]?.[1] ?? /^$/);
    }
  });
});
