/**
 * Arguments of a call as the client's own schema has them. Google knows enums of texts alone, so that
 * numbers and the like were declared as texts (translate-gemini-thinking.md 14.3, pass 4), and come
 * back as such; the reference hands them on, and the client refuses its call.
 */
import { arrayOf, isObject, isPresent, textOf } from '../../canonical/value.ts';

/** The value, with the members of enums in their own types; the same one when nothing differs. */
export function ownValues(schema: unknown, value: unknown): unknown {
  if (!isObject(schema)) return value;
  if (typeof value === 'string') return ownMember(schema, value);
  if (Array.isArray(value)) {
    const { items } = schema;
    return value.map((one: unknown) => ownValues(items, one));
  }
  const { properties } = schema;
  if (!isObject(value) || !isObject(properties)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      ownValues(Object.hasOwn(properties, name) ? properties[name] : undefined, one),
    ]),
  );
}

/** Branches of a union were made one node. */
function ownMember(schema: unknown, text: string): unknown {
  const members = membersOf(schema);
  const place = members.includes(text) ? -1 : members.map(toldAs).indexOf(text);
  return place < 0 ? text : members[place];
}

function membersOf(schema: unknown): readonly unknown[] {
  if (!isObject(schema)) return [];
  const fixed = 'const' in schema ? [schema.const] : [];
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => arrayOf(schema[key]));
  return [...arrayOf(schema.enum), ...fixed, ...branches.flatMap(membersOf)];
}

/** As in `schema/enums.ts`. */
const toldAs = (value: unknown): string => (isPresent(value) ? textOf(value) : 'null');
