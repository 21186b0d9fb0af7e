/**
 * Access tokens of a Google service account (providers.md 3.1, 3.2): a signed statement (RFC 7523)
 * is exchanged for a token that lives an hour.
 */
import { sign } from 'node:crypto';
import { rsaKey } from '../../credentials/private-key.ts';
import type { ServiceAccount } from '../../credentials/vertex-file.ts';
import { jsonObject, textAt } from '../failure.ts';
import { readTokenAnswer } from '../oauth/token-answer.ts';
import { formRequest, type RefreshOutcome } from '../oauth/token-endpoint.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The longest that Google takes. */
const LIFETIME_SECONDS = 3600;

/**
 * The exchange for one token. `proxyUrl` as for turns.
 * @throws Error without a word of the key when it is none
 */
export function accountTokenRequest(
  account: ServiceAccount,
  proxyUrl: string,
  nowMs: number,
): UpstreamRequest {
  const form = new URLSearchParams({ grant_type: GRANT, assertion: assertion(account, nowMs) });
  return formRequest(account.tokenUri, form, proxyUrl);
}

/** Reads the answer. Messages never hold a token. */
export function readAccountAnswer(status: number, body: string, nowMs: number): RefreshOutcome {
  if (status >= 200 && status < 300) {
    const fields = readTokenAnswer(body, nowMs);
    if (fields !== undefined) return { kind: 'renewed', fields };
    return { kind: 'failed', message: `status ${String(status)} without an access token` };
  }
  const reason = textAt(jsonObject(body), 'error').slice(0, MAX_REASON_CHARS);
  const message = `status ${String(status)}${reason === '' ? '' : `: ${reason}`}`;
  return { kind: REFUSALS.has(reason) || status === 401 ? 'login' : 'failed', message };
}

/** Characters of Google's word for a refusal; real ones have twenty. */
const MAX_REASON_CHARS = 100;

/** Words that refuse the account itself. */
const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
]);

function assertion(account: ServiceAccount, nowMs: number): string {
  const key = rsaKey(account.privateKey);
  const iat = Math.floor(nowMs / 1000);
  const head = { alg: 'RS256', typ: 'JWT', kid: account.privateKeyId || undefined };
  const claims = {
    iss: account.clientEmail,
    scope: SCOPE,
    aud: account.tokenUri,
    iat,
    exp: iat + LIFETIME_SECONDS,
  };
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
