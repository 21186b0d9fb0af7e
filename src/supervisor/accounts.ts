/** The accounts of a running proxy, from the records and the last states of their actors. */
import { accountSnapshot, type AccountSnapshot } from '../credentials/account-snapshot.ts';
import { compareText } from '../routing/table.ts';
import type { CredentialId } from '../ids.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';

/** In the order in which requests try them: highest priority first, then by id. */
export function accountsOf(
  records: readonly CredentialRecord[],
  stateOf: (credential: CredentialId) => CredentialState | undefined,
  nowMs: number,
): AccountSnapshot[] {
  return records
    .map((record) => accountSnapshot(record, stateOf(record.id), nowMs))
    .sort((one, other) => other.priority - one.priority || compareText(one.id, other.id));
}
