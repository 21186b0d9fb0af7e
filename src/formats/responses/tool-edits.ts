/** Old names of the web search tool → the one Codex takes (translate-openai-claude.md 5.1 step 9). */
import type { Edit } from '../../json/edits.ts';
import { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { bufferOf, forEachElement, memberOf, readString, scanObject } from '../../json/scan.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const OLD_NAMES = ['web_search_preview', 'web_search_preview_2025_03_11'];
const SIGN = Buffer.from('web_search_preview');

/** Edits inside `tools` and `tool_choice`; both are optional. */
export function toolEdits(bytes: Uint8Array, members: readonly Member[]): Edit[] {
  const tools = memberOf(members, 'tools');
  const choice = memberOf(members, 'tool_choice');
  return [
    ...(tools !== undefined && mayHoldOldName(bytes, tools) ? listEdits(bytes, tools) : []),
    ...(choice !== undefined && mayHoldOldName(bytes, choice) ? choiceEdits(bytes, choice) : []),
  ];
}

function mayHoldOldName(bytes: Uint8Array, member: Member): boolean {
  return bufferOf(bytes).subarray(member.valueStart, member.valueEnd).includes(SIGN);
}

function choiceEdits(bytes: Uint8Array, choice: Member): Edit[] {
  if (bytes[choice.valueStart] !== OPEN_BRACE) return [];
  const members = scanObject(bytes, choice.valueStart, choice.valueEnd);
  const allowed = memberOf(members, 'tools');
  const own = typeEdits(bytes, members, choice.valueEnd);
  return allowed === undefined ? own : [...own, ...listEdits(bytes, allowed)];
}

function listEdits(bytes: Uint8Array, list: Member): Edit[] {
  if (bytes[list.valueStart] !== OPEN_BRACKET) return [];
  const edits: Edit[] = [];
  forEachElement(bytes, list.valueStart, list.valueEnd, (start, end) => {
    if (bytes[start] === OPEN_BRACE) {
      edits.push(...typeEdits(bytes, scanObject(bytes, start, end), end));
    }
    return undefined;
  });
  return edits;
}

function typeEdits(bytes: Uint8Array, members: readonly Member[], end: number): Edit[] {
  const type = memberOf(members, 'type');
  if (type === undefined) return [];
  const name = readString(bytes, type.valueStart, type.valueEnd) ?? '';
  if (!OLD_NAMES.includes(name)) return [];
  const edits = new ObjectEdits(bytes, members, end - 1);
  edits.set('type', '"web_search"');
  return edits.edits();
}
