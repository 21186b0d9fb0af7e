/** The outcome of a login, whatever its provider. */
import type { NewAccount } from '../credentials/accounts.ts';

/** What a login gave. */
export interface Login {
  account: Omit<NewAccount, 'provider' | 'onlyIfNewer'>;
  /** What else is told of the account, e.g. its plan; undefined: nothing. */
  detail: string | undefined;
}
