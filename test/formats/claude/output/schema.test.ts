/** Schemas for Anthropic's structured outputs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type { JsonObject } from '../../../../src/canonical/value.ts';
import { SwitchyardError } from '../../../../src/errors.ts';
import { schemaForClaude } from '../../../../src/formats/claude/output/schema.ts';
import { MAX_SCHEMA_DEPTH } from '../../../../src/formats/schema/nodes.ts';
import { MAX_INLINED_CHARS } from '../../../../src/formats/schema/references.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject =>
  object(properties, { ...more, additionalProperties: false });

/** What becomes of one property. */
const property = (given: JsonObject): unknown => {
  const { properties } = schemaForClaude(object({ p: given })) ?? {};
  return (properties as JsonObject).p;
};

/** Name, schema of a property, what Anthropic gets. */
const CASES: [string, JsonObject, JsonObject][] = [
  [
    'limits of texts are told',
    { ...text, minLength: 2, maxLength: 9, pattern: '^a', description: 'a code' },
    { ...text, description: 'a code (minLength: 2) (maxLength: 9) (pattern: ^a)' },
  ],
  [
    'limits of numbers are told',
    { type: 'integer', minimum: 0, exclusiveMaximum: 9, multipleOf: 3 },
    { type: 'integer', description: 'minimum: 0 (exclusiveMaximum: 9) (multipleOf: 3)' },
  ],
  [
    'one item at least is taken',
    { type: 'array', items: text, minItems: 1 },
    { type: 'array', items: text, minItems: 1 },
  ],
  [
    'other limits of lists are told',
    { type: 'array', items: text, minItems: 2, maxItems: 4, uniqueItems: true },
    { type: 'array', items: text, description: 'minItems: 2 (maxItems: 4) (uniqueItems: true)' },
  ],
  ['a known format stays', { ...text, format: 'date-time' }, { ...text, format: 'date-time' }],
  [
    'another format is told',
    { type: 'integer', format: 'int32' },
    { type: 'integer', description: 'format: int32' },
  ],
  [
    'a format beside null is told',
    { type: ['string', 'null'], format: 'date' },
    { type: ['string', 'null'], description: 'format: date' },
  ],
  [
    'schemas that are refused are told as they were written',
    { ...text, not: { not: { pattern: 'x' } }, default: 'a', title: 'T' },
    { ...text, title: 'T', description: 'not: {"not":{"pattern":"x"}} (default: a)' },
  ],
  [
    'remarks go silently',
    { ...text, $comment: 'c', deprecated: true, 'x-order': 1, propertyOrdering: ['a'] },
    text,
  ],
  [
    'a map is an object without properties',
    { type: 'object', additionalProperties: text },
    closed({}),
  ],
  [
    'only what exists is required',
    object({ a: text, b: true }, { required: ['a', 'zz'] }),
    closed({ a: text, b: { type: ['string', 'number', 'boolean', 'null'] } }, { required: ['a'] }),
  ],
  [
    'properties named like keywords are properties',
    object({ pattern: text, not: { const: { a: 1 } }, minimum: { enum: [1, null] } }),
    closed({
      pattern: text,
      not: { type: ['string', 'number', 'boolean', 'null'], description: 'const: {"a":1}' },
      minimum: { enum: [1, null] },
    }),
  ],
  ['what has properties is an object', { properties: { a: text } }, closed({ a: text })],
  ['what has items is a list', { items: text }, { items: text, type: 'array' }],
  ['a type that may be null stays', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
  ['Google’s nullable is a type', { ...text, nullable: true }, { type: ['string', 'null'] }],
  [
    'null beside an object is a branch',
    object({ a: text }, { type: ['object', 'null'], required: ['a'], description: 'd' }),
    { description: 'd', anyOf: [closed({ a: text }, { required: ['a'] }), { type: 'null' }] },
  ],
  [
    'null beside an enum is a member',
    { ...text, enum: ['a', 'b'], nullable: true },
    { enum: ['a', 'b', null] },
  ],
  ['null beside a fixed value', { const: 'a', nullable: true }, { enum: ['a', null] }],
  [
    'null beside a union is a branch',
    { anyOf: [text, { type: 'number' }], nullable: true },
    { anyOf: [text, { type: 'number' }, { type: 'null' }] },
  ],
  ['oneOf is anyOf', { oneOf: [text, object({})] }, { anyOf: [text, closed({})] }],
  [
    'a union that narrows a type',
    { ...text, anyOf: [{ pattern: 'a' }, { format: 'date' }] },
    {
      anyOf: [
        { ...text, description: 'pattern: a' },
        { ...text, description: 'format: date' },
      ],
    },
  ],
  [
    'a union beside properties adds its own',
    object({ a: text }, { required: ['a'], oneOf: [object({ b: text }), { required: ['a'] }] }),
    closed({ a: text, b: text }, { required: ['a'] }),
  ],
  [
    'allOf is merged, so that closed objects do not exclude each other',
    { allOf: [object({ a: text }, { required: ['a'] }), object({ b: text })] },
    closed({ a: text, b: text }, { required: ['a'] }),
  ],
];

describe('schemas for structured outputs of Anthropic', () => {
  for (const [name, given, want] of CASES) {
    it(name, () => assert.deepEqual(property(given), want));
  }

  it('what is clean stays, and the schema given too', () => {
    for (const [, given] of CASES) {
      const schema = object({ p: given });
      const before = structuredClone(schema);
      const cleaned = schemaForClaude(schema) ?? {};
      assert.deepEqual(schema, before);
      assert.deepEqual(schemaForClaude(cleaned), cleaned);
    }
  });

  it('Anthropic’s own SDK has nothing to change in it', () => {
    for (const [, given] of CASES) {
      const cleaned = schemaForClaude(object({ p: given })) ?? {};
      assert.deepEqual(transformJSONSchema(cleaned), cleaned);
    }
  });

  it('a schema that says nothing is none', () => {
    assert.equal(schemaForClaude({}), undefined);
    assert.equal(schemaForClaude({ $schema: 'x', not: {} }), undefined);
  });

  it('a bottomless schema is refused', () => {
    let schema: JsonObject = text;
    for (let depth = 0; depth <= MAX_SCHEMA_DEPTH; depth += 1) schema = object({ a: schema });
    assert.throws(() => schemaForClaude(schema), SwitchyardError);
  });

  it('deep refused keywords do not grow', () => {
    let schema: JsonObject = text;
    for (let depth = 0; depth < MAX_SCHEMA_DEPTH - 2; depth += 1) schema = { not: schema };
    const told = JSON.stringify(schemaForClaude(object({ p: schema })));
    assert.ok(told.length < 2 * JSON.stringify(schema).length, String(told.length));
  });
});

describe('references in schemas for Anthropic', () => {
  const $defs = { Place: object({ city: text }) };
  const reference = { $ref: '#/$defs/Place' };

  it('those into definitions stay', () => {
    assert.deepEqual(
      schemaForClaude(object({ a: reference, b: { anyOf: [reference, text] } }, { $defs })),
      closed(
        { a: reference, b: { anyOf: [reference, text] } },
        { $defs: { Place: closed({ city: text }) } },
      ),
    );
  });

  it('with members beside it, or merged, it is put in place', () => {
    const given = { a: { ...reference, description: 'd' }, b: { allOf: [reference] } };
    assert.deepEqual(
      schemaForClaude(object(given, { $defs })),
      closed({ a: closed({ city: text }, { description: 'd' }), b: closed({ city: text }) }),
    );
  });

  it('at the root it is put in place', () => {
    assert.deepEqual(schemaForClaude({ ...reference, $defs }), closed({ city: text }));
  });

  it('a circle is cut where it closes', () => {
    const node = object({ name: text, next: { $ref: '#/$defs/Node' } });
    assert.deepEqual(
      schemaForClaude(object({ first: { $ref: '#/$defs/Node' } }, { $defs: { Node: node } })),
      closed({ first: closed({ name: text, next: closed({}, { description: 'See: Node' }) }) }),
    );
  });

  it('what leads elsewhere is told', () => {
    const given = { a: { $ref: 'https://e/place.json' } };
    assert.deepEqual(
      schemaForClaude(object(given)),
      closed({
        a: { type: ['string', 'number', 'boolean', 'null'], description: 'See: place.json' },
      }),
    );
  });

  it('large targets are not put in place without end', () => {
    const Large = { ...text, description: 'x'.repeat(MAX_INLINED_CHARS / 10) };
    const names = Array.from({ length: 40 }, (_, index) => `p${String(index)}`);
    const odd = { $ref: '#/$defs/Large', title: 'T' };
    const properties = Object.fromEntries(names.map((name) => [name, odd]));
    const cleaned = JSON.stringify(schemaForClaude(object(properties, { $defs: { Large } })));
    assert.ok(cleaned.length < 12 * Large.description.length, String(cleaned.length));
    assert.match(cleaned, /See: Large/);
  });
});
