/**
 * Encodes request bodies: inline while they are small, on the CPU pool from `cpuPoolBytes` on, so
 * that one huge request never stalls the streams of its host.
 */
import { Piscina } from 'piscina';
import { bodyOf, type TranslationResult, type TranslationTask } from './translation-task.ts';
import { encodeBody } from '../formats/payload/encode.ts';
import { SwitchyardError } from '../errors.ts';
import type { PreparedTurn } from './prepare.ts';
import { poolEntry } from '../threads/entry.ts';
import type { Log } from '../observe/log.ts';

/** Bodies that wait for the pool; more are refused, because each may hold 64 MiB. */
export const MAX_POOL_QUEUE = 64;

/** Milliseconds an idle pool thread is kept: huge requests come in bursts. */
const POOL_IDLE_MS = 30_000;

/** What a turn uses to encode its body. */
export interface Translation {
  /** @throws SwitchyardError for bodies that can not be translated. */
  encode(prepared: PreparedTurn): Uint8Array | Promise<Uint8Array>;
}

/** The pool's own words are about threads; its queue is full, or its thread was lost. */
function poolFailed(cause: unknown): never {
  throw new SwitchyardError('overloaded', {
    message: 'this large body could not be translated now, try again',
    cause,
  });
}

/** The real one; the pool's only thread starts with the first large body. */
export class PooledTranslation implements Translation {
  readonly #log: Log;
  #poolBytes: number;
  #pool: Piscina<TranslationTask, TranslationResult> | undefined;

  constructor(poolBytes: number, log: Log) {
    this.#poolBytes = poolBytes;
    this.#log = log;
  }

  set poolBytes(bytes: number) {
    this.#poolBytes = bytes;
  }

  encode(prepared: PreparedTurn): Uint8Array | Promise<Uint8Array> {
    if (prepared.body.byteLength < this.#poolBytes) {
      const { pair, upstreamFormat, body, context } = prepared;
      return encodeBody(pair, upstreamFormat, body, context);
    }
    const task = {
      client: prepared.clientFormat,
      upstream: prepared.upstreamFormat,
      body: prepared.body,
      context: prepared.context,
    };
    return this.#threads().run(task).then(bodyOf, poolFailed);
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  #threads(): Piscina<TranslationTask, TranslationResult> {
    this.#pool ??= this.#newPool();
    return this.#pool;
  }

  #newPool(): Piscina<TranslationTask, TranslationResult> {
    const pool = new Piscina<TranslationTask, TranslationResult>({
      ...poolEntry('cpu'),
      minThreads: 0,
      maxThreads: 1,
      maxQueue: MAX_POOL_QUEUE,
      idleTimeout: POOL_IDLE_MS,
    });
    // A thread that fails without a task must not take the host along; bodies that wait are refused.
    pool.on('error', (error: Error) => {
      this.#log.error({ err: error }, 'a thread of the pool for large bodies failed');
      if (this.#pool === pool) this.#pool = undefined;
      void pool.destroy();
    });
    return pool;
  }
}
