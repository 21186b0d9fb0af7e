/** The world of a command: terminal, time, chance. Tests hand in their own. */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { openBrowser } from './browser.ts';

/** Time of a command; its timers keep the process alive. */
export interface CliClock {
  /** Unix ms. */
  now(): number;
  /** Runs once after that many milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** What a command may touch beside files and the network. */
export interface CliIo {
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error: what a person should know while output goes into a pipe. */
  note(line: string): void;
  /** `unref`: a pipe that stays open no longer keeps the process alive. */
  readonly input: Readable & { readonly isTTY?: boolean; unref?(): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homeDir: string;
  readonly clock: CliClock;
  /** That many bytes that nobody can guess. */
  random(bytes: number): Uint8Array;
  /** Shows a page to the person; false when that is not possible here. */
  openBrowser(url: string): Promise<boolean>;
}

const systemCliClock: CliClock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The process's own. */
export const processIo = (homeDir: string): CliIo => ({
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  input: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  homeDir,
  clock: systemCliClock,
  random: randomBytes,
  openBrowser,
});
