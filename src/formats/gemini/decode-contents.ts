/**
 * `contents` and the system instruction → canonical messages (thinking 7.1, 9.1). Every result
 * becomes a message of its own in front of what stood beside it: it has to follow its call at once.
 * Neighbouring model turns are joined, because SDKs keep each chunk of a stream as one.
 */
import type { Part } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import { isObject, objectOf, textOf } from '../../canonical/value.ts';
import { CallIds } from './call-ids.ts';
import { callOf, decodeCall, decodeResult, resultOf } from './decode-calls.ts';
import { decodePart } from './decode-parts.ts';
import { withForeignThoughts } from './foreign-thoughts.ts';
import { listOf } from './spellings.ts';

/** Reads `contents`; a bare string is one user turn. */
export function decodeContents(contents: unknown): Message[] {
  if (typeof contents === 'string') return [{ role: 'user', content: contents }];
  const messages: Message[] = [];
  const ids = new CallIds();
  for (const [index, content] of listOf(contents).entries()) {
    const { role, parts } = objectOf(content);
    const own = decodeTurn(listOf(parts), index, ids, messages);
    if (own.length > 0) place(messages, roleOf(textOf(role)), own);
  }
  return messages.map((message) => simplified(withThoughts(message)));
}

/** The system message; undefined without any text or media. Thoughts are left out. */
export function decodeSystem(instruction: unknown): Message | undefined {
  if (typeof instruction === 'string') return { role: 'system', content: textParts(instruction) };
  const given = isObject(instruction) && 'parts' in instruction ? instruction.parts : instruction;
  const parts = listOf(given)
    .map((part) => (typeof part === 'string' ? { text: part } : objectOf(part)))
    .map(decodePart)
    .filter((part) => part !== undefined && part.type !== 'verbatim');
  return parts.length === 0 ? undefined : { role: 'system', content: parts as Part[] };
}

const textParts = (text: string): Part[] => [{ type: 'text', text }];

/** Parts of one turn; its results go into `messages`. */
function decodeTurn(
  parts: readonly unknown[],
  content: number,
  ids: CallIds,
  messages: Message[],
): Part[] {
  const own: Part[] = [];
  for (const [index, value] of parts.entries()) {
    const part = typeof value === 'string' ? { text: value } : objectOf(value);
    const here = { content, part: index };
    const result = resultOf(part);
    const call = callOf(part);
    if (result !== undefined) {
      const decoded = decodeResult(result, ids, here);
      if (decoded !== undefined) messages.push({ role: 'tool', content: [decoded] });
    } else if (call !== undefined) own.push(decodeCall(part, call, ids, here));
    else {
      const decoded = decodePart(part);
      if (decoded !== undefined) own.push(decoded);
    }
  }
  return own;
}

/** Results may come in turns of the function; what stands beside them is the user's. */
function roleOf(role: string): string {
  if (role === 'model') return 'assistant';
  return role === '' || role === 'function' || role === 'tool' ? 'user' : role;
}

function place(messages: Message[], role: string, parts: Part[]): void {
  if (role !== 'assistant') {
    messages.push({ role, content: parts });
    return;
  }
  // Streams end with an empty text, which clients send back; no upstream needs it.
  const spoken = parts.filter((part) => part.type !== 'text' || part.text !== '');
  const last = messages[messages.length - 1];
  if (last?.role === 'assistant' && Array.isArray(last.content)) {
    (last.content as Part[]).push(...spoken);
  } else if (spoken.length > 0) messages.push({ role, content: spoken });
}

/** Thoughts that another provider proved are no longer only Google's. */
function withThoughts(message: Message): Message {
  const { role, content } = message;
  if (role !== 'assistant' || typeof content === 'string') return message;
  return { ...message, content: withForeignThoughts(content) };
}

/** One plain text is a string, as in every other format. */
function simplified(message: Message): Message {
  const { content } = message;
  if (typeof content === 'string' || content.length !== 1) return message;
  const [part] = content;
  if (part?.type !== 'text' || part.signature !== undefined) return message;
  return { ...message, content: part.text };
}
