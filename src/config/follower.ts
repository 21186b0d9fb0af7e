/**
 * Follows one directory: file-system events are hints that start an inspection after a short
 * collecting time. Inspections never overlap. A slow poll covers what events miss (network and
 * container mounts, a directory that was replaced, no free watches).
 */
import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Events within this time are handled together (config.md 13). */
export const COLLECT_MS = 150;

/** How often the directory is looked at without an event: a few `stat` calls, so often is cheap. */
export const POLL_MS = 5000;

/** What is followed, and what happens then. */
export interface FollowOptions {
  dir: string;
  /** Is this file name of interest? Not asked when the system gives no name. */
  relevant(file: string): boolean;
  /** Looks for changes; `hinted` is false for a poll. A rejection is reported, not fatal. */
  inspect(hinted: boolean): Promise<void>;
  onError(message: string): void;
}

/** One followed directory. */
export class Follower {
  readonly #options: FollowOptions;
  #watcher: FSWatcher | undefined;
  #inode: number | undefined;
  #collecting: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  #hinted = false;
  #refused = false;
  #complaint = '';
  #closed = false;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Starts following. */
  async start(): Promise<void> {
    await this.#arm();
    this.#poll = setInterval(() => void this.check(false), POLL_MS);
    this.#poll.unref();
  }

  /** Inspects as soon as a running inspection is done; resolves afterwards, never rejects. */
  check(hinted = true): Promise<void> {
    this.#hinted ||= hinted;
    this.#waiting ??= this.#last = this.#last.then(() => this.#run());
    return this.#waiting;
  }

  /** Stops; a running inspection is awaited. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#collecting);
    clearInterval(this.#poll);
    this.#watcher?.close();
    await this.#last;
  }

  async #run(): Promise<void> {
    this.#waiting = undefined;
    const hinted = this.#hinted;
    this.#hinted = false;
    if (this.#closed) return;
    try {
      await this.#arm();
      await this.#options.inspect(hinted);
      this.#complaint = '';
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      // The poll meets a lasting failure again and again: say it once.
      if (message !== this.#complaint) this.#options.onError(message);
      this.#complaint = message;
    }
  }

  /** Watches the directory that has the name now; a replaced one has another inode. */
  async #arm(): Promise<void> {
    const inode = await inodeOf(this.#options.dir);
    if (this.#closed || (this.#watcher && inode === this.#inode)) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#inode = inode;
    if (inode !== undefined) this.#watch();
  }

  #watch(): void {
    const { dir, relevant } = this.#options;
    try {
      const watcher = watch(dir, { persistent: false }, (_event, file) => {
        if (file === null || relevant(file)) this.#collect();
      });
      watcher.on('error', (error) => this.#lost(watcher, error));
      this.#watcher = watcher;
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  #lost(watcher: FSWatcher, error: Error): void {
    watcher.close();
    if (this.#watcher === watcher) this.#watcher = undefined;
    this.#report(error);
  }

  /** Said once: each poll tries to arm again. */
  #report(thrown: unknown): void {
    if (this.#refused) return;
    this.#refused = true;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    this.#options.onError(
      `${this.#options.dir} can not be watched (${why}); looking every ${POLL_MS / 1000} s instead`,
    );
  }

  #collect(): void {
    if (this.#closed || this.#collecting) return;
    this.#collecting = setTimeout(() => {
      this.#collecting = undefined;
      void this.check();
    }, COLLECT_MS);
  }
}

async function inodeOf(dir: string): Promise<number | undefined> {
  try {
    return (await stat(dir)).ino;
  } catch {
    // Missing for now: a later inspection looks again.
    return undefined;
  }
}
