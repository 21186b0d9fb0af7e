/**
 * The stored states of credentials, for a program beside the proxy: nothing is written, and the
 * store may be in use by a proxy at the same time.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CredentialState } from '../credentials/state.ts';
import { runStoreChild } from './child.ts';
import { DATA_FILE } from './places.ts';
import { KINDS } from './records.ts';

/** States by their key (`stateKey`); `problem`: why there are none although there is a store. */
export interface StoredStates {
  states: Map<string, CredentialState>;
  problem?: string;
}

const statesSchema = z.record(z.string(), KINDS.credential.schema);

/** Reads the store in `dir`. Never rejects: without a store there are no states. */
export async function readStates(dir: string): Promise<StoredStates> {
  if (!existsSync(join(dir, DATA_FILE))) return { states: new Map() };
  const outcome = await runStoreChild('read-child', dir);
  if (!outcome.ok) return { states: new Map(), problem: outcome.reason };
  const checked = statesSchema.safeParse(outcome.message);
  if (checked.success) return { states: new Map(Object.entries(checked.data)) };
  return { states: new Map(), problem: 'the store was not read to its end' };
}
