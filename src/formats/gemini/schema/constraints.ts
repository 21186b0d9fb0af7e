/** Passes 7 to 9: limits the upstream does not take become hints (14.3). */
import { isPresent, textOf, type JsonObject } from '../../../canonical/value.ts';
import { addHint } from '../../schema/hint.ts';

/** Limits that no target takes. */
export const SCALAR_LIMITS: readonly string[] = [
  ...['minLength', 'maxLength', 'exclusiveMinimum', 'exclusiveMaximum', 'pattern'],
  ...['minItems', 'maxItems', 'uniqueItems', 'format', 'default', 'examples'],
];

/** Limits that Gemini takes and Antigravity does not. */
export const NUMBER_LIMITS: readonly string[] = ['minimum', 'maximum', 'multipleOf'];

/** Pass 7. */
export function hintClosed(node: JsonObject): undefined {
  if (node.additionalProperties === false) addHint(node, 'No extra properties allowed');
}

/** Pass 8. Objects, lists and null tell nothing. */
export const hintLimits =
  (limits: readonly string[]) =>
  (node: JsonObject): undefined => {
    for (const key of limits) {
      const value = node[key];
      if (isPresent(value) && typeof value !== 'object') addHint(node, `${key}: ${String(value)}`);
    }
  };

/** Before pass 3: no pass may change what {@link hintNot} will tell. */
export function freezeNot(node: JsonObject): undefined {
  if ('not' in node) node.not = textOf(node.not);
}

/** Pass 9. */
export function hintNot(node: JsonObject): undefined {
  if ('not' in node) addHint(node, `not: ${textOf(node.not)}`);
}
