/** What a file of another program is worth here: the Codex CLI's `auth.json` or a credential file. */
import { isFields, type Fields } from '../config/values.ts';
import type { NewAccount } from './codex-accounts.ts';
import { identityOf } from './codex-accounts.ts';
import { snakeFields } from './file-schema.ts';
import { idTokenClaims } from './jwt.ts';
import { tokensOf } from './tokens.ts';

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
  if (type !== '' && type !== 'codex') return unusable(`type ${type} is not supported yet`);
  const tokens = tokensOf(fields);
  if (type === 'codex' && tokens.apiKey !== '') return { kind: 'key-file', apiKey: tokens.apiKey };
  const hasTokens = tokens.accessToken !== '' || tokens.refreshToken !== '';
  if (!hasTokens) return withoutTokens(fields);
  if (type === '' && !nested) return unusable('has no type');
  const identity = identityOf(fields);
  if (identity.accountId === '' && identity.email === '') {
    return unusable('its id_token names neither account nor e-mail: log in again');
  }
  const { accessToken, refreshToken, idToken, expiresAtMs, lastRefreshMs } = tokens;
  const { plan } = idTokenClaims(idToken);
  return {
    kind: 'account',
    account: {
      tokens: { ...identity, accessToken, refreshToken, idToken, expiresAtMs, lastRefreshMs },
      ...(plan !== undefined && { plan }),
      ...(type === 'codex' && fileName !== undefined && { fileName }),
      own: { ...(type === '' && websockets && { websockets }), ...ownFields(raw, nested) },
      onlyIfNewer: true,
    },
  };
}

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
