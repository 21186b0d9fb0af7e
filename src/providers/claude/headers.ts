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

/** Headers that decide what an answer looks like: an entry for Anthropic itself can not replace them. */
const FIXED = ['anthropic-beta', 'accept', 'accept-encoding'];

/** What an entry for a relay can not replace either, where a stream is asked for. */
const FIXED_OF_STREAMS = ['accept', 'accept-encoding'];

/** Flat pairs. `betas`: features that the body asked for. */
export function claudeHeaders(input: BuildInput, url: string, betas: readonly string[]): string[] {
  const { record, turn, token, streaming } = input;
  const sent = (name: string): string | undefined => clientHeader(turn.headers, name);
  // What a client of another format says here is about the answer that it gets from us.
  const own = (name: string): string | undefined =>
    turn.format === 'claude' ? sent(name) : undefined;
  const isOwn = isAnthropic(url);
  const isOauth = token.includes(OAUTH_TOKEN);
  const list = new HeaderList();
  list.set('Content-Type', 'application/json');
  if (token.trim() !== '') {
    if (isOwn && !isOauth) list.set('x-api-key', token);
    else list.set('Authorization', `Bearer ${token}`);
  }
  list.set('anthropic-version', sent('anthropic-version') ?? API_VERSION);
  list.set(
    'anthropic-beta',
    betaHeader([sent('anthropic-beta'), ...betas, isOauth ? OAUTH_BETA : undefined]),
  );
  list.set('User-Agent', own('user-agent') ?? PRODUCT_TOKEN);
  const isRelayStream = streaming && !isOwn;
  list.set('Accept', isRelayStream ? 'text/event-stream' : (own('accept') ?? 'application/json'));
  const fixed = isOwn ? FIXED : isRelayStream ? FIXED_OF_STREAMS : [];
  setCustomHeaders(list, without(record.headers, fixed), turn.headers);
  return list.flat();
}

function without(
  custom: Readonly<Record<string, string>>,
  fixed: readonly string[],
): Record<string, string> {
  const entries = Object.entries(custom).filter(([name]) => !fixed.includes(name.toLowerCase()));
  return Object.fromEntries(entries);
}
