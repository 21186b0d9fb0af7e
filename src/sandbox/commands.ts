/**
 * Commands that a user can type into a message to see what a bad upstream does to a conversation.
 * The list for users is docs/sandbox.md.
 */

/** What goes wrong with one turn. */
export type Fault =
  /** An error answer with this status. */
  | { kind: 'status'; status: number }
  /** 429 `usage_limit_reached`; the account stays exhausted for the time. */
  | { kind: 'limit'; seconds: number }
  /** The connection is reset before a byte was sent. */
  | { kind: 'reset' }
  /** The connection is reset in the middle of the answer. */
  | { kind: 'break' }
  /** The connection is closed before the answer; on a WebSocket with this code. */
  | { kind: 'close'; code: number }
  /** The answer stops in the middle and the connection stays open. */
  | { kind: 'stall' }
  /** The stream ends with the dialect's own failure event, inside a 200. */
  | { kind: 'failed' };

/** A fault instead of an answer. */
export type Refusal = Extract<Fault, { kind: 'status' | 'limit' | 'reset' | 'close' }>;

/** A fault in the middle of an answer. */
export type BrokenOff = Exclude<Fault, Refusal>;

export function isRefusal(fault: Fault): fault is Refusal {
  return ['status', 'limit', 'reset', 'close'].includes(fault.kind);
}

/** A command found in a text. */
export type Command =
  /** `always`: on every account and every try; otherwise the next try succeeds. */
  | { kind: 'fault'; fault: Fault; always: boolean }
  /** `times`: calls in a row, each after the output of the one before. */
  | { kind: 'tool'; times: number; name: string | undefined; arguments: string }
  /** Milliseconds between two pieces of the answer. */
  | { kind: 'slow'; pauseMs: number };

/** Longest pause of `sandbox:slow`, and the one without a number. */
export const MAX_PAUSE_MS = 5000;
export const DEFAULT_PAUSE_MS = 100;

/** Reset time of `sandbox:429` without a number, seconds; bounded to a day. */
export const DEFAULT_LIMIT_SECONDS = 60;
export const MAX_LIMIT_SECONDS = 86_400;

/** Close code of `sandbox:close` without a number, or with one that may not be sent (RFC 6455, 7.4). */
export const DEFAULT_CLOSE_CODE = 1011;
const CLOSE_CODE = /^(?:1000|1001|1002|1003|1007|1008|1009|101[0-4]|[34]\d{3})$/;

const COMMAND = /sandbox:([a-z]+|\d{3})(?:[ \t]+(\d+))?([ \t]+always)?\b/;
const TOOL = /sandbox:tool(?:[ \t]+(\d+)\b)?(?:[ \t]+([\w.-]+))?(?:[ \t]*(\{[^]*\}))?/;

/** Most calls in a row; each one may run something at the client. */
export const MAX_TOOL_CALLS = 20;

/** The first command of a user's text. */
export function commandIn(text: string): Command | undefined {
  const match = COMMAND.exec(text);
  if (match === null) return undefined;
  const [, word = '', number, always] = match;
  if (word === 'tool') return toolCommand(text);
  if (word === 'slow') {
    return { kind: 'slow', pauseMs: Math.min(Number(number ?? DEFAULT_PAUSE_MS), MAX_PAUSE_MS) };
  }
  const fault = faultOf(word, number);
  return fault && { kind: 'fault', fault, always: always !== undefined };
}

function faultOf(word: string, number: string | undefined): Fault | undefined {
  if (word === '429') {
    const seconds = Math.min(Number(number ?? DEFAULT_LIMIT_SECONDS), MAX_LIMIT_SECONDS);
    return { kind: 'limit', seconds };
  }
  if (word === 'close') {
    const allowed = CLOSE_CODE.test(number ?? '');
    return { kind: 'close', code: allowed ? Number(number) : DEFAULT_CLOSE_CODE };
  }
  const status = Number(word);
  if (status >= 400 && status < 600) return { kind: 'status', status };
  if (word === 'reset' || word === 'break' || word === 'stall' || word === 'failed') {
    return { kind: word };
  }
  return undefined;
}

function toolCommand(text: string): Command {
  const [, number = '1', name, json] = TOOL.exec(text) ?? [];
  const times = Math.min(Number(number), MAX_TOOL_CALLS);
  return { kind: 'tool', times, name, arguments: json ?? '{}' };
}
