/** Keywords that Anthropic's structured outputs take; the others are told or left out. */
import {
  arrayOf,
  isObject,
  isPresent,
  objectOf,
  textOf,
  type JsonObject,
} from '../../../canonical/value.ts';
import { addHint } from '../../schema/hint.ts';
import { mapChildren, setMember } from '../../schema/nodes.ts';

/** Formats of texts that Anthropic holds the model to. */
const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email'],
  ...['hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

const isText = (value: unknown): boolean => typeof value === 'string';
const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
const isFilled = (value: unknown): boolean => arrayOf(value).length > 0;

/** What stays, if its value is one that Anthropic takes, or that a later pass reads. */
const TAKEN = new Map<string, (value: unknown, node: JsonObject) => boolean>([
  ['type', (value) => isText(value) || isFilled(value)],
  ['properties', isObject],
  ['required', isFilled],
  ['items', isObject],
  ['minItems', (value) => value === 0 || value === 1],
  ['format', (value, { type, nullable }) => type === 'string' && !nullable && FORMATS.has(value)],
  ['enum', (value) => isFilled(value) && arrayOf(value).every(isScalar)],
  ['const', isScalar],
  ['anyOf', isFilled],
  ['oneOf', isFilled],
  ['nullable', (value) => value === true],
  ['$ref', isText],
  ['$defs', isObject],
  ['definitions', isObject],
  ['title', isText],
  ['description', isText],
]);

/** What says nothing about values, or nothing that the model could follow. */
const SILENT: ReadonlySet<string> = new Set([
  ...['$schema', '$id', 'id', '$anchor', '$comment', '$vocabulary', 'deprecated', 'readOnly'],
  ...['writeOnly', 'discriminator', 'xml', 'externalDocs', 'propertyOrdering'],
  ...['nullable', 'required', 'additionalProperties', 'unevaluatedProperties'],
  ...['additionalItems', 'unevaluatedItems'],
]);

/**
 * Takes out what Anthropic refuses. It works from the root down, so that what becomes text is told
 * as it was written. Properties that may be anything become empty schemas.
 */
export function tellRefused(node: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(node)) {
    if (TAKEN.get(key)?.(value, node) === true) continue;
    delete node[key];
    const isTold = isPresent(value) && !SILENT.has(key) && !key.startsWith('x-');
    if (isTold) addHint(node, `${key}: ${textOf(value)}`);
  }
  const properties = objectOf(node.properties);
  for (const [name, schema] of Object.entries(properties)) {
    if (!isObject(schema)) setMember(properties, name, {});
  }
  mapChildren(node, tellRefused);
  return node;
}
