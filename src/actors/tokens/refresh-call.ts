/** One refresh over the network: up to three tries within one deadline (codex.md 6.4). */
import { toSwitchyardError } from '../../errors.ts';
import {
  readRefreshAnswer,
  refreshRequest,
  type RefreshOutcome,
} from '../../providers/codex/oauth.ts';
import type { UpstreamCall, UpstreamRequest } from '../../upstream/types.ts';
import type { Caller } from '../turn.ts';
import { pause, type KeeperClock } from './clock.ts';

/** All tries together; no caller's own patience matters. */
export const REFRESH_DEADLINE_MS = 30_000;

/** Pauses before the second and the third try. */
export const RETRY_PAUSES_MS = [1000, 2000] as const;

/** Bytes of an answer; real ones are a few KiB of tokens. */
export const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;

/** Where and how tokens are refreshed. */
export interface RefreshRoute {
  upstream: Caller;
  clock: KeeperClock;
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
    if (outcome.kind !== 'failed' || clock.now() + pauseMs >= deadline) break;
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
  const { clock, url } = route;
  if (!URL.canParse(url)) return { kind: 'failed', message: 'the token address is not a URL' };
  try {
    const request = refreshRequest(url, refreshToken, route.proxyUrl);
    const { status, body } = await send(route, request, deadline - clock.now());
    return readRefreshAnswer(status, body, clock.now());
  } catch (thrown) {
    return { kind: 'failed', message: toSwitchyardError(thrown).message };
  }
}

/** Sends the request and reads the whole answer; rejects with what the client reports. */
function send(
  { upstream, clock }: RefreshRoute,
  request: UpstreamRequest,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let bytes = 0;
    const chunks: Uint8Array[] = [];
    let call: UpstreamCall | undefined = undefined;
    const give = (message: string): void => {
      reject(new Error(message));
      call?.abort();
    };
    const cancelDeadline = clock.after(timeoutMs, () => give('no answer in time'));
    call = upstream.call(request, {
      onHead: (code) => {
        status = code;
        // No events follow: only the limit between two pieces of the body applies.
        call?.markFirstEvent();
      },
      onData: (chunk) => {
        bytes += chunk.byteLength;
        if (bytes > MAX_TOKEN_ANSWER_BYTES) give('the answer is too large');
        else chunks.push(chunk);
      },
      onEnd: () => {
        cancelDeadline();
        resolve({ status, body: Buffer.concat(chunks).toString('utf8') });
      },
      onError: (error) => {
        cancelDeadline();
        reject(error);
      },
    });
  });
}
