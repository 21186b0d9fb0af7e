/** A command in this process, with a terminal, a clock and a home of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseCommand } from '../../src/cli/flags.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { runCommand } from '../../src/cli/run.ts';
import { toSwitchyardError, type SwitchyardError } from '../../src/errors.ts';
import { FakeClock } from '../actors/tokens/fake-clock.ts';
import { tempDir, type Cleanup } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';

/** 2026-01-01T00:00:00Z */
export const START_MS = Date.UTC(2026, 0, 1);

export type Fields = Record<string, unknown>;

/** A command that runs, or has ended. */
export interface Running {
  /** Exit code; undefined: it failed. */
  readonly ended: Promise<number | undefined>;
  /** Why it failed. */
  error: SwitchyardError | undefined;
}

export class CliWorld {
  readonly home: string;
  readonly authDir: string;
  readonly clock = new FakeClock(START_MS);
  readonly input: PassThrough & { isTTY?: boolean } = new PassThrough();
  env: Record<string, string> = {};
  /** Lines of standard output and of standard error. */
  out: string[] = [];
  notes: string[] = [];
  /** Pages that a browser was asked to show. */
  readonly opened: string[] = [];
  hasBrowser = true;
  #random = 0;

  constructor(home: string) {
    this.home = home;
    // As without any config file.
    this.authDir = join(home, '.cli-proxy-api');
  }

  get io(): CliIo {
    return {
      out: (line) => void this.out.push(line),
      note: (line) => void this.notes.push(line),
      input: this.input,
      env: this.env,
      cwd: this.home,
      homeDir: this.home,
      clock: this.clock,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => (this.#random += 1)),
      openBrowser: (url) => {
        this.opened.push(url);
        return Promise.resolve(this.hasBrowser);
      },
    };
  }

  start(...args: string[]): Running {
    this.out = [];
    this.notes = [];
    const running: Running = {
      ended: this.#run(args, (error) => (running.error = error)),
      error: undefined,
    };
    return running;
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<{ code: number | undefined; error: string; text: string }> {
    const running = this.start(...args);
    const code = await running.ended;
    return { code, error: running.error?.message ?? '', text: this.text };
  }

  get text(): string {
    return this.out.join('\n');
  }

  /** Waits for a line of the output and gives what the expression caught. */
  async line(pattern: RegExp): Promise<string> {
    return waitUntil(
      () => {
        const match = pattern.exec(this.text);
        return match === null ? undefined : (match[1] ?? match[0]);
      },
      `the output to match ${String(pattern)}`,
    );
  }

  async file(name: string): Promise<Fields> {
    return JSON.parse(await readFile(join(this.authDir, name), 'utf8')) as Fields;
  }

  async #run(args: string[], fail: (error: SwitchyardError) => void): Promise<number | undefined> {
    try {
      const command = parseCommand(args);
      if (command.name === 'serve') throw new Error('a proxy is not started here');
      return await runCommand(this.io, command);
    } catch (thrown) {
      fail(toSwitchyardError(thrown));
      return undefined;
    }
  }
}

export const cliWorld = async (test: Cleanup): Promise<CliWorld> =>
  new CliWorld(await tempDir(test));
