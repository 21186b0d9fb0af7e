/** JSON schema cleaning (translate-gemini-thinking.md 14; vectors of section 18 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/canonical/value.ts';
import { SwitchyardError } from '../../../../src/errors.ts';
import {
  cleanAntigravityResponse,
  cleanForAntigravity,
  cleanForGemini,
} from '../../../../src/formats/gemini/schema/clean.ts';
import { MAX_SCHEMA_DEPTH } from '../../../../src/formats/schema/nodes.ts';
import { MAX_INLINED } from '../../../../src/formats/schema/references.ts';

const filled = (schema: JsonObject): JsonObject =>
  cleanForAntigravity(schema, { placeholders: true });
const filledInside = (schema: JsonObject): JsonObject =>
  cleanForAntigravity(schema, { placeholders: true, nested: true });
const bare = (schema: JsonObject): JsonObject =>
  cleanForAntigravity(schema, { placeholders: false });

interface Case {
  name: string;
  clean: (schema: JsonObject) => JsonObject;
  given: JsonObject;
  want: JsonObject;
}

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const text = { type: 'string' };

const CASES: Case[] = [
  {
    name: '14.4 Gemini tool',
    clean: cleanForGemini,
    given: {
      type: 'object',
      $schema: 'x',
      additionalProperties: false,
      title: 'T',
      properties: {
        n: { type: ['integer', 'null'], minimum: 1, format: 'int32' },
        e: { enum: [1, 2] },
        u: { anyOf: [text, object({ a: text })], description: 'pick' },
        r: { $ref: '#/$defs/R' },
      },
      required: ['n', 'e', 'zz'],
      $defs: { R: text },
    },
    want: {
      type: 'object',
      description: 'No extra properties allowed',
      properties: {
        n: { type: 'integer', minimum: 1, description: 'format: int32 ((nullable))' },
        e: { enum: ['1', '2'], type: 'string', description: 'Allowed: 1, 2' },
        u: object({ a: text }, { description: 'pick (Accepts: string | object)' }),
        r: { type: 'object', description: 'See: R' },
      },
      required: ['e'],
    },
  },
  {
    name: '14.4 Antigravity tool with placeholders, nested',
    clean: filledInside,
    given: {
      type: 'object',
      properties: {
        kind: { const: 'A' },
        cfg: object({ x: { type: 'integer', maximum: 9 } }),
        r: { $ref: '#/definitions/R' },
      },
      required: ['kind'],
      definitions: { R: { type: ['string', 'null'] } },
    },
    want: {
      type: 'object',
      properties: {
        kind: { description: 'Allowed: A' },
        cfg: {
          type: 'object',
          properties: {
            x: { type: 'integer', description: 'maximum: 9' },
            _: { type: 'boolean' },
          },
          required: ['_'],
        },
        r: { type: 'string', nullable: true, description: '(nullable)' },
      },
      required: ['kind'],
    },
  },
  {
    name: '14.4 Antigravity response',
    clean: cleanAntigravityResponse,
    given: {
      type: 'object',
      additionalProperties: false,
      properties: {
        s: { type: 'string', enum: ['a', 'b'], minLength: 1 },
        b: { type: 'boolean', enum: [true] },
      },
    },
    want: {
      type: 'object',
      additionalProperties: false,
      properties: {
        s: { type: 'string', enum: ['a', 'b'], description: 'Allowed: a, b (minLength: 1)' },
        b: { type: 'boolean', description: 'Allowed: true' },
      },
    },
  },
  {
    name: '60: a nullable property of Gemini is optional',
    clean: cleanForGemini,
    given: object({ p: { type: ['string', 'null'] } }, { required: ['p'] }),
    want: object({ p: { type: 'string', description: '(nullable)' } }),
  },
  {
    name: '61: a nullable property of Antigravity stays required',
    clean: bare,
    given: object({ p: { type: ['string', 'null'] } }, { required: ['p'] }),
    want: object(
      { p: { type: 'string', nullable: true, description: '(nullable)' } },
      { required: ['p'] },
    ),
  },
  {
    name: '62: a union with null',
    clean: filledInside,
    given: { anyOf: [{ type: 'null' }, object({ k: text })] },
    want: {
      type: 'object',
      nullable: true,
      description: 'Accepts: null | object',
      properties: { k: text, _: { type: 'boolean' } },
      required: ['_'],
    },
  },
  {
    name: '63: a property named `pattern`',
    clean: cleanForGemini,
    given: object({ pattern: text, format: text, default: text }),
    want: object({ pattern: text, format: text, default: text }),
  },
  {
    name: '64: a root without properties',
    clean: filled,
    given: { type: 'object' },
    want: {
      type: 'object',
      properties: {
        reason: {
          type: 'string',
          description: 'Brief explanation of why you are calling this tool',
        },
      },
      required: ['reason'],
    },
  },
  {
    name: '65: a property beside the keywords',
    clean: cleanForGemini,
    given: { name: { type: 'string', required: true } },
    want: object({ name: text }, { required: ['name'] }),
  },
  {
    name: '66: a long enum',
    clean: cleanForGemini,
    given: { type: 'string', enum: [...'abcdefghijk'] },
    want: { type: 'string', enum: [...'abcdefghijk'] },
  },
  {
    name: 'names in every pass (a property named `const` breaks pass 3 of the reference)',
    clean: cleanForGemini,
    given: object({
      const: text,
      enum: { type: 'array', items: text },
      type: text,
      anyOf: { type: 'integer' },
      properties: object({ a: { const: 1 } }),
    }),
    want: object({
      const: text,
      enum: { type: 'array', items: text },
      type: text,
      anyOf: { type: 'integer' },
      properties: object({ a: { enum: ['1'], type: 'string' } }),
    }),
  },
  {
    name: 'allOf: required united, the parent wins',
    clean: cleanForGemini,
    given: {
      ...object({ a: { type: 'integer' } }, { required: ['a'], description: 'own' }),
      allOf: [
        object({ a: text, b: text }, { required: ['b'], description: 'other' }),
        { if: object({ c: text }), then: object({ d: text }) },
      ],
    },
    // `d` comes from pass 10, which has run inside the branch before.
    want: object(
      { a: { type: 'integer' }, b: text, d: text },
      { required: ['a', 'b'], description: 'own' },
    ),
  },
  {
    name: 'allOf: what a branch brings is told as if the node had said it',
    clean: cleanForGemini,
    given: { type: 'string', description: 'd', allOf: [{ enum: ['a', 'b'] }] },
    want: { type: 'string', description: 'd (Allowed: a, b)', enum: ['a', 'b'] },
  },
  {
    name: 'allOf: properties that are called like keywords',
    clean: cleanForGemini,
    given: {
      ...object({ a: text }),
      allOf: [object({ if: text, then: text, allOf: text, required: text })],
    },
    want: object({ a: text, if: text, then: text, allOf: text, required: text }),
  },
  {
    name: 'remarks that are objects are no properties',
    clean: cleanForGemini,
    given: {
      ...object({ t: text }),
      discriminator: { propertyName: 't', mapping: { a: { b: 1 } } },
      dependencies: { t: { required: ['u'], format: 'x' } },
    },
    want: {
      ...object({ t: text }),
      discriminator: { propertyName: 't', mapping: { a: { b: 1 } } },
      dependencies: { t: { description: 'format: x' } },
    },
  },
  {
    name: 'an enum of a boolean that may be null, in an answer of Antigravity',
    clean: cleanAntigravityResponse,
    given: { type: ['boolean', 'null'], enum: [true, null] },
    want: { type: 'boolean', nullable: true, description: 'Allowed: true, null ((nullable))' },
  },
  {
    name: 'then and else offer their properties',
    clean: cleanForGemini,
    given: {
      ...object({ a: text }),
      if: object({ a: { const: 'x' } }),
      then: { properties: { b: text } },
      else: { properties: { a: { type: 'integer' }, c: text } },
    },
    want: object({ a: text, b: text, c: text }),
  },
  {
    name: 'a union that only narrows its node is dropped (the reference keeps the branch alone)',
    clean: cleanForGemini,
    given: { ...object({ a: text, b: text }), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    want: object({ a: text, b: text }),
  },
  {
    name: 'a cycle ends with a hint',
    clean: bare,
    given: {
      ...object({ tree: { $ref: '#/$defs/N' } }),
      $defs: { N: object({ next: { $ref: '#/$defs/N', description: 'd' } }, { title: 'Node' }) },
    },
    want: object({
      tree: object({ next: { type: 'object', description: 'd (See: N)' } }),
    }),
  },
  {
    name: 'placeholders of Antigravity are taken out for Gemini',
    clean: cleanForGemini,
    given: filled({ type: 'object' }),
    want: object({}),
  },
  {
    name: 'what is left of `not`',
    clean: bare,
    given: { type: 'string', not: { enum: ['a'] }, 'x-order': 1 },
    want: { type: 'string', description: 'not: {"enum":["a"]}' },
  },
];

describe('schema cleaning', () => {
  it('67: every wanted result is clean already', () => {
    for (const { clean, want } of CASES) assert.deepEqual(clean(want), want);
  });

  for (const { name, clean, given, want } of CASES) {
    it(name, () => {
      const before = JSON.stringify(given);
      const once = clean(given);
      assert.deepEqual(once, want);
      assert.equal(JSON.stringify(given), before, 'the client’s schema is not changed');
      assert.deepEqual(clean(once), once, 'idempotent');
    });
  }

  it('a request is no schema', () => {
    const request = { tools: [{ name: 'a' }], thing: { type: 'string' } };
    assert.deepEqual(cleanForGemini(request), request);
  });

  it('refuses a bottomless schema', () => {
    let schema: JsonObject = {};
    for (let level = 0; level <= MAX_SCHEMA_DEPTH; level += 1) schema = { items: schema };
    assert.throws(
      () => cleanForGemini(schema),
      (error) => error instanceof SwitchyardError && error.code === 'invalid_request',
    );
  });

  it('references that double at every level end', () => {
    const $defs: JsonObject = {};
    for (let level = 0; level < 40; level += 1) {
      const next = { $ref: `#/$defs/d${String(level + 1)}` };
      $defs[`d${String(level)}`] = object({ a: next, b: next });
    }
    const cleaned = JSON.stringify(bare({ $ref: '#/$defs/d0', $defs }));
    assert.ok(cleaned.split('See: ').length - 1 <= MAX_INLINED + 2);
  });
});
