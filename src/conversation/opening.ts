/**
 * How a conversation begins: its leading instructions, its first user message and its first answer,
 * read from a request body of any client format. Works on byte ranges: only the messages that matter
 * are parsed, and nothing behind them is looked at.
 */
import { isObject } from '../canonical/value.ts';
import {
  forEachElement,
  memberOf,
  parseRange,
  parseValue,
  readString,
  scanObject,
} from '../json/scan.ts';
import { stringHead } from '../json/string-head.ts';
import type { Member } from '../json/members.ts';

/** What was found; content is parsed JSON in the client's own form. */
export interface Opening {
  /** Texts of the system and developer messages before the first user message, never empty. */
  instructions: string[];
  /** Content of the first user message; undefined without one. */
  user: unknown;
  /** Text of the first assistant message that has one; only looked for on demand. */
  assistant: string | undefined;
}

/** Where a format keeps its instructions and its messages. */
interface Layout {
  instructions: readonly string[];
  messages: string;
  content: string;
  /** Role of a message that names none. */
  defaultRole: string;
}

const LAYOUTS = {
  openai: { instructions: [], messages: 'messages', content: 'content', defaultRole: '' },
  'openai-response': {
    instructions: ['instructions'],
    messages: 'input',
    content: 'content',
    defaultRole: '',
  },
  claude: { instructions: ['system'], messages: 'messages', content: 'content', defaultRole: '' },
  gemini: {
    instructions: ['systemInstruction', 'system_instruction'],
    messages: 'contents',
    content: 'parts',
    defaultRole: 'user',
  },
} as const satisfies Record<string, Layout>;

/** Client formats whose bodies are understood here: all of them. */
export type ConversationFormat = keyof typeof LAYOUTS;

/** System block that Claude Code fills with data of the single request (clients.md 2, row 18). */
const BILLING_BLOCK = 'x-anthropic-billing-header:';

/**
 * Bytes of one text that are read: whole files are pasted into first messages, and what tells
 * conversations apart stands long before their end.
 */
export const MAX_TEXT_BYTES = 16 * 1024;

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const QUOTE = 0x22;

/**
 * Reads the opening. `withAssistant`: look on behind the first user message for the first answer.
 * @throws SwitchyardError `invalid_json` for what had to be parsed and is broken.
 */
export function openingOf(
  format: ConversationFormat,
  body: Uint8Array,
  members: readonly Member[],
  withAssistant: boolean,
): Opening {
  const layout: Layout = LAYOUTS[format];
  const opening: Opening = { instructions: [], user: undefined, assistant: undefined };
  for (const key of layout.instructions) {
    const member = memberOf(members, key);
    if (member === undefined) continue;
    addInstruction(opening, parseValue(body, member));
    break;
  }
  const messages = memberOf(members, layout.messages);
  if (messages === undefined) return opening;
  const first = body[messages.valueStart];
  if (first === QUOTE) opening.user = valueOf(body, messages);
  else if (first === OPEN_BRACKET) walk(opening, layout, body, messages, withAssistant);
  return opening;
}

function walk(
  opening: Opening,
  layout: Layout,
  body: Uint8Array,
  messages: Member,
  withAssistant: boolean,
): void {
  forEachElement(body, messages.valueStart, messages.valueEnd, (start, end) => {
    if (body[start] !== OPEN_BRACE) return true;
    const fields = scanObject(body, start, end);
    const role = roleOf(body, fields, layout);
    const wanted = isWanted(role, opening);
    if (wanted) take(opening, role, contentOf(body, fields, layout));
    const complete = opening.assistant !== undefined || !withAssistant;
    return opening.user === undefined || !complete;
  });
}

/** Nothing behind the first user message is an instruction, and only the first answer counts. */
function isWanted(role: string, opening: Opening): boolean {
  if (role === 'assistant') return opening.assistant === undefined;
  return (role === 'user' || role === 'system') && opening.user === undefined;
}

function take(opening: Opening, role: string, content: unknown): void {
  if (role === 'user') opening.user = content ?? '';
  else if (role === 'system') addInstruction(opening, content);
  else opening.assistant = plainText(content) || undefined;
}

function roleOf(body: Uint8Array, fields: readonly Member[], layout: Layout): string {
  const member = memberOf(fields, 'role');
  if (member === undefined) return layout.defaultRole;
  const role = readString(body, member.valueStart, member.valueEnd)?.trim().toLowerCase() ?? '';
  if (role === 'developer') return 'system';
  return role === 'model' ? 'assistant' : role;
}

function contentOf(body: Uint8Array, fields: readonly Member[], layout: Layout): unknown {
  const member = memberOf(fields, layout.content);
  return member && valueOf(body, member);
}

function valueOf(body: Uint8Array, { valueStart, valueEnd }: Member): unknown {
  if (body[valueStart] === QUOTE) return stringHead(body, valueStart, valueEnd, MAX_TEXT_BYTES);
  return parseRange(body, valueStart, valueEnd);
}

function addInstruction(opening: Opening, content: unknown): void {
  const text = plainText(content);
  if (text !== '') opening.instructions.push(text);
}

/** Text parts of a content, joined by line feeds; everything that is no text is left out. */
export function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) {
    return content
      .map(plainText)
      .filter((text) => text !== '' && !text.startsWith(BILLING_BLOCK))
      .join('\n');
  }
  if (!isObject(content)) return '';
  if (typeof content['text'] === 'string') return content['text'];
  return plainText(content['parts'] ?? content['content']);
}
