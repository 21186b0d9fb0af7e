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

/** The first word of the answer to a question. */
export const FINAL = 'FINAL';

/** The talk with further items of a Responses request. */
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
  bash: 'command',
  run_shell_command: 'command',
};

/**
 * The next move. `tools`: names of those in the request; a request without a shell is none of the
 * conversation, but asks for a title and the like.
 */
export function replyTo({ results, questions }: Talk, tools: readonly string[]): Reply {
  const shell = tools.find((name) => name in SHELLS);
  if (shell === undefined) return { text: 'Two files', toolCall: undefined };
  const file = FILES[results.length];
  if (file === undefined) {
    const found = results.map((text) => /MARK-\w+/.exec(text)?.[0] ?? 'nothing');
    return { text: `${FINAL} ${found.join(' ')}`, toolCall: undefined };
  }
  const callId = `call_${questions}_${results.length}`;
  // Qwen Code may lose what a command writes right before its end.
  const command = shell === 'run_shell_command' ? `cat ${file}; sleep 1` : `cat ${file}`;
  const args = JSON.stringify({ [SHELLS[shell] ?? 'cmd']: command });
  return { text: '', toolCall: { callId, name: shell, arguments: args } };
}

/** True for a turn of the conversation. */
export const isTurn = (tools: readonly string[]): boolean => tools.some((name) => name in SHELLS);

/** Names of tools that stand in a list of objects with a name. */
export const namesOf = (tools: unknown): string[] =>
  (Array.isArray(tools) ? (tools as { name?: unknown }[]) : []).map(({ name }) => String(name));
