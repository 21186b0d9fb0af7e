/**
 * What a file of another program is worth here: the Codex CLI's `auth.json`, a key of Google's, or a
 * credential file.
 */
import { isFields, type Fields } from '../config/values.ts';
import type { AccountProvider, NewAccount } from './accounts.ts';
import { snakeFields } from './file-schema.ts';
import { identityOf, type AccountIdentity } from './identity.ts';
import { newServiceAccount, type NewServiceAccount, type VertexWishes } from './import-vertex.ts';
import { idTokenClaims } from './jwt.ts';
import { tokensOf, type TokenFields } from './tokens.ts';

/** How a file is taken over. */
export type Importable =
  | { kind: 'account'; account: NewAccount }
  | { kind: 'service-account'; account: NewServiceAccount }
  /** A credential file with an API key: copied as it is. */
  | { kind: 'key-file'; apiKey: string }
  /** Only an API key of the Codex CLI: it belongs into the config file. */
  | { kind: 'config-key'; apiKey: string }
  | { kind: 'unusable'; reason: string };

/** Fields of the Codex CLI's shape that a flat file does not have (codex.md 6.8). */
const CLI_FIELDS = new Set(['tokens', 'OPENAI_API_KEY', 'last_refresh', 'auth_mode']);

const unusable = (reason: string): Importable => ({ kind: 'unusable', reason });

/** What is said beside the files. */
export interface ImportWishes extends VertexWishes {
  /** Codex accounts whose file does not speak of it get upstream WebSockets. */
  websockets: boolean;
}

const PROVIDERS: ReadonlySet<string> = new Set(['codex', 'claude', 'vertex']);

/** Google's own word for the keys of its service accounts. */
const BARE_KEY = 'service_account';

/** Reads a decoded file. `fileName`: of files that were made for a proxy, to be kept. */
export function importable(raw: Fields, wishes: ImportWishes, fileName?: string): Importable {
  const fields = snakeFields(raw);
  const type = typeof fields['type'] === 'string' ? fields['type'].trim().toLowerCase() : '';
  if (type === BARE_KEY) return serviceAccount(raw, true, wishes);
  const { apiKey } = tokensOf(fields);
  if (PROVIDERS.has(type) && apiKey !== '') return { kind: 'key-file', apiKey };
  if (type === 'vertex') return serviceAccount(raw, false, wishes);
  if (type !== '' && !isProvider(type)) return unusable(`type ${type} is not supported yet`);
  return accountOf(fields, type, wishes.websockets, { raw, fileName });
}

function serviceAccount(raw: Fields, isBare: boolean, wishes: VertexWishes): Importable {
  const account = newServiceAccount(raw, isBare, wishes);
  return 'reason' in account ? unusable(account.reason) : { kind: 'service-account', account };
}

function accountOf(
  fields: Fields,
  type: AccountProvider | '',
  websockets: boolean,
  { raw, fileName }: { raw: Fields; fileName: string | undefined },
): Importable {
  const provider = type === '' ? 'codex' : type;
  const tokens = tokensOf(fields);
  const nested = isFields(fields['tokens']);
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
