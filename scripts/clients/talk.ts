/**
 * The script of the upstream: for each question of the user the model reads two files, one after the
 * other, and then says what stands in them. Pure.
 */
import type { ToolCall } from '../../src/sandbox/responses-wire.ts';

/** Files that exist in the client's folder, in the order in which they are read. */
export const FILES = ['probe.txt', 'second.txt'] as const;

/** What the model has heard since the last question. */
export interface Talk {
  /** Outputs of tool calls. */
  results: string[];
  questions: number;
}

/** What the model says. */
export interface Reply {
  text: string;
  toolCall: ToolCall | undefined;
}

export const emptyTalk = (): Talk => ({ results: [], questions: 0 });

/** The talk with further input items. */
export function heard(talk: Talk, input: unknown): Talk {
  let { results, questions } = talk;
  for (const item of Array.isArray(input) ? (input as Record<string, unknown>[]) : []) {
    if (item['type'] === 'function_call_output') {
      results = [...results, String(JSON.stringify(item['output']))];
    } else if (item['role'] === 'user') {
      results = [];
      questions += 1;
    }
  }
  return { results, questions };
}

/** Shell tools of the clients, and the name of their command. */
const SHELLS: Readonly<Record<string, string>> = {
  exec_command: 'cmd',
  Bash: 'command',
  run_shell_command: 'command',
};

/** The next move. `tools`: those of the request. */
export function replyTo({ results, questions }: Talk, tools: unknown): Reply {
  const file = FILES[results.length];
  if (file === undefined) {
    const found = results.map((text) => /MARK-\w+/.exec(text)?.[0] ?? 'nothing');
    return { text: `FINAL ${found.join(' ')}`, toolCall: undefined };
  }
  const callId = `call_${questions}_${results.length}`;
  const name = namesOf(tools).find((one) => one in SHELLS) ?? 'exec_command';
  const args = JSON.stringify({ [SHELLS[name] ?? 'cmd']: `cat ${file}` });
  return { text: '', toolCall: { callId, name, arguments: args } };
}

const namesOf = (tools: unknown): string[] =>
  (Array.isArray(tools) ? (tools as { name?: unknown }[]) : []).map(({ name }) => String(name));
