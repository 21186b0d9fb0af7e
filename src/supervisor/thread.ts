/**
 * A worker thread that is replaced when it dies. The owner says what to do after each start; calls
 * to a dead thread fail at once instead of waiting for ever.
 */
import { Worker } from 'node:worker_threads';
import { remote, type Remote } from '../threads/control.ts';
import { THREAD_OPTIONS, threadEntry, type ThreadName } from '../threads/entry.ts';
import type { Log } from '../observe/log.ts';
import type { WorkerId } from '../ids.ts';

/** Pause before the n-th restart in a row, milliseconds; the first replacement is immediate. */
const RESTART_PAUSES_MS = [0, 200, 1000, 5000];

/**
 * Nursery of a thread, MB. What a request leaves behind dies young: much smaller nurseries are
 * collected too often, larger ones fall out of the processor's cache (measured: 6 to 96).
 */
const YOUNG_GENERATION_MB = 24;

/** A thread that lived this long has recovered: the next restart is immediate again. */
const HEALTHY_AFTER_MS = 30_000;

/** What the owner of a thread has to do. */
export interface ThreadOwner<Control> {
  /** A thread has started, first or again: set it up. A rejection counts as its death. */
  onStart(control: Remote<Control>): Promise<void>;
}

/** One named thread, kept alive until `stop`. */
export class SupervisedThread<Control> {
  readonly id: WorkerId;
  readonly #kind: ThreadName;
  readonly #owner: ThreadOwner<Control>;
  readonly #log: Log;
  #worker: Worker | undefined;
  #control: Remote<Control> | undefined;
  #stopping = false;
  #restarts = 0;
  #startedAt = 0;

  constructor(id: WorkerId, kind: ThreadName, owner: ThreadOwner<Control>, log: Log) {
    this.id = id;
    this.#kind = kind;
    this.#owner = owner;
    this.#log = log;
  }

  /** Control interface of the running thread; undefined while it is being replaced. */
  get control(): Remote<Control> | undefined {
    return this.#control;
  }

  /** Starts the thread. @throws when the first setup fails. */
  async start(): Promise<void> {
    const worker = new Worker(threadEntry(this.#kind), {
      ...THREAD_OPTIONS,
      name: this.id,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker = worker;
    this.#startedAt = Date.now();
    const died = new Promise<never>((_resolve, reject) => {
      worker.once('error', (error) => reject(error));
      worker.once('exit', (code) => reject(new Error(`${this.id} exited with code ${code}`)));
    });
    // Nobody may be waiting for it when it happens; the exit handler below does the work.
    died.catch(() => undefined);
    worker.once('error', (error) =>
      this.#log.error({ err: error, thread: this.id }, 'thread error'),
    );
    const control = remote<Control>(worker);
    await Promise.race([this.#owner.onStart(control), died]);
    this.#control = control;
    worker.once('exit', (code) => this.#onExit(code));
  }

  /** Ends the running thread as a crash would; a new one takes its place. */
  async replace(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Ends the thread for good. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#control = undefined;
    await this.#worker?.terminate();
  }

  #onExit(code: number): void {
    this.#control = undefined;
    if (this.#stopping) return;
    if (Date.now() - this.#startedAt > HEALTHY_AFTER_MS) this.#restarts = 0;
    const last = RESTART_PAUSES_MS.length - 1;
    const pause = RESTART_PAUSES_MS[Math.min(this.#restarts, last)] ?? 0;
    this.#restarts += 1;
    this.#log.warn({ code: 'SWY_W010', thread: this.id, exitCode: code, pause }, 'thread replaced');
    setTimeout(() => this.#restart(), pause);
  }

  #restart(): void {
    if (this.#stopping) return;
    this.start().catch((thrown: unknown) => {
      this.#log.error({ err: thrown, thread: this.id }, 'thread could not be replaced');
      this.#onExit(-1);
    });
  }
}
