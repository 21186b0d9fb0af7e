/**
 * The login of Claude Code as a credential file of its account. Its `.credentials.json` holds the
 * tokens; whose they are stands in `.claude.json`, beside it or one folder up.
 */
import { z } from 'zod';
import type { Fields } from '../config/values.ts';
import { formatTime, parseTime } from './time.ts';

const text = z.string().trim().optional().catch(undefined);

const loginSchema = z.looseObject({
  claudeAiOauth: z.looseObject({
    accessToken: text,
    refreshToken: text,
    /** Unix milliseconds. */
    expiresAt: z.unknown(),
  }),
});

const profileSchema = z.looseObject({
  oauthAccount: z.looseObject({
    emailAddress: text,
    accountUuid: text,
    organizationUuid: text,
    organizationName: text,
  }),
});

/** Is this Claude Code's own file? */
export const isClaudeCodeLogin = (raw: Fields): boolean => loginSchema.safeParse(raw).success;

/** Does this `.claude.json` say who is logged in? */
export const namesAccount = (profile: Fields): boolean => profileSchema.safeParse(profile).success;

/** The fields of a file of `type: claude`. `profile`: the decoded `.claude.json`, if there is one. */
export function fromClaudeCode(raw: Fields, profile: Fields | undefined): Fields {
  const login = loginSchema.safeParse(raw).data?.claudeAiOauth;
  const account = profileSchema.safeParse(profile).data?.oauthAccount;
  const expiresAtMs = parseTime(login?.expiresAt);
  return {
    type: 'claude',
    access_token: login?.accessToken ?? '',
    refresh_token: login?.refreshToken ?? '',
    expired: expiresAtMs === undefined ? '' : formatTime(expiresAtMs),
    email: account?.emailAddress ?? '',
    account_uuid: account?.accountUuid ?? '',
    organization_uuid: account?.organizationUuid ?? '',
    organization_name: account?.organizationName ?? '',
  };
}
