/**
 * The prompt of a request as an upstream's prompt cache sees it: raw bytes in the order in which they
 * are read. Marks of cache points are taken out, because they move with every request.
 */
import type { FamilyName } from '../../test/support/families.ts';
import { forEachElement, memberOf, scanObject, textOf } from '../../src/json/scan.ts';

/** JSON texts. */
export interface Prompt {
  /** What stands before the conversation: tools, instructions, the key of the cache. */
  lead: string;
  /** The conversation, one text for each message. */
  items: string[];
}

/** How much of a prompt was there again in the next one. */
export interface Kept {
  /** Bytes of the earlier prompt. */
  bytes: number;
  /** Of these, in the same place of the later one. */
  kept: number;
  /** The first piece that was not: as it was, and as it became. */
  change?: [string, string];
}

const LEADS: Readonly<Record<FamilyName, readonly string[]>> = {
  codex: ['prompt_cache_key', 'instructions', 'tools'],
  chat: ['prompt_cache_key', 'tools'],
  claude: ['tools', 'system'],
  gemini: ['cachedContent', 'systemInstruction', 'tools', 'toolConfig'],
};

const LISTS: Readonly<Record<FamilyName, string>> = {
  codex: 'input',
  chat: 'messages',
  claude: 'messages',
  gemini: 'contents',
};

/** Reads the prompt of a body. */
export function promptIn(family: FamilyName, body: Buffer): Prompt {
  const members = scanObject(body);
  const lead = LEADS[family].map((name) => {
    const member = memberOf(members, name);
    return member === undefined ? '' : withoutMarks(body, member.valueStart, member.valueEnd);
  });
  const items: string[] = [];
  const list = memberOf(members, LISTS[family]);
  if (list !== undefined) {
    forEachElement(body, list.valueStart, list.valueEnd, (start, end) => {
      items.push(withoutMarks(body, start, end));
      return true;
    });
  }
  return { lead: lead.join('\n'), items };
}

/** A text alone is written as a block where Anthropic's mark has to stand on it: the same prompt. */
const withoutMarks = (body: Buffer, start: number, end: number): string =>
  textOf(body, start, end)
    .replaceAll(/,?\s*"cache_control":\s*\{[^{}]*\}/g, '')
    .replaceAll(
      /"content":\s*\[\s*\{\s*"type":\s*"text",\s*"text":\s*("(?:[^"\\]|\\.)*")\s*\}\s*\]/g,
      '"content":$1',
    );

/** Without Google's proofs of thought, for clients that lose them. */
export const withoutProofs = ({ lead, items }: Prompt): Prompt => ({
  lead,
  items: items.map((item) => item.replaceAll(/,?"thoughtSignature":"[^"]*"/g, '')),
});

/** Compares two prompts that follow each other. */
export function keptOf(before: Prompt, after: Prompt): Kept {
  const pieces = [before.lead, ...before.items];
  const later = [after.lead, ...after.items];
  const changed = pieces.findIndex((piece, index) => piece !== later[index]);
  const bytes = sizeOf(pieces);
  if (changed < 0) return { bytes, kept: bytes };
  const change: [string, string] = [pieces[changed] ?? '', later[changed] ?? ''];
  return { bytes, kept: sizeOf(pieces.slice(0, changed)), change };
}

const sizeOf = (pieces: readonly string[]): number =>
  pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
