/** What a client is run through. */
import type { FamilyName } from '../../test/support/families.ts';
import type { ClientKind } from './client.ts';
import type { Fault } from './faults.ts';
import type { ClientUpstream } from './upstream.ts';

/** What happens before a further turn of the user. */
export type Interlude =
  | 'nothing'
  /** The proxy is killed and started again. */
  | 'restart'
  /** The account that answered is taken out of the configuration. */
  | 'drop-account';

/** One run. */
export interface Scenario {
  name: string;
  client: ClientKind;
  family: FamilyName;
  fault: Fault | undefined;
  accounts: number;
  /** Tool calls for each question of the user. */
  reads: number;
  /** Further turns, each in a new process that resumes the session. */
  then: readonly Interlude[];
  /** Problems with what the upstream saw; empty = none. */
  check(upstream: ClientUpstream): string[];
}

/** Defaults. */
export const PLAIN = {
  family: 'codex',
  fault: undefined,
  accounts: 1,
  reads: 2,
  then: [],
} as const;
