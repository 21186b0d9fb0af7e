/** Pass 17: objects that Antigravity would refuse as empty (14.3). */
import { isObject, type JsonObject } from '../../../canonical/value.ts';

/** Stands in an object that requires nothing. */
export const PLACEHOLDER_FLAG = '_';
/** Stands in an object that has no properties. */
export const PLACEHOLDER_REASON = 'reason';
/** Description of {@link PLACEHOLDER_REASON}, by which it is known again; the text is the wire's. */
export const REASON_TEXT = 'Brief explanation of why you are calling this tool';

/** `isTop`: this node is the whole document, where an object need not require anything. */
export function addPlaceholder(node: JsonObject, isTop: boolean): undefined {
  if (node.type !== 'object') return;
  const { properties } = node;
  if (!isObject(properties) || Object.keys(properties).length === 0) {
    node.properties = { [PLACEHOLDER_REASON]: { type: 'string', description: REASON_TEXT } };
    node.required = [PLACEHOLDER_REASON];
  } else if (!isTop && !Array.isArray(node.required)) {
    properties[PLACEHOLDER_FLAG] = { type: 'boolean' };
    node.required = [PLACEHOLDER_FLAG];
  }
}
