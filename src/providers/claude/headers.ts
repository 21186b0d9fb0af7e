/**
 * Headers of an Anthropic request (providers.md 7.1). Only what the API documents is sent: nothing
 * makes a client pass for another one.
 */
import { PRODUCT_TOKEN } from '../../version.ts';
import { clientHeader, HeaderList, setCustomHeaders } from '../headers.ts';
import type { BuildInput } from '../types.ts';
import { betaHeader } from './betas.ts';

const ANTHROPIC_HOST = 'api.anthropic.com';

const API_VERSION = '2023-06-01';

/** Feature that OAuth tokens need, and how such a token is told from a key. */
const OAUTH_BETA = 'oauth-2025-04-20';
const OAUTH_TOKEN = 'sk-ant-oat';

/** Is it Anthropic itself? It takes keys as `x-api-key`; relays take them as everyone else does. */
export const isAnthropic = (url: string): boolean =>
  URL.canParse(url) && new URL(url).hostname === ANTHROPIC_HOST;

/** Headers that decide how the answer is read: an entry can not replace them. */
const OURS = ['anthropic-beta', 'accept', 'accept-encoding'];

/** Flat pairs. `betas`: features that the body asked for. */
export function claudeHeaders(input: BuildInput, url: string, betas: readonly string[]): string[] {
  const { record, turn, token } = input;
  const sent = (name: string): string | undefined => clientHeader(turn.headers, name);
  const isOwn = isAnthropic(url);
  const isOauth = token.includes(OAUTH_TOKEN);
  const list = new HeaderList();
  list.set('Content-Type', 'application/json');
  if (token.trim() !== '') {
    if (isOwn && !isOauth) list.set('x-api-key', token);
    else list.set('Authorization', `Bearer ${token}`);
  }
  list.set('anthropic-version', sent('anthropic-version') ?? API_VERSION);
  const isClaude = turn.format === 'claude';
  list.set('User-Agent', (isClaude ? sent('user-agent') : undefined) ?? PRODUCT_TOKEN);
  setCustomHeaders(list, withoutOurs(record.headers), turn.headers);
  list.set(
    'anthropic-beta',
    betaHeader([sent('anthropic-beta'), ...betas, isOauth ? OAUTH_BETA : undefined]),
  );
  list.set('Accept', input.streaming && !isOwn ? 'text/event-stream' : 'application/json');
  return list.flat();
}

function withoutOurs(custom: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(custom).filter(([name]) => !OURS.includes(name.toLowerCase()));
  return Object.fromEntries(entries);
}
