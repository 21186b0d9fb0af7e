/** The Codex CLI on Codex upstreams. */
import { all, moved, steps, wrong } from './checks.ts';
import { codex } from './kinds/codex.ts';
import { PLAIN, type Scenario } from './scenario.ts';

/** The Codex CLI on a Codex upstream, with faults. */
export const CODEX: readonly Scenario[] = [
  {
    ...PLAIN,
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
    ...PLAIN,
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
    ...PLAIN,
    name: 'ChatGPT login',
    client: codex('chatgpt'),
    then: ['nothing'],
    check: ({ answered }) => [...steps(answered, 2), ...all(answered, 'websocket')],
  },
  {
    ...PLAIN,
    name: 'usage limit in the middle, WebSocket',
    client: codex('socket'),
    fault: 'limit',
    accounts: 2,
    check: ({ answered }) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...PLAIN,
    name: 'usage limit in the middle, HTTP',
    client: codex('http'),
    fault: 'limit',
    accounts: 2,
    check: ({ answered }) => [...steps(answered, 1), ...moved(answered)],
  },
  {
    ...PLAIN,
    name: 'upstream socket dies between turns',
    client: codex('socket'),
    fault: 'cut',
    check: ({ answered, sockets }) => [
      ...steps(answered, 1),
      ...wrong(sockets !== 2, `${sockets} upstream sockets instead of 2`),
    ],
  },
  {
    ...PLAIN,
    name: 'upstream socket dies, HTTP client',
    client: codex('http'),
    fault: 'cut',
    check: ({ answered }) => steps(answered, 1),
  },
  {
    ...PLAIN,
    name: 'upstream refuses the upgrade',
    client: codex('socket'),
    fault: 'no-upgrade',
    check: ({ answered }) => [...steps(answered, 1), ...all(answered, 'http')],
  },
  {
    ...PLAIN,
    name: 'upstream refuses the upgrade, HTTP client',
    client: codex('http'),
    fault: 'no-upgrade',
    check: ({ answered }) => [...steps(answered, 1), ...all(answered, 'http')],
  },
];
