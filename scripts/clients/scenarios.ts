/** All runs. */
import { conversationsOf, sameBeginning, stayed, STEPS, steps, warm } from './checks.ts';
import { CODEX } from './codex-scenarios.ts';
import { FAULTS, LONG } from './trouble-scenarios.ts';
import { claude } from './kinds/claude.ts';
import { codex } from './kinds/codex.ts';
import { gemini, qwen } from './kinds/gemini.ts';
import { opencode } from './kinds/opencode.ts';
import { PLAIN, type Scenario } from './scenario.ts';
import type { ClientKind } from './client.ts';
import type { FamilyName } from '../../test/support/families.ts';

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
    ...PLAIN,
    name: `${name} on ${family}`,
    client,
    family,
    accounts: 2,
    then: ['nothing'],
    check: ({ answered, sockets }) => [
      ...steps(answered, 2),
      ...sameBeginning(answered.slice(0, STEPS), client),
      ...sameBeginning(answered.slice(STEPS), client),
      ...conversationsOf(answered, client).flatMap((turns) => [
        ...stayed(turns),
        ...(family === 'codex' ? warm(turns, sockets, client) : []),
      ]),
    ],
  })),
);

/** In this order. */
export const SCENARIOS: readonly Scenario[] = [...CODEX, ...FAULTS, ...LONG, ...MATRIX];
