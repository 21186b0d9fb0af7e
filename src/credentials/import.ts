/** What a file of another program is worth here: the Codex CLI's `auth.json`, or a credential file. */
import { isFields, type Fields } from '../config/values.ts';
import type { AccountProvider, NewAccount } from './accounts.ts';
import { snakeFields } from './file-schema.ts';
import { identityOf, type AccountIdentity } from './identity.ts';
import { idTokenClaims } from './jwt.ts';
import { tokensOf, type TokenFields } from './tokens.ts';

/** How a file is taken over. */
export type Importable =
  | { kind: 'account'; account: NewAccount }
  /** A credential file with an API key: copied as it is. */
  | { kind: 'key-file'; apiKey: string }
  /** Only an API key of the Codex CLI: it belongs into the config file. */
  | { kind: 'config-key'; apiKey: string }
  | { kind: 'unusable'; reason: string };

/** Fields of the Codex CLI's shape that a flat file does not have (codex.md 6.8). */
const CLI_FIELDS = new Set(['tokens', 'OPENAI_API_KEY', 'last_refresh', 'auth_mode']);

const unusable = (reason: string): Importable => ({ kind: 'unusable', reason });

/**
 * Reads a decoded file. `websockets`: accounts whose file does not speak of it get upstream
 * WebSockets. `fileName`: of files that were made for a proxy, to be kept.
 */
export function importable(raw: Fields, websockets: boolean, fileName?: string): Importable {
  const fields = snakeFields(raw);
  const type = typeof fields['type'] === 'string' ? fields['type'].trim().toLowerCase() : '';
  const nested = isFields(fields['tokens']);
  const provider = type === '' ? 'codex' : type;
  if (!isProvider(provider)) return unusable(`type ${type} is not supported yet`);
  const tokens = tokensOf(fields);
  if (type !== '' && tokens.apiKey !== '') return { kind: 'key-file', apiKey: tokens.apiKey };
  const hasTokens = tokens.accessToken !== '' || tokens.refreshToken !== '';
  if (!hasTokens) return withoutTokens(fields);
  if (type === '' && !nested) return unusable('has no type');
  const identity = identityOf(fields);
  if (identity.accountId === '' && identity.email === '') {
    return unusable(`it names neither account nor e-mail: switchyard login ${provider}`);
  }
  const { accessToken, refreshToken, idToken, expiresAtMs, lastRefreshMs } = tokens;
  const { plan } = idTokenClaims(idToken);
  return {
    kind: 'account',
    account: {
      provider,
      tokens: {
        ...namesOf(provider, identity),
        accessToken,
        refreshToken,
        idToken,
        expiresAtMs,
        lastRefreshMs,
      },
      ...(plan !== undefined && { plan }),
      ...(type !== '' && fileName !== undefined && { fileName }),
      own: { ...(type === '' && websockets && { websockets }), ...ownFields(raw, nested) },
      onlyIfNewer: true,
    },
  };
}

const isProvider = (type: string): type is AccountProvider => type === 'codex' || type === 'claude';

/** The identity under its provider's names. */
const namesOf = (provider: AccountProvider, { accountId, email }: AccountIdentity): TokenFields =>
  provider === 'codex' ? { accountId, email } : { organizationUuid: accountId, email };

/** Everything that the owner wrote; of the Codex CLI's own file there is nothing. */
function ownFields(raw: Fields, nested: boolean): Fields {
  const own = Object.entries(raw).filter(([name]) => !nested || !CLI_FIELDS.has(name));
  return Object.fromEntries(own);
}

function withoutTokens(fields: Fields): Importable {
  const key = fields['OPENAI_API_KEY'];
  if (typeof key === 'string' && key.trim() !== '')
    return { kind: 'config-key', apiKey: key.trim() };
  return unusable('has neither tokens nor an API key');
}
