/** An account as the command line shows it: its snapshot, and what only its file knows. Pure. */
import { accountSnapshot } from '../credentials/account-snapshot.ts';
import type { AccountSnapshot, AccountStatus } from '../credentials/account-snapshot.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { TokenPayload } from '../credentials/tokens.ts';

/** Times are Unix milliseconds. */
export interface AccountView extends Omit<AccountSnapshot, 'status'> {
  /** `login`: only a login brings it back. */
  status: AccountStatus | 'login';
  /** File name, or place in the config file. */
  source: string;
  tokenExpiresAt?: number;
  lastRefreshAt?: number;
}

const UNAUTHORIZED = 401;

/** `tokens`: of the account's file; undefined: it has none. */
export function accountView(
  record: CredentialRecord,
  state: CredentialState | undefined,
  tokens: TokenPayload | undefined,
  nowMs: number,
): AccountView {
  const snapshot = accountSnapshot(record, state, nowMs);
  const login = !record.disabled && tokens !== undefined && needsLogin(state, tokens, nowMs);
  const expiresAt = tokens?.expiresAtMs;
  const refreshedAt = tokens?.lastRefreshMs;
  return {
    ...snapshot,
    status: login ? 'login' : snapshot.status,
    source: sourceOf(record),
    ...(expiresAt !== undefined && { tokenExpiresAt: expiresAt }),
    ...(refreshedAt !== undefined && { lastRefreshAt: refreshedAt }),
  };
}

/** Where the account is written down. */
export const sourceOf = ({ id, source }: CredentialRecord): string =>
  source.kind === 'file' ? id : `${source.section}[${source.index}]`;

/** The upstream refused the account since its last tokens, or they ended and can not be renewed. */
function needsLogin(
  state: CredentialState | undefined,
  tokens: TokenPayload,
  nowMs: number,
): boolean {
  const ended = tokens.accessToken === '' || (tokens.expiresAtMs ?? Infinity) <= nowMs;
  if (tokens.refreshToken === '' && ended) return true;
  const states = state === undefined ? [] : [state.account, ...Object.values(state.models)];
  return states.some(
    ({ lastError, updatedAt }) =>
      lastError?.httpStatus === UNAUTHORIZED && updatedAt >= (tokens.lastRefreshMs ?? 0),
  );
}
