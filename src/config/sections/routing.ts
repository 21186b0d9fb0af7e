/** Keys of routing, retries and cooldowns (config.md 2.3, 2.4). */
import type { z } from 'zod';
import { documented, flag, lenientDuration, section, textLeaf, whole } from '../scalars.ts';
import type { RetryConfig, RoutingConfig, RoutingStrategy } from '../types.ts';
import { secondsToMs } from './server.ts';

/** Cooldown after a transient failure when the file says 0 (config.md 2.4). */
const TRANSIENT_COOLDOWN_MS = 60_000;

const STRATEGIES: Readonly<Record<string, RoutingStrategy>> = {
  'weighted-round-robin': 'weighted-round-robin',
  weightedroundrobin: 'weighted-round-robin',
  wrr: 'weighted-round-robin',
  'fill-first': 'fill-first',
  fillfirst: 'fill-first',
  ff: 'fill-first',
  headroom: 'headroom',
};

/** Any spelling of the file; what is not known is round-robin. */
const strategyLeaf = textLeaf.transform(
  (word): RoutingStrategy => STRATEGIES[word.toLowerCase()] ?? 'round-robin',
);

/** Top-level keys of this group. */
export const routingShape = {
  'force-model-prefix': flag(
    false,
    'A request without a prefix only reaches credentials without a prefix.',
  ),
  routing: section({
    strategy: documented(strategyLeaf.default('round-robin'), {
      type: '`round-robin`, `weighted-round-robin`, `fill-first` or `headroom`',
      description:
        'Choice among credentials of the same priority. `headroom`: where quota is left and resets soonest.',
    }),
    'session-affinity': flag(true, 'Keep each conversation on the account that served it.'),
    'session-affinity-ttl': lenientDuration('1h', 'How long an idle conversation stays bound.'),
  }),
  'request-retry': whole(0, 'Further rounds over all credentials after the first.'),
  'max-retry-credentials': whole(0, 'Credentials tried per round; 0 = all.'),
  'max-retry-interval': whole(0, 'Longest cooldown, in seconds, waited for between rounds.'),
  'disable-cooling': flag(false, 'Do not cool credentials down after failures.'),
  'transient-error-cooldown-seconds': whole(
    0,
    'Cooldown after 408 and 5xx: 0 = 60 seconds, negative = none.',
  ),
};

/** Decoded keys of this group. */
export type RoutingKeys = z.output<z.ZodObject<typeof routingShape>>;

/** Selection and affinity. */
export function toRouting(keys: RoutingKeys, unknownModelStatus: 400 | 502): RoutingConfig {
  return {
    strategy: keys.routing.strategy,
    sessionAffinity: keys.routing['session-affinity'],
    sessionAffinityTtlMs: keys.routing['session-affinity-ttl'],
    forceModelPrefix: keys['force-model-prefix'],
    unknownModelStatus,
  };
}

/** Rounds and cooldowns. */
export function toRetry(keys: RoutingKeys, bootstrapRetries: number): RetryConfig {
  const transient = keys['transient-error-cooldown-seconds'];
  return {
    requestRetry: Math.max(0, keys['request-retry']),
    maxRetryCredentials: Math.max(0, keys['max-retry-credentials']),
    maxRetryIntervalMs: secondsToMs(keys['max-retry-interval']),
    bootstrapRetries: Math.max(0, bootstrapRetries),
    disableCooling: keys['disable-cooling'],
    transientCooldownMs:
      transient === 0 ? TRANSIENT_COOLDOWN_MS : transient < 0 ? -1 : secondsToMs(transient),
  };
}
