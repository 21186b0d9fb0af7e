/** Keepers of credentials whose token is an API key: it never changes while the credential stays. */
import { readTokens } from '../../credentials/tokens.ts';
import type { Keeper, Token } from './keeper.ts';

const tokenOf = (apiKey: string): Token => ({ token: apiKey, accountId: undefined });

/** The key of a config entry; `''` = the upstream takes none. */
export function configKeyKeeper(apiKey: string): Keeper {
  const token = tokenOf(apiKey);
  return {
    current: () => token,
    obtain: () => Promise.resolve(token),
    renew: () => Promise.resolve(undefined),
    close: () => undefined,
  };
}

/** The `api_key` of a credential file. `obtain` throws `credential_file_failed`. */
export function fileKeyKeeper(path: string): Keeper {
  let token: Token | undefined;
  return {
    current: () => token,
    async obtain() {
      const { apiKey } = await readTokens(path);
      token = apiKey === '' ? undefined : tokenOf(apiKey);
      return token;
    },
    renew: () => Promise.resolve(undefined),
    close: () => undefined,
  };
}
