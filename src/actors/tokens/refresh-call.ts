/** One refresh over the network: up to three tries within one deadline (codex.md 6.4). */
import { toSwitchyardError } from '../../errors.ts';
import {
  MAX_TOKEN_ANSWER_BYTES,
  type RefreshOutcome,
} from '../../providers/oauth/token-endpoint.ts';
import type { TokenService } from '../../providers/token-services.ts';
import { wholeAnswer } from '../../upstream/whole-answer.ts';
import type { Caller } from '../../upstream/types.ts';
import { pause, type KeeperClock } from './clock.ts';

/** All tries together; no caller's own patience matters. */
export const REFRESH_DEADLINE_MS = 30_000;

/** Pauses before the second and the third try. */
export const RETRY_PAUSES_MS = [1000, 2000] as const;

/** Where and how tokens are refreshed. */
export interface RefreshRoute {
  upstream: Caller;
  clock: KeeperClock;
  service: TokenService;
  url: string;
  proxyUrl: string;
}

/** Asks for new tokens. A definite refusal ends it at once; it never rejects. */
export async function refreshTokens(
  route: RefreshRoute,
  refreshToken: string,
): Promise<RefreshOutcome> {
  const { clock } = route;
  const deadline = clock.now() + REFRESH_DEADLINE_MS;
  let outcome = await tryOnce(route, refreshToken, deadline);
  for (const pauseMs of RETRY_PAUSES_MS) {
    if (outcome.kind !== 'failed' || outcome.final === true) break;
    if (clock.now() + pauseMs >= deadline) break;
    await pause(clock, pauseMs);
    outcome = await tryOnce(route, refreshToken, deadline);
  }
  return outcome;
}

async function tryOnce(
  route: RefreshRoute,
  refreshToken: string,
  deadline: number,
): Promise<RefreshOutcome> {
  const { clock, upstream, url } = route;
  if (!URL.canParse(url)) return { kind: 'failed', message: 'the token address is not a URL' };
  try {
    const request = route.service.request(url, refreshToken, route.proxyUrl);
    const { status, headers, body } = await wholeAnswer(upstream, request, {
      timeoutMs: deadline - clock.now(),
      maxBytes: MAX_TOKEN_ANSWER_BYTES,
      after: clock.after.bind(clock),
    });
    return route.service.read(status, body, clock.now(), headers);
  } catch (thrown) {
    return { kind: 'failed', message: toSwitchyardError(thrown).message };
  }
}
