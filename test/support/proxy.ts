/**
 * The whole proxy in one call, for tests: real threads, real files, a free port on loopback. Tests
 * describe the configuration as an object; it is written as a config file.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectLog } from './logs.ts';
import type * as Program from '../../src/supervisor/supervisor.ts';
import { tempDir, type Cleanup } from './temp.ts';

/** Set by the runner of all tests, which builds first. */
const BUILT = process.env['SWITCHYARD_TEST_BUILD'] === '1';

/** The sources, or what is built of them: its threads start in a fraction of the time. */
const program = (): Promise<typeof Program> =>
  import(BUILT ? '../../dist/supervisor.js' : '../../src/supervisor/supervisor.ts');

/** A running proxy. */
export interface TestProxy {
  readonly origin: string;
  readonly port: number;
  readonly folder: string;
  readonly configPath: string;
  readonly authDir: string;
  readonly supervisor: Program.Supervisor;
  /** Log lines of the main thread. */
  readonly lines: Record<string, unknown>[];
  /** Replaces the config file as an editor does; the proxy reloads it. */
  writeConfig(config: Record<string, unknown>): Promise<void>;
  /** `deadlineMs`: time for open turns; default none. Only the first call counts. */
  stop(deadlineMs?: number): Promise<void>;
}

/** Starts a proxy; it ends with the test. `config` is the file's content without port and folders. */
export async function startProxy(
  test: Cleanup,
  config: Record<string, unknown>,
  folder?: string,
): Promise<TestProxy> {
  const home = folder ?? (await tempDir(test));
  const authDir = join(home, 'auth');
  const configPath = join(home, 'config.yaml');
  const writeConfig = (next: Record<string, unknown>): Promise<void> => {
    const whole = { host: '127.0.0.1', port: 0, 'auth-dir': authDir, ...next };
    return writeFile(configPath, JSON.stringify(whole));
  };
  await writeConfig(config);
  const { log, lines } = collectLog('main');
  const { Supervisor } = await program();
  const supervisor = await Supervisor.start({ configPath, version: 'test', log });
  let stopped: Promise<void> | undefined;
  const stop = (deadlineMs = 0): Promise<void> => (stopped ??= supervisor.stop(deadlineMs));
  test.after(() => stop());
  const port = supervisor.port;
  const origin = `http://127.0.0.1:${port}`;
  return { origin, port, folder: home, configPath, authDir, supervisor, lines, writeConfig, stop };
}

/** The same with a server of choice; `before` hooks are the place, for it sets the environment. */
export async function startProxyOn(
  server: 'uws' | 'node',
  test: Cleanup,
  config: Record<string, unknown>,
): Promise<TestProxy> {
  process.env['SWITCHYARD_SERVER'] = server;
  try {
    return await startProxy(test, config);
  } finally {
    delete process.env['SWITCHYARD_SERVER'];
  }
}

/** Config entries of `count` Codex API keys on one upstream, models as given. */
export function codexKeys(
  origin: string,
  count: number,
  models: string[] = ['gpt-5.5'],
): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    'api-key': `key-${index}`,
    'base-url': `${origin}/v1`,
    models: models.map((name) => ({ name })),
  }));
}
