/**
 * `npm run bench:continuity`: does a pool of accounts read as much from the prompt cache as one
 * account would? 40 conversations of 15 turns over each kind of client, without and with faults
 * half-way, against the sandbox. Loopback only; ends by itself.
 *
 * The ideal is the same conversations over one WebSocket each, straight to one account: everything
 * but the new items is read from the cache. `npm run bench:continuity -- chat` measures one kind.
 */
import { CONVERSATIONS, TURNS } from './plan.ts';
import { ACCOUNTS } from './pool.ts';
import { ideal, measure, type ClientKind } from './run.ts';
import type { Tally } from './tally.ts';

/** Goals: shares of the ideal, and bytes saved for clients that send the whole history. */
const CACHE_GOAL = 0.97;
const CACHE_GOAL_WITH_FAULTS = 0.9;
const SAVED_GOAL = 0.8;

const KINDS: { kind: ClientKind; name: string; ideal: ClientKind; incremental: boolean }[] = [
  { kind: 'socket', name: 'WebSocket', ideal: 'socket', incremental: true },
  { kind: 'responses', name: 'Responses', ideal: 'cold-socket', incremental: false },
  { kind: 'chat', name: 'Chat', ideal: 'cold-socket', incremental: false },
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const kilobytes = (bytes: number, { requests }: Tally): string =>
  (bytes / requests / 1000).toFixed(1);

function print(name: string, faults: boolean, tally: Tally, best: Tally, goal: boolean): boolean {
  const share = tally.cachedShare / best.cachedShare;
  const missed = [
    share < (faults ? CACHE_GOAL_WITH_FAULTS : CACHE_GOAL) ? 'cache' : '',
    tally.failedTurns > 0 ? 'failed turns' : '',
    tally.twice > 0 ? 'sent twice' : '',
    goal && tally.savedShare < SAVED_GOAL ? 'bytes' : '',
  ].filter((word) => word !== '');
  console.log(
    [
      name.padEnd(10),
      (faults ? 'faults' : '-').padEnd(7),
      percent(tally.cachedShare).padStart(8),
      percent(best.cachedShare).padStart(8),
      percent(share).padStart(9),
      String(tally.failedTurns).padStart(7),
      String(tally.twice).padStart(6),
      String(tally.repeats).padStart(8),
      percent(tally.savedShare).padStart(8),
      `  ${missed.length === 0 ? 'met' : `MISSED: ${missed.join(', ')}`}`,
    ].join(' '),
  );
  const [full, sent] = [tally.fullBytes, tally.upstreamBytes].map((bytes) =>
    kilobytes(bytes, tally),
  );
  console.log(`           a request: ${full} KB whole, ${sent} KB sent to the upstream`);
  for (const [reason, times] of tally.reasons) console.log(`           ${times} x ${reason}`);
  return missed.length === 0;
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  console.log(`${CONVERSATIONS} conversations of ${TURNS} turns, ${ACCOUNTS} accounts`);
  console.log(
    'client     with      cached    ideal  of ideal  failed  twice  repeats    saved   goals',
  );
  let met = true;
  for (const { kind, name, ideal: idealKind, incremental } of KINDS) {
    if (wanted.length > 0 && !wanted.includes(kind)) continue;
    const best = await ideal(idealKind);
    for (const faults of [false, true]) {
      const tally = await measure(kind, faults);
      met = print(name, faults, tally, best, !incremental) && met;
    }
  }
  console.log(
    '\ncached: share of input tokens; failed: turns without an answer in the end; twice: turns',
  );
  console.log(
    'worked on more often than clients sent them; repeats: requests that clients sent again;',
  );
  console.log('saved: bytes that did not travel to the upstream, against whole histories');
  if (!met) process.exitCode = 1;
}

await main();
