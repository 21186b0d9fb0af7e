/**
 * JSON schemas in the dialect that Google's upstreams take (translate-gemini-thinking.md 14): a row
 * of passes for each of the three uses. The schema given is never changed; cleaning what is clean
 * changes nothing.
 */
import type { JsonObject } from '../../../canonical/value.ts';
import { mergeAll, mergeConditions } from '../../schema/merge.ts';
import { copyOf, eachNode, type NodePass } from '../../schema/nodes.ts';
import { dropReferences, inlineReferences, replaceReferences } from '../../schema/references.ts';
import { cleanRequired } from '../../schema/required.ts';
import {
  freezeNot,
  hintClosed,
  hintLimits,
  hintNot,
  NUMBER_LIMITS,
  SCALAR_LIMITS,
} from './constraints.ts';
import { constToEnum, dropEnum, enumToText, hintEnum } from './enums.ts';
import { addPlaceholder } from './placeholders.ts';
import { removeKeywords, removeMembers, removePlaceholders } from './remove.ts';
import { repair } from './repair.ts';
import { flattenType, flattenUnion, nullableAsFlag, nullableAsOptional } from './types.ts';

const ALL_LIMITS = [...SCALAR_LIMITS, ...NUMBER_LIMITS];
const FLATTEN: readonly NodePass[] = [
  mergeConditions,
  mergeAll,
  flattenUnion('anyOf'),
  flattenUnion('oneOf'),
];

const GEMINI: readonly NodePass[] = [
  constToEnum,
  enumToText(true),
  hintEnum,
  hintClosed,
  hintLimits(SCALAR_LIMITS),
  ...FLATTEN,
  nullableAsOptional,
  flattenType,
  removeKeywords(SCALAR_LIMITS, false),
  removeMembers('nullable', 'title'),
  removePlaceholders,
  cleanRequired,
];

const ANTIGRAVITY: readonly NodePass[] = [
  freezeNot,
  constToEnum,
  enumToText(false),
  hintEnum,
  dropEnum(false),
  hintClosed,
  hintLimits(ALL_LIMITS),
  hintNot,
  ...FLATTEN,
  nullableAsFlag,
  removeKeywords([...ALL_LIMITS, 'not'], false),
];

const ANTIGRAVITY_RESPONSE: readonly NodePass[] = [
  freezeNot,
  constToEnum,
  enumToText(false),
  hintEnum,
  dropEnum(true),
  hintLimits(ALL_LIMITS),
  hintNot,
  ...FLATTEN,
  nullableAsFlag,
  removeKeywords([...ALL_LIMITS, 'not'], true),
  cleanRequired,
];

/** Keywords whose branches are merged into their node. */
const BRANCHES = ['allOf', 'anyOf', 'oneOf', 'then', 'else'];

/** What a merge brings to a node, the passes before it have not seen there: then all run again. */
function run(root: JsonObject, passes: readonly NodePass[]): JsonObject {
  const merges = hasBranches(root);
  const cleaned = passes.reduce((node, pass) => eachNode(node, pass), root);
  return merges ? passes.reduce((node, pass) => eachNode(node, pass), repair(cleaned)) : cleaned;
}

function hasBranches(root: JsonObject): boolean {
  const found: JsonObject[] = [];
  eachNode(root, (node) => {
    if (BRANCHES.some((key) => key in node)) found.push(node);
    return undefined;
  });
  return found.length > 0;
}

/** Parameters of a tool for Gemini. @throws SwitchyardError `invalid_request` when it is too deep. */
export function cleanForGemini(schema: JsonObject): JsonObject {
  return run(replaceReferences(repair(copyOf(schema))), GEMINI);
}

/** How a tool's schema is cleaned for Antigravity. */
export interface AntigravityOptions {
  /** Fill objects that would be refused as empty. */
  placeholders: boolean;
  /** The schema stands inside a document, so that its root is no document's root. */
  nested?: boolean;
}

/** Parameters of a tool for Antigravity. @throws as {@link cleanForGemini}. */
export function cleanForAntigravity(schema: JsonObject, options: AntigravityOptions): JsonObject {
  const { placeholders, nested = false } = options;
  const place: NodePass = (node, isRoot) => addPlaceholder(node, isRoot && !nested);
  const last = placeholders ? [cleanRequired, place] : [removeMembers('title'), cleanRequired];
  return run(withoutReferences(schema), [...ANTIGRAVITY, ...last]);
}

/** The form of an answer for Antigravity. @throws as {@link cleanForGemini}. */
export function cleanAntigravityResponse(schema: JsonObject): JsonObject {
  return run(withoutReferences(schema), ANTIGRAVITY_RESPONSE);
}

const withoutReferences = (schema: JsonObject): JsonObject =>
  dropReferences(inlineReferences(repair(copyOf(schema))));
