/**
 * What the clients of this benchmark say: 40 conversations of 15 turns, each with two tool calls, which
 * is few for a coding client. Sizes are those of Codex (clients.md 4.5, 5.3): 19 KB of tools in every
 * request, 20 KB of instructions, files of 8 KB as tool outputs. Nothing is random.
 */

export const CONVERSATIONS = 40;
export const TURNS = 15;

const TOOLS_BYTES = 19_000;
const INSTRUCTIONS_BYTES = 20_000;
const QUESTION_BYTES = 1_000;
const FILE_BYTES = 8_000;
const CALLS = 2;

export const INSTRUCTIONS = filler('Instructions of the client.', INSTRUCTIONS_BYTES);

/** The tool that the sandbox is told to call. */
export const TOOL = 'read_file';

const DESCRIPTION = filler('Reads a file of the workspace.', TOOLS_BYTES);

/** Tools as the Responses API takes them. */
export const RESPONSES_TOOLS = [
  { type: 'function', name: TOOL, description: DESCRIPTION, parameters: parameters() },
];

/** The same for Chat Completions. */
export const CHAT_TOOLS = [
  {
    type: 'function',
    function: { name: TOOL, description: DESCRIPTION, parameters: parameters() },
  },
];

/** The words of the user. The mark in them is found again at the sandbox. */
export function question(conversation: number, turn: number): string {
  const mark = markOf(conversation, turn, 'ask');
  const command = `sandbox:tool ${CALLS} ${TOOL} {"path":"file-${turn}.ts"}`;
  return filler(`${mark} And now? ${command}\nMore about it:`, QUESTION_BYTES);
}

/** What the tool returns. `call`: from 0, within the turn. */
export function toolOutput(conversation: number, turn: number, call: number): string {
  return filler(`${markOf(conversation, turn, `tool${call}`)} The file:`, FILE_BYTES);
}

/** The mark in a text; undefined: it has none. */
export function markIn(text: string): string | undefined {
  return /^\[\d+\.\d+\.(?:ask|tool\d+)\]/.exec(text)?.[0];
}

function markOf(conversation: number, turn: number, step: string): string {
  return `[${conversation}.${turn}.${step}]`;
}

function parameters(): object {
  return { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };
}

function filler(head: string, bytes: number): string {
  const words = 'lorem ipsum dolor sit amet consectetur adipiscing elit ';
  const missing = Math.max(0, bytes - head.length - 1);
  return `${head} ${words.repeat(Math.ceil(missing / words.length)).slice(0, missing)}`;
}
