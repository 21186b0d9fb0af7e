import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanObject, skipValue } from '../../src/json/scan.ts';
import { isToken, token, walkArray, walkObject } from '../../src/json/walk.ts';

/** Texts of the elements, and of what is left behind the array. */
function elements(text: string): string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  const end = walkArray(bytes, 0, bytes.length, (start) => {
    const stop = skipValue(bytes, start, bytes.length);
    found.push(bytes.toString('utf8', start, stop));
    return stop;
  });
  return [...found, bytes.toString('utf8', end)];
}

function members(text: string): string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  const end = walkObject(bytes, 0, bytes.length, (keyStart, keyEnd, valueStart) => {
    const stop = skipValue(bytes, valueStart, bytes.length);
    found.push(bytes.toString('utf8', keyStart, keyEnd), bytes.toString('utf8', valueStart, stop));
    return stop;
  });
  return [...found, bytes.toString('utf8', end)];
}

describe('walking over JSON', () => {
  it('arrays', () => {
    assert.deepEqual(elements('[]x'), ['x']);
    assert.deepEqual(elements('[ ]'), ['']);
    assert.deepEqual(elements('[1, "a]",\n{"b":[2]} ] '), ['1', '"a]"', '{"b":[2]}', ' ']);
  });

  it('objects', () => {
    assert.deepEqual(members('{ }'), ['']);
    assert.deepEqual(members('{"a" : 1,"b}":"x" }y'), ['"a"', '1', '"b}"', '"x"', 'y']);
  });

  for (const text of ['[', '[1', '[1 2]', '[1,]', '[1,', '[}']) {
    it(`${text} is no array`, () => {
      assert.throws(() => elements(text), { code: 'invalid_json' });
    });
  }

  for (const text of [
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a" 1}',
    '{"a":1,}',
    '{a:1}',
    '{"a":1 "b":2}',
  ]) {
    it(`${text} is no object`, () => {
      assert.throws(() => members(text), { code: 'invalid_json' });
    });
  }

  it('tokens are compared byte for byte', () => {
    const bytes = Buffer.from('"role""rôle"');
    assert.equal(isToken(bytes, 0, 6, token('role')), true);
    assert.equal(isToken(bytes, 0, 5, token('role')), false);
    assert.equal(isToken(bytes, 6, 13, token('role')), false);
    assert.equal(isToken(bytes, 6, 13, token('rôle')), true);
  });

  it('scanObject leaves a value to a walker that wants it', () => {
    const bytes = Buffer.from('{"a":[1,2],"b":[3]}');
    const seen: string[] = [];
    const found = scanObject(bytes, 0, bytes.length, (key, start) => {
      if (key !== 'b') return undefined;
      return walkArray(bytes, start, bytes.length, (at) => {
        const end = skipValue(bytes, at, bytes.length);
        seen.push(bytes.toString('utf8', at, end));
        return end;
      });
    });
    assert.deepEqual(seen, ['3']);
    assert.deepEqual(
      found.map(({ key, valueStart, valueEnd }) => [
        key,
        bytes.toString('utf8', valueStart, valueEnd),
      ]),
      [
        ['a', '[1,2]'],
        ['b', '[3]'],
      ],
    );
  });
});
