/**
 * The script of the upstream: for each question of the user the model reads two files in turn, one
 * call after the other, and then says what stands in them. Pure.
 */
import type { ToolCall } from '../../src/sandbox/responses-wire.ts';

/** Files that exist in the client's folder, in the order in which they are read. */
export const FILES = ['probe.txt', 'second.txt'] as const;

/** What the model has heard since the last question. */
export interface Talk {
  /** Outputs of tool calls. */
  results: string[];
  /** From 1. */
  questions: number;
}

/** What the model says. */
export interface Reply {
  text: string;
  toolCall: ToolCall | undefined;
}

export const emptyTalk = (): Talk => ({ results: [], questions: 1 });

/** The first word of the answer to a question. */
export const FINAL = 'FINAL';

/** The talk with further items of a Responses request. */
export function heard(talk: Talk, input: unknown): Talk {
  let now = talk;
  for (const item of Array.isArray(input) ? (input as Record<string, unknown>[]) : []) {
    const text = JSON.stringify(item['output'] ?? item['content'] ?? '');
    if (item['type'] === 'function_call_output') now = { ...now, results: [...now.results, text] };
    else if (item['role'] === 'assistant') now = said(now, text);
  }
  return now;
}

/** The talk after the model said this: its final words end what was asked. */
export const said = (talk: Talk, text: string): Talk =>
  text.includes(FINAL) ? { results: [], questions: talk.questions + 1 } : talk;

/** Shell tools of the clients, and the name of their command. */
const SHELLS: Readonly<Record<string, string>> = {
  exec_command: 'cmd',
  Bash: 'command',
  bash: 'command',
  run_shell_command: 'command',
};

/**
 * The next move. `tools`: names of those in the request; a request without a shell is none of the
 * conversation, but asks for a title and the like. `reads`: calls for each question.
 */
export function replyTo(
  { results, questions }: Talk,
  tools: readonly string[],
  reads: number,
): Reply {
  const shell = tools.find((name) => name in SHELLS);
  if (shell === undefined) return { text: 'Two files', toolCall: undefined };
  const file = FILES[results.length % FILES.length] ?? FILES[0];
  if (results.length >= reads) {
    const found = results.map((text) => /MARK-\w+/.exec(text)?.[0] ?? 'nothing');
    return { text: `${FINAL} ${found.join(' ')}`, toolCall: undefined };
  }
  const callId = `call_${questions}_${results.length}`;
  // Qwen Code may lose what a command writes right before its end; Gemini CLI takes calls that repeat
  // for a loop, and asks again with a note about it.
  const rest = shell === 'run_shell_command' ? '; sleep 1' : '';
  const command = `cat ${file}; echo ${results.length + 1}${rest}`;
  const args = JSON.stringify({ [SHELLS[shell] ?? 'cmd']: command });
  return { text: '', toolCall: { callId, name: shell, arguments: args } };
}

/** True for a turn of the conversation. */
export const isTurn = (tools: readonly string[]): boolean => tools.some((name) => name in SHELLS);

/** Names of tools that stand in a list of objects with a name. */
export const namesOf = (tools: unknown): string[] =>
  (Array.isArray(tools) ? (tools as { name?: unknown }[]) : []).map(({ name }) => String(name));
