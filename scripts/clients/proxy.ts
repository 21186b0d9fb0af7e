/** The proxy of one scenario: a process with a configuration of its own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { probeListen } from '../../src/front/server/listen-failure.ts';
import { startProcess, type Measured } from '../bench/processes.ts';
import { FAMILIES, type Family } from '../../test/support/families.ts';
import { KEY } from './client.ts';
import type { Scenario } from './scenario.ts';

type Json = Record<string, unknown>;

/** What users begin with. */
const DEFAULTS = new URL('../../config.yaml', import.meta.url);
const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Model that is asked for: the clients' own tables know the one of Codex. */
export const modelOf = ({ family }: Scenario): string =>
  family === 'codex' ? 'gpt-5.4' : FAMILIES[family].model;

/** Where the system takes none for connections that others open, not even between two starts. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

async function freePort(): Promise<number> {
  const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
  return probeListen('127.0.0.1', port).catch(freePort);
}

/** A running proxy. */
export class ScenarioProxy {
  readonly #config: Json;
  readonly #path: string;
  #process: Measured | undefined;

  private constructor(folder: string, config: Json) {
    mkdirSync(folder, { recursive: true });
    this.#config = config;
    this.#path = join(folder, 'config.yaml');
  }

  /** `origin`: of the upstream. */
  static async start(folder: string, origin: string, scenario: Scenario): Promise<ScenarioProxy> {
    const proxy = new ScenarioProxy(folder, {
      ...(parse(readFileSync(DEFAULTS, 'utf8')) as Json),
      port: await freePort(),
      // A reload is told at this level only.
      debug: true,
      'auth-dir': join(folder, 'auth'),
      'api-keys': scenario.client.keyless === true ? [] : [KEY],
      ...poolOf(origin, scenario),
    });
    await proxy.#start();
    return proxy;
  }

  get port(): number {
    return Number(this.#config['port']);
  }

  stop(): void {
    this.#process?.stop();
  }

  /** Kills it, and starts it on the same port. */
  async restart(): Promise<void> {
    const exit = new Promise((resolve) => this.#process?.child.on('exit', resolve));
    this.stop();
    await exit;
    await this.#start();
  }

  /** Takes an account out while it runs; resolves when the proxy has seen it. */
  async drop(account: string): Promise<void> {
    const output = this.#process?.child.stdout;
    const reload = new Promise<void>((resolve) => {
      let text = '';
      output?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.includes('config changes detected')) resolve();
      });
    });
    for (const [name, value] of Object.entries(this.#config)) {
      this.#config[name] = withoutKey(value, account);
    }
    this.#write();
    await reload;
  }

  /** A conversation of somebody else, which takes the account whose turn it is. */
  async ask(model: string): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Something else' }] }),
    });
    if (!response.ok) throw new Error(`the proxy answered ${response.status}`);
    await response.text();
  }

  async #start(): Promise<void> {
    this.#write();
    const args = [PROGRAM, '--config', this.#path];
    this.#process = await startProcess('switchyard', args, /"port":(\d+),"backend"/);
  }

  #write(): void {
    writeFileSync(this.#path, JSON.stringify(this.#config));
  }
}

function poolOf(origin: string, scenario: Scenario): Json {
  const family: Family = FAMILIES[scenario.family];
  const pool = family.pool(origin, scenario.accounts, [modelOf(scenario)]);
  for (const entry of (pool['codex-api-key'] ?? []) as Json[]) entry['websockets'] = true;
  return pool;
}

/** Without the entry of that key, at any depth. */
function withoutKey(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const others = value.filter((one) => (one as Json | null)?.['api-key'] !== key);
    return others.map((one) => withoutKey(one, key));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutKey(member, key)]);
  return Object.fromEntries(members) as Json;
}
