/**
 * The hosted image tool in requests (codex.md 1.6, 1.8): what it looks like, what counts as having it,
 * and the change of a parsed body. Bodies that are not parsed: `image-tool-edits.ts`.
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { ImageToolWish } from '../format.ts';

const TYPE = 'image_generation';

/** The tool as it is added. */
export const IMAGE_TOOL = { type: TYPE, output_format: 'png' };

/** Client-side counterparts: one function, or the member of a namespace. */
const FUNCTION = 'image_gen.imagegen';
const NAMESPACE = 'image_gen';
const MEMBER = 'imagegen';

/** Part of every spelling above: a list without it holds none of them. */
export const IMAGE_TOOL_SIGN = 'image_gen';

/** Is it the hosted tool? */
export const isImageTool = (tool: unknown): boolean => isObject(tool) && tool.type === TYPE;

/** Does it already make images: the hosted tool, or one of the client's own? */
export function makesImages(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  if (tool.type === 'function') return tool.name === FUNCTION;
  if (tool.type !== 'namespace') return tool.type === TYPE;
  if (tool.name !== NAMESPACE || !Array.isArray(tool.tools)) return false;
  return tool.tools.some(
    (member) => isObject(member) && member.type === 'function' && member.name === MEMBER,
  );
}

/** Does this `tool_choice` ask for the hosted tool and nothing else? */
export function choosesImageTool(choice: unknown): boolean {
  if (typeof choice === 'string') return isName(choice);
  if (!isObject(choice)) return false;
  if (isName(choice.type) || (choice.type === 'tool' && isName(choice.name))) return true;
  const { tools } = choice;
  return Array.isArray(tools) && tools.length > 0 && tools.every(isImageTool);
}

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.trim().toLowerCase() === TYPE;

/** Changes `tools` and `tool_choice` of a body for Codex, in place. */
export function applyImageTool(body: JsonObject, wish: ImageToolWish | undefined): void {
  const tools: readonly unknown[] = Array.isArray(body.tools) ? body.tools : [];
  if (wish === 'add') {
    if (!tools.some(makesImages)) body.tools = [...tools, IMAGE_TOOL];
    return;
  }
  if (wish === undefined) return;
  if (tools.some(isImageTool)) {
    const kept = tools.filter((tool) => !isImageTool(tool));
    body.tools = kept.length === 0 ? undefined : kept;
  }
  if (choosesImageTool(body.tool_choice)) body.tool_choice = undefined;
  else body.tool_choice = withoutImageTool(body.tool_choice);
}

/** A choice among several tools loses the hosted one. */
function withoutImageTool(choice: unknown): unknown {
  if (!isObject(choice) || !Array.isArray(choice.tools)) return choice;
  return { ...choice, tools: choice.tools.filter((tool) => !isImageTool(tool)) };
}
