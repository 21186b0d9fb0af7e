/** What holds for every schema, however odd: made from seeds (translate-gemini-thinking.md 14.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, objectOf, type JsonObject } from '../../../../src/canonical/value.ts';
import {
  cleanAntigravityResponse,
  cleanForAntigravity,
  cleanForGemini,
} from '../../../../src/formats/gemini/schema/clean.ts';
import { mulberry } from '../../streams.ts';

const SEEDS = 120;

/** Names that are keywords elsewhere, and names that are special elsewhere. */
const NAMES = [
  ...['a', 'const', 'enum', 'type', 'anyOf', 'allOf', 'if', 'then', 'properties', 'required'],
  ...['$ref', 'pattern', 'title', 'x-a', 'a.b', '*', '?', '#', '|', '@', 'a/b', 'a~b'],
  ...['items', 'not', 'default', 'nullable', '__proto__', 'constructor', ''],
];

const LIMITS: JsonObject = {
  minLength: 1,
  maximum: 9,
  format: 'int32',
  default: { a: 1 },
  examples: [1],
  uniqueItems: true,
  $comment: 'c',
  'x-order': 1,
  title: 'T',
  additionalProperties: false,
  deprecated: true,
};

/** With `wild` also everything that moves, replaces or drops properties. */
function schemaOf(seed: number, wild: boolean): JsonObject {
  const random = mulberry(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const node = (depth: number): JsonObject => {
    const made = depth > 2 ? leaf() : pick([object, object, array, leaf])(depth);
    for (const [key, value] of Object.entries(LIMITS)) if (random() < 0.15) made[key] = value;
    if (wild && depth < 3) branch(made, depth);
    return made;
  };
  const leaf = (): JsonObject =>
    pick([
      { type: 'string' },
      { type: ['integer', 'null'] },
      { type: ['string', 'boolean', 'null'], description: 'd' },
      { enum: [1, null, 'x'] },
      { type: 'boolean', enum: [true] },
      { const: 'c' },
    ]);
  const array = (depth: number): JsonObject => ({ type: 'array', items: node(depth + 1) });
  const object = (depth: number): JsonObject => {
    const names = NAMES.filter(() => random() < 0.2);
    const properties = Object.fromEntries(names.map((name) => [name, node(depth + 1)]));
    return { type: 'object', properties, required: [...names, 'zz'].filter(() => random() < 0.5) };
  };
  const branch = (made: JsonObject, depth: number): void => {
    const list = () => [node(depth + 1), node(depth + 1), { type: 'null' }];
    if (random() < 0.1) made.anyOf = list();
    if (random() < 0.1) made.oneOf = list();
    if (random() < 0.1) made.allOf = list();
    if (random() < 0.1) made.not = node(depth + 1);
    if (random() < 0.1) Object.assign(made, { if: node(4), then: node(depth + 1), else: node(4) });
    if (random() < 0.1) made.$ref = pick(['#/$defs/R', '#/$defs/loop', '#/nowhere', 'http://x/y']);
    if (random() < 0.1) made.stray = { type: 'string', required: true };
  };
  const root = object(0);
  if (wild) branch(root, 0);
  return wild
    ? { ...root, $defs: { R: node(2), loop: { properties: { a: { $ref: '#/$defs/loop' } } } } }
    : root;
}

const REFUSED = [
  ...['$schema', '$defs', 'definitions', 'const', '$ref', '$id', 'propertyNames', 'if', 'then'],
  ...['patternProperties', 'else', '$comment', 'deprecated', 'minLength', 'pattern', 'format'],
  ...['default', 'examples', 'uniqueItems', 'allOf', 'anyOf', 'oneOf', 'x-order'],
];
const MODES: [name: string, clean: (schema: JsonObject) => JsonObject, refused: string[]][] = [
  ['Gemini', cleanForGemini, [...REFUSED, 'nullable', 'title', 'additionalProperties']],
  [
    'Antigravity with placeholders',
    (schema) => cleanForAntigravity(schema, { placeholders: true, nested: true }),
    [...REFUSED, 'enum', 'not', 'maximum', 'additionalProperties'],
  ],
  [
    'Antigravity without',
    (schema) => cleanForAntigravity(schema, { placeholders: false }),
    [...REFUSED, 'enum', 'not', 'maximum', 'additionalProperties', 'title'],
  ],
  ['Antigravity response', cleanAntigravityResponse, [...REFUSED, 'not', 'maximum']],
];

/** Keywords anywhere in the schema; the names of properties are none. */
function keywordsOf(node: JsonObject): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'properties') return isObject(value) ? [key, ...keywordsOf(value)] : [key];
    return [key, ...Object.values(objectOf(value)).flatMap((one) => keywordsOf(objectOf(one)))];
  });
}

/** Paths of all properties. */
function namesOf(node: JsonObject, path = ''): string[] {
  const own = Object.entries(objectOf(node.properties));
  const inside = own.flatMap(([name, child]) => {
    const place = `${path}.${name}`;
    return [place, ...namesOf(objectOf(child), place)];
  });
  return isObject(node.items) ? [...inside, ...namesOf(node.items, `${path}[]`)] : inside;
}

describe('schema cleaning, generated schemas', () => {
  for (const [name, clean, refused] of MODES) {
    it(`67: ${name}: cleaning what is clean changes nothing`, () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const once = clean(schemaOf(seed, true));
        assert.deepEqual(clean(once), once, `seed ${String(seed)}`);
      }
    });

    it(`${name}: nothing the upstream refuses is left`, () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const left = new Set(keywordsOf(clean(schemaOf(seed, true))));
        const wrong = refused.filter((key) => left.has(key));
        assert.deepEqual(wrong, [], `seed ${String(seed)}`);
      }
    });

    it(`${name}: properties keep their names, whatever they are called`, () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const schema = schemaOf(seed, false);
        const made = /(\.|^)(_|reason)$/;
        const kept = namesOf(clean(schema)).filter((path) => !made.test(path));
        assert.deepEqual(kept, namesOf(schema), `seed ${String(seed)}`);
      }
    });
  }
});
