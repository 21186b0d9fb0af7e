/** Passes 14 and 15: what the upstream refuses goes (14.3). */
import { isObject, type JsonObject } from '../../../canonical/value.ts';
import { PLACEHOLDER_FLAG, PLACEHOLDER_REASON, REASON_TEXT } from './placeholders.ts';

const KEYWORDS: readonly string[] = [
  ...['$schema', '$defs', 'definitions', 'const', '$ref', '$id', 'additionalProperties'],
  ...['propertyNames', 'patternProperties', 'if', 'then', 'else', '$comment'],
  ...['enumDescriptions', 'enumTitles', 'prefill', 'deprecated', 'encrypted'],
];

/** Pass 14. `keepClosed`: `additionalProperties: false` stays. */
export const removeKeywords = (more: readonly string[], keepClosed: boolean) => {
  const refused = new Set([...KEYWORDS, ...more]);
  return (node: JsonObject): JsonObject => {
    const isClosed = keepClosed && node.additionalProperties === false;
    return keep(
      node,
      (key) =>
        (!refused.has(key) && !key.startsWith('x-')) ||
        (isClosed && key === 'additionalProperties'),
    );
  };
};

/** Pass 15. */
export const removeMembers =
  (...names: string[]) =>
  (node: JsonObject): JsonObject =>
    keep(node, (key) => !names.includes(key));

/** The node itself, if it has nothing else; most have not, and a copy of each is dear. */
function keep(node: JsonObject, wanted: (key: string) => boolean): JsonObject {
  if (Object.keys(node).every(wanted)) return node;
  return Object.fromEntries(Object.entries(node).filter(([key]) => wanted(key)));
}

/** Pass 15 of Gemini: placeholders that were made for Antigravity. */
export function removePlaceholders(node: JsonObject): undefined {
  if (!isObject(node.properties)) return;
  const gone = new Set<unknown>([PLACEHOLDER_FLAG]);
  const names = Object.keys(node.properties);
  const reason = node.properties[PLACEHOLDER_REASON];
  if (names.length === 1 && isObject(reason) && reason.description === REASON_TEXT) {
    gone.add(PLACEHOLDER_REASON);
  }
  const kept = Object.entries(node.properties).filter(([name]) => !gone.has(name));
  if (kept.length === names.length) return;
  node.properties = Object.fromEntries(kept);
  if (!Array.isArray(node.required)) return;
  node.required = node.required.filter((name: unknown) => !gone.has(name));
}
