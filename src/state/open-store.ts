/** Opens the durable store, or says once why not and goes on in memory. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { warn } from '../observe/warnings.ts';
import { MemoryBackend } from './memory-backend.ts';
import { DATA_FILE } from './places.ts';
import { probeStore } from './probe.ts';
import { RecordStore, type StoreEnvironment } from './record-store.ts';
import type { Store } from './store.ts';

/**
 * The store in `dir`, created when missing (owner only). A folder that can not be used or a damaged
 * file is left untouched for inspection: one warning (SWY_W001), and the store lives in memory.
 */
export async function openStore(dir: string, environment: StoreEnvironment): Promise<Store> {
  const reason = existsSync(join(dir, DATA_FILE)) ? await probeStore(dir) : undefined;
  if (reason !== undefined) return inMemory(dir, reason, environment);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // Loaded here, so that a system without the native binary still runs, in memory.
    const { LmdbBackend } = await import('./lmdb-backend.ts');
    return new RecordStore(new LmdbBackend(dir), environment);
  } catch (error) {
    return inMemory(dir, String(error), environment);
  }
}

/** A store without a disk. */
export function memoryStore(environment: StoreEnvironment): Store {
  return new RecordStore(new MemoryBackend(), environment);
}

function inMemory(dir: string, reason: string, environment: StoreEnvironment): Store {
  const advice = 'check the folder and its rights; if its data.mdb is damaged, delete it';
  warn(environment.log, 'SWY_W001', { dir, reason, advice });
  return memoryStore(environment);
}
