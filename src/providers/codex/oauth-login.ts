/** The browser login of Codex accounts: PKCE, the page's address, its answer, the exchange (codex.md 6.1). */
import { createHash } from 'node:crypto';
import type { TokenFields } from '../../credentials/tokens.ts';
import { maskText } from '../../observe/mask.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import { jsonObject, objectAt, textAt } from '../failure.ts';
import { tokenRequest } from './oauth.ts';
import { CODEX_CLIENT_ID, type CodexEndpoints } from './oauth-endpoints.ts';
import { readTokenAnswer } from './token-answer.ts';

/** Registered for the client, so it stays the same when the local listener has another port. */
export const CODEX_REDIRECT_URI = 'http://localhost:1455/auth/callback';

/** Random bytes of a verifier, and of a state. */
export const VERIFIER_BYTES = 96;
export const STATE_BYTES = 16;

/** Characters of an error that are shown. */
const MAX_REASON_CHARS = 300;

/** The two halves of a proof key (RFC 7636). */
export interface ProofKey {
  verifier: string;
  challenge: string;
}

/** The proof key made of these random bytes. */
export function proofKey(bytes: Uint8Array): ProofKey {
  const verifier = Buffer.from(bytes).toString('base64url');
  return { verifier, challenge: challengeOf(verifier) };
}

/** Method S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

/** The page that a person opens. */
export function authorizeUrl(endpoints: CodexEndpoints, challenge: string, state: string): string {
  const query = new URLSearchParams({
    client_id: CODEX_CLIENT_ID,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    codex_cli_simplified_flow: 'true',
    id_token_add_organizations: 'true',
    prompt: 'login',
    redirect_uri: CODEX_REDIRECT_URI,
    response_type: 'code',
    scope: 'openid email profile offline_access',
    state,
  });
  return `${endpoints.authorize}?${query.toString()}`;
}

/** What the page sent back. */
export type CallbackAnswer =
  | { kind: 'code'; code: string }
  /** The service refused; `reason` as it says. */
  | { kind: 'error'; reason: string }
  /** It belongs to another login. */
  | { kind: 'state' }
  /** Code or state is missing. */
  | { kind: 'incomplete' };

/** Reads the query of a callback. `state`: the one that was sent. */
export function readCallback(query: URLSearchParams, state: string): CallbackAnswer {
  const sent = query.get('state') ?? '';
  const error = query.get('error') ?? '';
  if (error !== '' && (sent === '' || sent === state)) {
    const description = query.get('error_description') ?? '';
    return { kind: 'error', reason: shown(description ? `${error}: ${description}` : error) };
  }
  const code = query.get('code') ?? '';
  if (error === '' && (code === '' || sent === '')) return { kind: 'incomplete' };
  return sent === state ? { kind: 'code', code } : { kind: 'state' };
}

/** The query of a pasted callback: a whole URL, or only what follows its question mark. */
export function pastedQuery(pasted: string): URLSearchParams {
  const text = pasted.trim();
  const mark = text.indexOf('?');
  const query = mark < 0 ? text : text.slice(mark + 1);
  return new URLSearchParams(query.split('#')[0]);
}

/** Changes the code into tokens. */
export function exchangeRequest(
  endpoints: CodexEndpoints,
  grant: { code: string; verifier: string; redirectUri: string },
  proxyUrl: string,
): UpstreamRequest {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: CODEX_CLIENT_ID,
    code: grant.code,
    redirect_uri: grant.redirectUri,
    code_verifier: grant.verifier,
  });
  return tokenRequest(endpoints.token, form, proxyUrl);
}

/** The tokens of an exchange, or why there are none. Messages never hold a token. */
export function readExchange(
  status: number,
  body: string,
  nowMs: number,
): TokenFields | { reason: string } {
  if (status !== 200) return { reason: refusalOf(status, body) };
  return readTokenAnswer(body, nowMs) ?? { reason: 'the answer has no access token' };
}

/** A refusal of the login service in one line: its status and its own words. */
export function refusalOf(status: number, body: string): string {
  const answer = jsonObject(body);
  const nested = objectAt(answer, 'error');
  const words = [
    textAt(answer, 'error') || textAt(nested, 'code'),
    textAt(answer, 'error_description') || textAt(nested, 'message') || textAt(answer, 'message'),
  ].filter((part) => part !== '');
  return shown([`status ${status}`, ...words].join(': '));
}

/** Foreign words on a terminal: one line, no control characters, no token, not endless. */
const shown = (text: string): string =>
  maskText(text.replace(/[\p{Cc}\s]+/gu, ' ').trim()).slice(0, MAX_REASON_CHARS);
