/**
 * Marks for Anthropic's prompt cache (translate-openai-claude.md 10.3; providers.md 7.4, 7 to 9):
 * where the client set none, the end of the tools or of the system text and the last message are
 * marked; where it set more than Anthropic takes, or in an order it refuses, some are taken away.
 */
import { arrayOf, isObject, objectOf, type JsonObject } from '../../canonical/value.ts';

/** Marks that Anthropic takes in one request. */
export const MAX_CACHE_MARKERS = 4;

const MARKER = { type: 'ephemeral' } as const;

/** Brings the marks of a body into order; blocks are changed in place. */
export function orderCacheMarkers(body: JsonObject): void {
  const places = placesOf(body);
  const marked = [body, ...places.tools, ...places.system, ...places.messages].filter(isMarked);
  if (marked.length === 0) mark(body, places);
  else {
    // A mark of the whole request is one of them: Anthropic places it itself.
    keepFewest(places, MAX_CACHE_MARKERS - (isMarked(body) ? 1 : 0));
    keepLongFirst(places);
  }
}

/** Everything that may carry a mark. */
interface Places {
  tools: JsonObject[];
  system: JsonObject[];
  messages: JsonObject[];
}

function placesOf(body: JsonObject): Places {
  const messages = arrayOf(body.messages).flatMap(blocksIn);
  return { tools: objectsIn(body.tools), system: objectsIn(body.system), messages };
}

/** Blocks of a message. Results may hold marked blocks of their own. */
const blocksIn = (message: unknown): JsonObject[] =>
  objectsIn(objectOf(message).content).flatMap((block) => [...objectsIn(block.content), block]);

/** The marks of a tool, a system block or a message, in order. */
export const marksIn = (value: unknown): unknown[] =>
  [...blocksIn(value), objectOf(value)].filter(isMarked).map((block) => block.cache_control);

const objectsIn = (list: unknown): JsonObject[] => arrayOf(list).filter(isObject);

const isMarked = (block: JsonObject): boolean => isObject(block.cache_control);

function mark(body: JsonObject, { tools, system }: Places): void {
  const lastSystem = system.at(-1);
  if (lastSystem !== undefined) lastSystem.cache_control = MARKER;
  else if (typeof body.system === 'string' && body.system.trim() !== '') {
    body.system = [{ type: 'text', text: body.system, cache_control: MARKER }];
  } else {
    const tool = tools.findLast(toolTakesMarker);
    if (tool !== undefined) tool.cache_control = MARKER;
  }
  const message = objectsIn(body.messages).findLast(takesMarker);
  if (message === undefined) return;
  const { content } = message;
  if (typeof content === 'string') {
    message.content = [{ type: 'text', text: content, cache_control: MARKER }];
  } else {
    const last = objectsIn(content).at(-1);
    if (last !== undefined) last.cache_control = MARKER;
  }
}

/** Can this tool be marked? One that is loaded later is no part of the prompt yet. */
export const toolTakesMarker = (tool: JsonObject): boolean => tool.defer_loading !== true;

/** Can the last block of this message be marked? Thinking and empty text can not. */
export function takesMarker({ role, content }: JsonObject): boolean {
  if (role !== 'user' && role !== 'assistant') return false;
  if (typeof content === 'string') return content.trim() !== '';
  const last = objectsIn(content).at(-1);
  if (last === undefined || last.type === 'thinking' || last.type === 'redacted_thinking') {
    return false;
  }
  return last.type !== 'text' || last.text !== '';
}

/** The ends of the system text and of the tools stay longest. */
function keepFewest({ tools, system, messages }: Places, most: number): void {
  const [ofTools, ofSystem] = [tools.filter(isMarked), system.filter(isMarked)];
  const order = [
    ...ofSystem.slice(0, -1),
    ...ofTools.slice(0, -1),
    ...messages.filter(isMarked),
    ...ofSystem.slice(-1),
    ...ofTools.slice(-1),
  ];
  const surplus = Math.max(0, order.length - most);
  for (const block of order.slice(0, surplus)) delete block.cache_control;
}

/** A mark that lives an hour may not follow one that lives shorter. */
function keepLongFirst({ tools, system, messages }: Places): void {
  let sawShort = false;
  for (const block of [...tools, ...system, ...messages].filter(isMarked)) {
    const { ttl, ...others } = objectOf(block.cache_control);
    if (ttl !== '1h') sawShort = true;
    else if (sawShort) block.cache_control = others;
  }
}
