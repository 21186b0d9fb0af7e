/** Paths into JSON values (translate-openai-claude.md 11.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { globMatches } from '../../../src/json/paths/glob.ts';
import { MAX_PATH_CHARS, parsePath } from '../../../src/json/paths/parse.ts';
import { valuesAt } from '../../../src/json/paths/read.ts';
import { MAX_PADDING, removeAt, setAt } from '../../../src/json/paths/write.ts';
import type { Path } from '../../../src/json/paths/types.ts';

function path(text: string): Path {
  const parsed = parsePath(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

const VALUE = {
  a: { b: 1, 'b.c': 2, '*': 3 },
  list: [
    { t: 'x', n: 1, ok: true },
    { t: 'y', n: 2, ok: false },
    { t: 'web_1', n: 3, in: { t: 'x' }, none: null },
  ],
  names: ['one', 'two'],
  '2': 'two',
};

describe('paths, reading', () => {
  const cases: [string, unknown[]][] = [
    ['a.b', [1]],
    ['a.b\\.c', [2]],
    ['a.\\*', [3]],
    ['a.*', [1]],
    ['l?st.0.n', [1]],
    ['a.z', []],
    ['a.b.c', []],
    ['list.1.t', ['y']],
    ['list.:1', []],
    ['list.-1', []],
    ['2', ['two']],
    ['list.#', [3]],
    ['list.#.n', [[1, 2, 3]]],
    ['list.#.in.t', [['x']]],
    ['list.#.z', [[]]],
    ['a.#.n', []],
    ['list.#(t=="y").n', [2]],
    ['list.#(t=y).n', [2]],
    ['list.#(n>=2)#.n', [2, 3]],
    ['list.#(n<2)#.n', [1]],
    ['list.#(n!=2)#.n', [1, 3]],
    ['list.#(t%"web*").n', [3]],
    ['list.#(t!%"web*")#.n', [1, 2]],
    ['list.#(ok==true).n', [1]],
    ['list.#(none==null).n', [3]],
    ['list.#(in.t=="x").n', [3]],
    ['list.#(in).n', [3]],
    ['list.#(t=="x"&&n==1||t=="y")#.n', [1, 2]],
    ['list.#(t=="x||y")#', []],
    ['names.#(=="two")', ['two']],
    ['names.#(%"o*")', ['one']],
    ['a.#(b==1)', []],
    ['toString', []],
  ];
  for (const [text, expected] of cases) {
    it(text, () => assert.deepEqual(valuesAt(VALUE, path(text)), expected));
  }
});

describe('paths, text that is none', () => {
  for (const text of [
    '',
    'a.#(b',
    'a.#(b==1)x',
    'a.#()',
    '#(a=="b)',
    'x'.repeat(MAX_PATH_CHARS + 1),
  ]) {
    it(text.slice(0, 20), () => assert.equal(parsePath(text), undefined));
  }
});

describe('paths, writing', () => {
  const cases: [string, object, object][] = [
    ['a.b', {}, { a: { b: 9 } }],
    ['a.b', { a: null }, { a: { b: 9 } }],
    ['a.1', {}, { a: [null, 9] }],
    ['a.-1', {}, { a: [9] }],
    ['a.x', { a: [1] }, { a: [1] }],
    ['a.:0', { a: [1] }, { a: [1] }],
    ['a.0.b', { a: [1] }, { a: [{ b: 9 }] }],
    ['a.*', { a: {} }, { a: {} }],
    ['#.n', [{ n: 1 }, {}, { n: null }], [{ n: 9 }, {}, { n: 9 }]],
    ['a.#', { a: [1] }, { a: [1] }],
    [`a.${String(MAX_PADDING + 1)}`, { a: [] }, { a: [] }],
  ];
  for (const [text, before, after] of cases) {
    it(`${text} in ${JSON.stringify(before)}`, () => {
      const value = structuredClone(before) as Record<string, unknown>;
      setAt(value, path(text), 9);
      assert.deepEqual(value, after);
    });
  }
});

describe('paths, removing', () => {
  const cases: [string, object, object][] = [
    ['a', { a: 1, b: 2 }, { b: 2 }],
    ['a.5', { a: [1] }, { a: [1] }],
    ['a.-1', { a: [] }, { a: [] }],
    ['a.b.c', { a: 1 }, { a: 1 }],
    ['#(n==1)#', [{ n: 1 }, { n: 2 }, { n: 1 }], [{ n: 2 }]],
    ['a.*', { a: { b: 1 } }, { a: { b: 1 } }],
  ];
  for (const [text, before, after] of cases) {
    it(`${text} from ${JSON.stringify(before)}`, () => {
      const value = structuredClone(before) as Record<string, unknown>;
      removeAt(value, path(text));
      assert.deepEqual(value, after);
    });
  }
});

describe('patterns', () => {
  it('are matched in bounded time', () => {
    assert.equal(globMatches('a*'.repeat(30) + 'b', 'a'.repeat(5000)), false);
    assert.equal(globMatches('*-?.5', 'gpt-5.5'), true);
    assert.equal(globMatches('gpt\\*', 'gpt-5'), false);
    assert.equal(globMatches('', ''), true);
  });
});
