/** Cleaned schemas are remembered within bounds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanForGemini } from '../../../../src/formats/gemini/schema/clean.ts';
import {
  CleanedSchemas,
  MAX_REMEMBERED_CHARS,
  MAX_SCHEMA_CHARS,
} from '../../../../src/formats/gemini/schema/remembered.ts';

const schemaWith = (description: string) => ({
  type: 'object',
  description,
  properties: { path: { type: 'string', minLength: 1 } },
});

describe('remembered schemas', () => {
  it('gives the same object for the same text, cleaned as always', () => {
    const schemas = new CleanedSchemas();
    const first = schemas.of(schemaWith('one'));
    assert.deepEqual(first, cleanForGemini(schemaWith('one')));
    assert.equal(schemas.of(schemaWith('one')), first);
    assert.notDeepEqual(schemas.of(schemaWith('two')), first);
  });

  it('keeps to its bound and forgets the oldest', () => {
    const schemas = new CleanedSchemas();
    const first = schemas.of(schemaWith('first'));
    for (let index = 0; index < 100; index += 1) {
      schemas.of(schemaWith(String(index).padEnd(MAX_SCHEMA_CHARS / 2, '.')));
      assert.ok(schemas.chars <= MAX_REMEMBERED_CHARS);
    }
    assert.ok(schemas.chars > MAX_REMEMBERED_CHARS / 2, 'what fits is kept');
    assert.notEqual(schemas.of(schemaWith('first')), first);
  });

  it('does not keep a schema of unusual size', () => {
    const schemas = new CleanedSchemas();
    schemas.of(schemaWith('x'.repeat(MAX_SCHEMA_CHARS)));
    assert.equal(schemas.chars, 0);
  });
});
