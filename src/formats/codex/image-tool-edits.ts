/** The hosted image tool in bodies that are not parsed (codex.md 1.6, 1.8). */
import { elementCuts, type Edit, type ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import {
  bufferOf,
  forEachElement,
  memberOf,
  parseRange,
  parseValue,
  scanObject,
} from '../../json/scan.ts';
import {
  choosesImageTool,
  IMAGE_TOOL,
  IMAGE_TOOL_SIGN,
  isImageTool,
  makesImages,
} from './image-tool.ts';
import type { ImageToolWish } from '../format.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const SIGN = Buffer.from(IMAGE_TOOL_SIGN);
const TOOL = JSON.stringify(IMAGE_TOOL);

/**
 * Adds the tool or takes it out; true if the request has any tool then. A list that becomes empty
 * goes as a whole. @throws SwitchyardError `invalid_json` for tools that can not be read.
 */
export function editImageTool(
  bytes: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  wish: ImageToolWish | undefined,
): boolean {
  const tools = memberOf(members, 'tools');
  const list = tools !== undefined && bytes[tools.valueStart] === OPEN_BRACKET ? tools : undefined;
  if (wish === 'add') return addTool(bytes, list, edits);
  if (wish === 'remove') {
    removeChoice(bytes, memberOf(members, 'tool_choice'), edits);
    if (list !== undefined && hasSign(bytes, list)) return removeTools(bytes, list, edits);
  }
  return list !== undefined && !isEmpty(bytes, list);
}

function addTool(bytes: Uint8Array, list: Member | undefined, edits: ObjectEdits): true {
  if (list === undefined) edits.set('tools', `[${TOOL}]`);
  else if (!hasSign(bytes, list) || !elementsOf(bytes, list).values.some(makesImages)) {
    const at = list.valueEnd - 1;
    edits.inside({ start: at, end: at, text: isEmpty(bytes, list) ? TOOL : `,${TOOL}` });
  }
  return true;
}

function removeTools(bytes: Uint8Array, list: Member, edits: ObjectEdits): boolean {
  const { cuts, left } = cutsOf(bytes, list);
  if (left === 0) edits.remove('tools');
  else for (const cut of cuts) edits.inside(cut);
  return left > 0;
}

function removeChoice(bytes: Uint8Array, choice: Member | undefined, edits: ObjectEdits): void {
  if (choice === undefined) return;
  if (choosesImageTool(parseValue(bytes, choice))) {
    edits.remove('tool_choice');
    return;
  }
  if (bytes[choice.valueStart] !== OPEN_BRACE) return;
  const allowed = memberOf(scanObject(bytes, choice.valueStart, choice.valueEnd), 'tools');
  if (allowed === undefined || bytes[allowed.valueStart] !== OPEN_BRACKET) return;
  for (const cut of cutsOf(bytes, allowed).cuts) edits.inside(cut);
}

/** Cuts for the hosted tool in a list, and how many other elements there are. */
function cutsOf(bytes: Uint8Array, list: Member): { cuts: Edit[]; left: number } {
  const { values, ranges } = elementsOf(bytes, list);
  const dropped = new Set(values.flatMap((tool, place) => (isImageTool(tool) ? [place] : [])));
  return { cuts: elementCuts(ranges, dropped), left: values.length - dropped.size };
}

function elementsOf(bytes: Uint8Array, list: Member): { values: unknown[]; ranges: number[] } {
  const values: unknown[] = [];
  const ranges: number[] = [];
  forEachElement(bytes, list.valueStart, list.valueEnd, (start, end) => {
    values.push(parseRange(bytes, start, end));
    ranges.push(start, end);
    return undefined;
  });
  return { values, ranges };
}

function isEmpty(bytes: Uint8Array, list: Member): boolean {
  let empty = true;
  forEachElement(bytes, list.valueStart, list.valueEnd, () => (empty = false));
  return empty;
}

const hasSign = (bytes: Uint8Array, { valueStart, valueEnd }: Member): boolean =>
  bufferOf(bytes).subarray(valueStart, valueEnd).includes(SIGN);
