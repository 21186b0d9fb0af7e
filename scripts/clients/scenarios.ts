/** What the Codex CLI is run through, and what has to be true afterwards. */
import type { Login } from './codex.ts';
import type { Answered, Fault } from './upstream.ts';

/** Model requests of one user turn: two tool calls and the final text. */
const STEPS = 3;

/** One run. */
export interface Scenario {
  name: string;
  login: Login | 'claude' | 'gemini';
  fault: Fault | undefined;
  accounts: number;
  /** A further turn, in a new process that resumes the session. */
  resume: boolean;
  /** Problems with what the upstream saw; empty = none. */
  check(answered: readonly Answered[], sockets: number): string[];
}

const plain = { fault: undefined, accounts: 1, resume: false };

/** All runs. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...plain,
    name: 'two tool calls, WebSocket',
    login: 'socket',
    check: (answered, sockets) => [
      ...steps(answered, 1),
      ...all(answered, 'websocket'),
      ...wrong(sockets !== 1, `${sockets} upstream sockets instead of 1`),
      ...wrong(!answered.every((one) => one.incremental), 'a whole input was sent'),
    ],
  },
  {
    ...plain,
    name: 'two tool calls, HTTP client on a warm socket',
    login: 'http',
    check: (answered, sockets) => [
      ...steps(answered, 1),
      ...all(answered, 'websocket'),
      ...wrong(sockets !== 1, `${sockets} upstream sockets instead of 1`),
      ...wrong(answered.filter((one) => one.incremental).length !== 2, 'increments are missing'),
    ],
  },
  {
    ...plain,
    name: 'second turn in a resumed session',
    login: 'socket',
    resume: true,
    check: (answered) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...plain,
    name: 'ChatGPT login',
    login: 'chatgpt',
    resume: true,
    check: (answered) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...plain,
    name: 'Claude Code, two turns',
    login: 'claude',
    resume: true,
    check: (answered) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...plain,
    name: 'Gemini CLI, two turns',
    login: 'gemini',
    resume: true,
    check: (answered) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...plain,
    name: 'usage limit in the middle, WebSocket',
    login: 'socket',
    fault: 'limit',
    accounts: 2,
    check: (answered) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...plain,
    name: 'usage limit in the middle, HTTP',
    login: 'http',
    fault: 'limit',
    accounts: 2,
    check: (answered) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...plain,
    name: 'upstream socket dies between turns',
    login: 'socket',
    fault: 'cut',
    check: (answered, sockets) => [
      ...steps(answered, 1),
      ...wrong(sockets !== 2, `${sockets} upstream sockets instead of 2`),
    ],
  },
  {
    ...plain,
    name: 'upstream socket dies, HTTP client',
    login: 'http',
    fault: 'cut',
    check: (answered) => steps(answered, 1),
  },
  {
    ...plain,
    name: 'upstream refuses the upgrade',
    login: 'socket',
    fault: 'no-upgrade',
    check: (answered) => [...steps(answered, 1), ...all(answered, 'http')],
  },
  {
    ...plain,
    name: 'upstream refuses the upgrade, HTTP client',
    login: 'http',
    fault: 'no-upgrade',
    check: (answered) => [...steps(answered, 1), ...all(answered, 'http')],
  },
];

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
