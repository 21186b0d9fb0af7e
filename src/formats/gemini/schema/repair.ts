/**
 * Pass 0: schemas that name properties beside the keywords, or mark a property itself as required
 * (translate-gemini-thinking.md 14.3).
 */
import { isObject, type JsonObject } from '../../../canonical/value.ts';
import { eachNode, setMember } from '../../schema/nodes.ts';

/** Keywords whose value may be an object; every other object is a property in the wrong place. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems'],
  ...['$defs', 'definitions', 'dependentSchemas', 'dependentRequired', 'dependencies'],
  ...['if', 'then', 'else', 'not', 'contains', 'propertyNames', 'unevaluatedProperties'],
  ...['unevaluatedItems', 'contentSchema', 'additionalItems', 'default', 'const', 'example'],
  ...['examples', 'discriminator', 'xml', 'externalDocs', 'enumDescriptions', 'enumTitles'],
]);

const REQUEST_LISTS = ['tools', 'contents', 'messages', 'functionDeclarations'];

/** Repairs a document; one that is a request, not a schema, stays as it is. */
export function repair(root: JsonObject): JsonObject {
  if (looksLikeRequest(root) || (isObject(root.request) && looksLikeRequest(root.request))) {
    return root;
  }
  if (isObject(root.schema) && Object.keys(root).length === 1) {
    return { schema: repair(root.schema) };
  }
  moveAll(root);
  return eachNode(root, collectRequired);
}

const looksLikeRequest = (value: JsonObject): boolean =>
  REQUEST_LISTS.some((key) => Array.isArray(value[key]));

/** From the root down: what is moved may hold misplaced properties itself. */
function moveAll(root: JsonObject): void {
  const seen = (node: JsonObject): undefined => {
    moveProperties(node);
  };
  seen(root);
  eachNode(root, seen);
}

function moveProperties(node: JsonObject): void {
  const { type } = node;
  const mayBeObject =
    type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (!mayBeObject) return;
  const stray = Object.entries(node).filter(
    ([key, value]) => isObject(value) && !KEYWORDS.has(key) && !key.startsWith('x-'),
  );
  if (stray.length === 0) return;
  if (type === undefined && node.properties === undefined) node.type = 'object';
  const properties = isObject(node.properties) ? node.properties : {};
  for (const [key, value] of stray) {
    delete node[key];
    if (!Object.hasOwn(properties, key)) setMember(properties, key, value);
  }
  node.properties = properties;
}

/** `required: true` of a property belongs into the list of its object. */
function collectRequired(node: JsonObject): undefined {
  if (!isObject(node.properties)) return;
  const named: string[] = [];
  for (const [name, child] of Object.entries(node.properties)) {
    if (!isObject(child) || typeof child.required !== 'boolean') continue;
    if (child.required) named.push(name);
    delete child.required;
  }
  if (named.length === 0) return;
  const listed: unknown[] = Array.isArray(node.required) ? node.required : [];
  node.required = [...listed, ...named.sort().filter((name) => !listed.includes(name))];
}
