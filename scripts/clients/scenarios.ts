/** What the clients are run through, and what has to be true afterwards. */
import { claude } from './kinds/claude.ts';
import { codex } from './kinds/codex.ts';
import { gemini, qwen } from './kinds/gemini.ts';
import { opencode } from './kinds/opencode.ts';
import type { ClientKind } from './client.ts';
import type { FamilyName } from '../../test/support/families.ts';
import type { Answered, ClientUpstream, Fault } from './upstream.ts';

/** Model requests of one user turn: two tool calls and the final text. */
const STEPS = 3;

/** One run. */
export interface Scenario {
  name: string;
  client: ClientKind;
  family: FamilyName;
  fault: Fault | undefined;
  accounts: number;
  /** A further turn, in a new process that resumes the session. */
  resume: boolean;
  /** Problems with what the upstream saw; empty = none. */
  check(upstream: ClientUpstream): string[];
}

const plain = { family: 'codex', fault: undefined, accounts: 1, resume: false } as const;

/** The Codex CLI on a Codex upstream, with faults. */
const CODEX: readonly Scenario[] = [
  {
    ...plain,
    name: 'two tool calls, WebSocket',
    client: codex('socket'),
    check: ({ answered, sockets }) => [
      ...steps(answered, 1),
      ...all(answered, 'websocket'),
      ...wrong(sockets !== 1, `${sockets} upstream sockets instead of 1`),
      ...wrong(!answered.every((one) => one.incremental), 'a whole input was sent'),
    ],
  },
  {
    ...plain,
    name: 'two tool calls, HTTP client on a warm socket',
    client: codex('http'),
    check: ({ answered, sockets }) => [
      ...steps(answered, 1),
      ...all(answered, 'websocket'),
      ...wrong(sockets !== 1, `${sockets} upstream sockets instead of 1`),
      ...wrong(answered.filter((one) => one.incremental).length !== 2, 'increments are missing'),
    ],
  },
  {
    ...plain,
    name: 'ChatGPT login',
    client: codex('chatgpt'),
    resume: true,
    check: ({ answered }) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...plain,
    name: 'usage limit in the middle, WebSocket',
    client: codex('socket'),
    fault: 'limit',
    accounts: 2,
    check: ({ answered }) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...plain,
    name: 'usage limit in the middle, HTTP',
    client: codex('http'),
    fault: 'limit',
    accounts: 2,
    check: ({ answered }) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...plain,
    name: 'upstream socket dies between turns',
    client: codex('socket'),
    fault: 'cut',
    check: ({ answered, sockets }) => [
      ...steps(answered, 1),
      ...wrong(sockets !== 2, `${sockets} upstream sockets instead of 2`),
    ],
  },
  {
    ...plain,
    name: 'upstream socket dies, HTTP client',
    client: codex('http'),
    fault: 'cut',
    check: ({ answered }) => steps(answered, 1),
  },
  {
    ...plain,
    name: 'upstream refuses the upgrade',
    client: codex('socket'),
    fault: 'no-upgrade',
    check: ({ answered }) => [...steps(answered, 1), ...all(answered, 'http')],
  },
  {
    ...plain,
    name: 'upstream refuses the upgrade, HTTP client',
    client: codex('http'),
    fault: 'no-upgrade',
    check: ({ answered }) => [...steps(answered, 1), ...all(answered, 'http')],
  },
];

const CLIENTS: Readonly<Record<string, ClientKind>> = {
  'Codex, WebSocket': codex('socket'),
  'Codex, HTTP': codex('http'),
  'Claude Code': claude,
  'Gemini CLI': gemini,
  'OpenCode, openai-compatible': opencode('openai-compatible'),
  'OpenCode, openai': opencode('openai'),
  'OpenCode, openai, WebSocket': opencode('socket'),
  'OpenCode, anthropic': opencode('anthropic'),
  'OpenCode, google': opencode('google'),
  'Qwen Code, openai': qwen('openai'),
  'Qwen Code, anthropic': qwen('anthropic'),
  'Qwen Code, gemini': qwen('gemini'),
};

const FAMILIES: readonly FamilyName[] = ['codex', 'chat', 'claude', 'gemini'];

/** Every client on every family: two turns, the second in a new process. */
const MATRIX = Object.entries(CLIENTS).flatMap(([name, client]) =>
  FAMILIES.map((family): Scenario => ({
    ...plain,
    name: `${name} on ${family}`,
    client,
    family,
    accounts: 2,
    resume: true,
    check: ({ answered, sockets }) => [
      ...steps(answered, 2),
      ...conversationsOf(answered, client).flatMap((turns) => [
        ...stayed(turns),
        ...(family === 'codex' ? warm(turns, sockets, client) : []),
      ]),
    ],
  })),
);

/** All runs. */
export const SCENARIOS: readonly Scenario[] = [...CODEX, ...MATRIX];

const wrong = (is: boolean, words: string): string[] => (is ? [words] : []);

/** Each step was answered once: nothing was lost, nothing was paid twice. */
function steps(answered: readonly Answered[], turns: number): string[] {
  const wanted = Array.from({ length: turns * STEPS }, (_, index) => index % STEPS).join();
  const seen = answered.map((one) => one.step).join();
  return wrong(seen !== wanted, `answered steps ${seen} instead of ${wanted}`);
}

const all = (answered: readonly Answered[], transport: Answered['transport']): string[] =>
  wrong(
    answered.some((one) => one.transport !== transport),
    `not all went over ${transport}`,
  );

const moved = (answered: readonly Answered[]): string[] =>
  wrong(new Set(answered.map((one) => one.account)).size !== 2, 'the account did not change');

/** What the proxy has to take for one conversation. */
const conversationsOf = (
  answered: readonly Answered[],
  { resumesAnew }: ClientKind,
): (readonly Answered[])[] =>
  resumesAnew === true ? [answered.slice(0, STEPS), answered.slice(STEPS)] : [answered];

const stayed = (answered: readonly Answered[]): string[] =>
  wrong(new Set(answered.map((one) => one.account)).size !== 1, 'the account changed');

/** Everything but the beginning of a conversation goes as an increment over its socket. */
const warm = (
  answered: readonly Answered[],
  sockets: number,
  { dropsCallIds }: ClientKind,
): string[] => {
  const over = all(answered, 'websocket');
  if (dropsCallIds === true) return over;
  return [
    ...over,
    ...wrong(!answered.slice(1).every((one) => one.incremental), 'a whole input was sent again'),
    ...wrong(sockets > 2, `${sockets} upstream sockets`),
  ];
};
