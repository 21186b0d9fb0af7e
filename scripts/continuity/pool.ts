/** The pool under test: a sandbox with six accounts, and the proxy in front of it. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { writeConfig } from '../config-file.ts';
import type { Tally } from './tally.ts';

export const ACCOUNTS = 6;
export const MODEL = 'sandbox';

/** Two, so that one can die and the other one serve on. */
const HOSTS = 2;

/** What a run talks to. */
export interface Pool {
  origin: string;
  sandbox: Sandbox;
  /** Exhausts two accounts and kills a host. */
  breakThings(): void;
  stop(): Promise<void>;
}

/** The sandbox alone, for the ideal: one account, no proxy. */
export async function startAlone(tally: Tally): Promise<Pool> {
  const sandbox = await startSandbox({ onTurn: (turn) => tally.seen(turn) });
  return {
    origin: sandbox.origin,
    sandbox,
    breakThings: () => undefined,
    stop: () => sandbox.close(),
  };
}

/** Sandbox and proxy. */
export async function startPool(tally: Tally): Promise<Pool> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-continuity-'));
  const sandbox = await startSandbox({ onTurn: (turn) => tally.seen(turn) });
  const script = fileURLToPath(new URL('proxy.ts', import.meta.url));
  const proxy = fork(script, [configFile(folder, sandbox.origin)], {
    execArgv: ['--import', 'tsx'],
    env: { SWITCHYARD_LOG: 'off', ...process.env },
  });
  const [started] = (await Promise.race([
    once(proxy, 'message'),
    once(proxy, 'exit').then(() => Promise.reject(new Error('the proxy did not start'))),
  ])) as [{ port: number }];
  return {
    origin: `http://127.0.0.1:${started.port}`,
    sandbox,
    breakThings: () => {
      for (const name of accountNames().slice(0, 2)) sandbox.exhaust(name, 3600);
      proxy.send('kill a host');
    },
    stop: async () => {
      const exited = once(proxy, 'exit');
      proxy.kill('SIGKILL');
      await exited;
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const accountNames = (): string[] =>
  Array.from({ length: ACCOUNTS }, (_, index) => `sandbox-${index + 1}`);

const configFile = (folder: string, origin: string): string =>
  writeConfig(folder, {
    switchyard: { threads: { hosts: HOSTS } },
    'codex-api-key': accountNames().map((name) => ({
      'api-key': name,
      'base-url': `${origin}/v1`,
      websockets: true,
      models: [{ name: MODEL }],
    })),
  });
