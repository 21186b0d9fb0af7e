/** The device login of Codex accounts: a code that is entered on another machine (codex.md 6.3). */
import { z } from 'zod';
import type { UpstreamRequest } from '../../upstream/types.ts';
import { jsonObject } from '../failure.ts';
import { refusalOf } from '../oauth/refusal.ts';
import { jsonRequest } from '../oauth/token-endpoint.ts';
import { CODEX_CLIENT_ID, type CodexEndpoints } from './oauth-endpoints.ts';

/** Registered for the client's device logins. */
export const DEVICE_REDIRECT_URI = 'https://auth.openai.com/deviceauth/callback';

/** A person has this long to enter the code. */
export const DEVICE_LIMIT_MS = 15 * 60_000;

/** Pause between two questions when the service names none. */
const DEFAULT_INTERVAL_MS = 5000;

/** Bounds of the pause that the service names: neither a flood nor past the limit. */
const MIN_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 60_000;

/** A login that waits for its code to be entered. */
export interface DeviceCode {
  deviceAuthId: string;
  userCode: string;
  intervalMs: number;
}

const word = z.string().trim().min(1);

/** Asks for a code. */
export const deviceCodeRequest = (endpoints: CodexEndpoints, proxyUrl: string): UpstreamRequest =>
  jsonRequest(endpoints.deviceCode, { client_id: CODEX_CLIENT_ID }, proxyUrl);

const codeAnswer = z.looseObject({
  device_auth_id: word,
  user_code: word.optional().catch(undefined),
  usercode: word.optional().catch(undefined),
  interval: z.coerce.number().positive().optional().catch(undefined),
});

/** The code, or why there is none. */
export function readDeviceCode(status: number, body: string): DeviceCode | { reason: string } {
  if (status === 404) {
    return { reason: 'device logins are not available here: use a login with the browser' };
  }
  if (status < 200 || status > 299) return { reason: refusalOf(status, body) };
  const answer = codeAnswer.safeParse(jsonObject(body));
  const userCode = answer.data?.user_code ?? answer.data?.usercode;
  if (!answer.success || userCode === undefined) return { reason: 'the answer has no code' };
  const { device_auth_id: deviceAuthId, interval } = answer.data;
  const wanted = interval === undefined ? DEFAULT_INTERVAL_MS : interval * 1000;
  const intervalMs = Math.min(Math.max(wanted, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
  return { deviceAuthId, userCode, intervalMs };
}

/** Asks whether the code was entered. */
export const devicePollRequest = (
  endpoints: CodexEndpoints,
  { deviceAuthId, userCode }: DeviceCode,
  proxyUrl: string,
): UpstreamRequest =>
  jsonRequest(
    endpoints.deviceToken,
    { device_auth_id: deviceAuthId, user_code: userCode },
    proxyUrl,
  );

/** What to do after one question. */
export type DevicePoll =
  | { kind: 'pending' }
  | { kind: 'granted'; code: string; verifier: string }
  | { kind: 'failed'; reason: string };

const grantAnswer = z.looseObject({
  authorization_code: word,
  code_verifier: word,
  code_challenge: word,
});

/** Reads the answer to {@link devicePollRequest}. */
export function readDevicePoll(status: number, body: string): DevicePoll {
  if (status === 403 || status === 404) return { kind: 'pending' };
  if (status < 200 || status > 299) return { kind: 'failed', reason: refusalOf(status, body) };
  const grant = grantAnswer.safeParse(jsonObject(body));
  if (!grant.success) return { kind: 'failed', reason: 'the answer has no authorization code' };
  const { authorization_code: code, code_verifier: verifier } = grant.data;
  return { kind: 'granted', code, verifier };
}
