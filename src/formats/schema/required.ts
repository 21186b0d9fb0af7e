/** Pass 16: only what exists can be required (translate-gemini-thinking.md 14.3). */
import { isObject, type JsonObject } from '../../canonical/value.ts';

/** Names of properties that there are; an empty list goes. */
export function cleanRequired(node: JsonObject): undefined {
  if (!('required' in node)) return;
  const { properties } = node;
  const named: unknown[] = Array.isArray(node.required) ? node.required : [];
  const known = named.filter(
    (name) => typeof name === 'string' && isObject(properties) && Object.hasOwn(properties, name),
  );
  if (known.length === 0) delete node.required;
  else node.required = known;
}
