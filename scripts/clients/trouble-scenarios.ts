/** What users of Claude Code, Gemini CLI and OpenCode suffer from, and long conversations. */
import {
  accountsOf,
  moved,
  refusals,
  sameBeginning,
  stayed,
  STEPS,
  steps,
  warm,
  wrong,
} from './checks.ts';
import { claude } from './kinds/claude.ts';
import { gemini } from './kinds/gemini.ts';
import { opencode } from './kinds/opencode.ts';
import { PLAIN, type Scenario } from './scenario.ts';
import type { ClientKind } from './client.ts';
import type { FamilyName } from '../../test/support/families.ts';

/** Clients on their own family and on another. */
const PAIRS: readonly [string, ClientKind, FamilyName][] = [
  ['Claude Code', claude, 'claude'],
  ['Claude Code', claude, 'codex'],
  ['Gemini CLI', gemini, 'gemini'],
  ['OpenCode', opencode('openai-compatible'), 'chat'],
  ['OpenCode', opencode('openai-compatible'), 'claude'],
];

/** A scenario without its client. */
type Trouble = Omit<Scenario, 'client' | 'family'>;

const TROUBLES: readonly Trouble[] = [
  {
    ...PLAIN,
    name: 'answers are cut in the middle',
    fault: 'break',
    accounts: 2,
    check: (upstream) => [
      ...steps(upstream.answered, 1),
      ...refusals(upstream, 'break', 2),
      ...stayed(upstream.answered),
    ],
  },
  {
    ...PLAIN,
    name: 'one of two accounts is limited',
    fault: 'rate',
    accounts: 2,
    check: (upstream) => [
      ...steps(upstream.answered, 1),
      ...refusals(upstream, 'rate', 1),
      ...moved(upstream.answered),
    ],
  },
  {
    ...PLAIN,
    name: 'one of two accounts is overloaded',
    fault: 'overload',
    accounts: 2,
    check: (upstream) => [
      ...steps(upstream.answered, 1),
      // The account of a conversation is asked twice before another one is.
      ...refusals(upstream, 'overload', 1, 2),
      ...moved(upstream.answered),
    ],
  },
  {
    ...PLAIN,
    name: 'both accounts are overloaded once',
    fault: 'pool-overload',
    accounts: 2,
    check: (upstream) => [...steps(upstream.answered, 1), ...refusals(upstream, 'overload', 1, 2)],
  },
  {
    ...PLAIN,
    name: 'restart, then the account goes',
    accounts: 3,
    then: ['restart', 'drop-account'],
    check: ({ answered, asides: [first = ''] }) => {
      const turns = answered.slice(0, 2 * STEPS);
      const later = answered.slice(2 * STEPS);
      const both = accountsOf(turns).filter((one) => accountsOf(later).includes(one));
      return [
        ...steps(answered, 3),
        ...stayed(turns),
        // Somebody else's conversation came first, and took the account that an empty memory would.
        ...wrong(
          accountsOf(turns).includes(first),
          'the conversation began with the first account',
        ),
        ...stayed(later),
        ...wrong(both.length > 0, 'the account that is gone answered'),
      ];
    },
  },
];

/** Each trouble for each pair. */
export const FAULTS: readonly Scenario[] = TROUBLES.flatMap((trouble) =>
  PAIRS.map(([name, client, family]) => ({
    ...trouble,
    name: `${name} on ${family}: ${trouble.name}`,
    client,
    family,
  })),
);

const READS = 11;

const LONG_CLIENTS: readonly [string, ClientKind][] = [
  ['Claude Code', claude],
  ['Gemini CLI', gemini],
  ['OpenCode', opencode('openai-compatible')],
];

/** Twelve model requests on one prompt that only grows. */
export const LONG: readonly Scenario[] = LONG_CLIENTS.flatMap(([name, client]) =>
  (['codex', 'chat', 'claude', 'gemini'] as const).map((family): Scenario => ({
    ...PLAIN,
    name: `${name} on ${family}: ${READS} tool calls`,
    client,
    family,
    accounts: 2,
    reads: READS,
    check: ({ answered, sockets }) => [
      ...steps(answered, 1, READS + 1),
      ...stayed(answered),
      ...sameBeginning(answered, client),
      ...(family === 'codex' ? warm(answered, sockets, client) : []),
    ],
  })),
);
