/** Members of a JSON object as byte ranges (design 4). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bufferOf,
  forEachElement,
  MAX_DEPTH,
  memberOf,
  parseRange,
  parseValue,
  readString,
  scanObject,
  skipValue,
  textOf,
} from '../../src/json/scan.ts';

/** Key and value text of every member. */
function members(text: string): [string, string][] {
  const bytes = Buffer.from(text);
  return scanObject(bytes).map(({ key, valueStart, valueEnd }) => [
    key,
    textOf(bytes, valueStart, valueEnd),
  ]);
}

function elements(text: string): string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  forEachElement(bytes, 0, bytes.length, (start, end, index) => {
    assert.equal(index, found.length);
    found.push(textOf(bytes, start, end));
    return true;
  });
  return found;
}

describe('scanObject', () => {
  const objects: [string, [string, string][]][] = [
    ['{}', []],
    [' \t\r\n{ \n} ', []],
    ['{"a":1}', [['a', '1']]],
    [
      '{ "a" : "x" , "b":[1,{"c":"]}"}],"d":{"e":"\\"}"} }',
      [
        ['a', '"x"'],
        ['b', '[1,{"c":"]}"}]'],
        ['d', '{"e":"\\"}"}'],
      ],
    ],
    [
      '{"n":-1.5e+3,"t":true,"f":false,"z":null}',
      [
        ['n', '-1.5e+3'],
        ['t', 'true'],
        ['f', 'false'],
        ['z', 'null'],
      ],
    ],
    [
      '{"a":1,"a":2}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['{"\\u0061\\n":1}', [['a\n', '1']]],
    ['{"ä😀":"ö"}', [['ä😀', '"ö"']]],
    ['{"":{}}', [['', '{}']]],
  ];
  for (const [text, expected] of objects) {
    it(JSON.stringify(text), () => assert.deepEqual(members(text), expected));
  }

  it('finds the end of long strings full of quotes and backslashes', () => {
    for (const value of [
      '"\\'.repeat(500),
      '\\'.repeat(501),
      `${'x'.repeat(40)}\\"`,
      'x'.repeat(31),
    ]) {
      const text = JSON.stringify({ a: value, b: 1 });
      assert.deepEqual(members(text), [
        ['a', JSON.stringify(value)],
        ['b', '1'],
      ]);
    }
  });

  it('finds the end of strings whose quote is at any place near the native search', () => {
    for (let length = 0; length < 80; length += 1) {
      for (const last of ['', '\\', '"', '\\"', '\\\\']) {
        const value = 'x'.repeat(length) + last;
        assert.deepEqual(members(JSON.stringify({ a: value })), [['a', JSON.stringify(value)]]);
      }
    }
  });

  it('agrees with JSON.parse on random objects with random spaces', () => {
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const value = (depth: number): unknown => {
      const kind = random(depth > 3 ? 4 : 6);
      if (kind === 0) return random(1000) / 7;
      if (kind === 1)
        return ['"', '\\', '{', ']', ',', ':', 'é', '\n'][random(8)]?.repeat(random(40));
      if (kind === 2) return null;
      if (kind === 3) return random(2) === 0;
      if (kind === 4) return Array.from({ length: random(4) }, () => value(depth + 1));
      return Object.fromEntries(
        Array.from({ length: random(5) }, (_, index) => [`k"\\${index}`, value(depth + 1)]),
      );
    };
    for (let round = 0; round < 300; round += 1) {
      const object = { first: value(0), second: value(0) };
      const bytes = Buffer.from(JSON.stringify(object, null, random(3)));
      for (const member of scanObject(bytes)) {
        const expected = object[member.key as keyof typeof object] as unknown;
        assert.deepEqual(parseValue(bytes, member), expected);
      }
    }
  });

  const broken = [
    '',
    ' ',
    '[]',
    '"a"',
    '1',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":}',
    '{"a":"x}',
    '{"a":"x\\"}',
    '{"a":[1}',
    '{"a":{]}',
    '{"a":[}',
    '{"a":1}}',
    '{"a":1} x',
    '{"a":1}{}',
    '\ufeff{}',
    '{"\\x":1}',
  ];
  for (const text of broken) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => scanObject(Buffer.from(text)), { code: 'invalid_json', status: 400 });
    });
  }

  it('never reads behind the range it was given', () => {
    const bytes = Buffer.from('xx{"a":1}}yy"');
    assert.equal(scanObject(bytes, 2, 9).length, 1);
    for (let end = 2; end < 9; end += 1) {
      assert.throws(() => scanObject(bytes, 2, end), { code: 'invalid_json' }, String(end));
    }
  });

  it('goes down to the depth it names and not further', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.equal(members(nested(MAX_DEPTH)).length, 1);
    assert.throws(() => members(nested(MAX_DEPTH + 1)), { message: /nested too deeply/ });
  });
});

describe('the other readers', () => {
  it('forEachElement walks in order, and stops when told', () => {
    assert.deepEqual(elements('[]'), []);
    assert.deepEqual(elements(' [ 1 , "a,]" , [2,3] , {"b":[]} ] '), [
      '1',
      '"a,]"',
      '[2,3]',
      '{"b":[]}',
    ]);
    const bytes = Buffer.from('[1,2,nonsense');
    let visited = 0;
    forEachElement(bytes, 0, bytes.length, () => (visited += 1) < 2);
    assert.equal(visited, 2);
  });

  it('forEachElement refuses what it walked over', () => {
    for (const text of ['', '{}', '[', '[1', '[1,', '[1,]', '[1 2]', '[,1]']) {
      assert.throws(() => elements(text), { code: 'invalid_json' }, text);
    }
  });

  it('skipValue ends behind the value', () => {
    for (const [text, end] of [
      ['"a" ,', 3],
      ['[1] ,', 3],
      ['12,', 2],
      ['true}', 4],
    ] as const) {
      assert.equal(skipValue(Buffer.from(text), 0, text.length), end);
    }
    assert.throws(() => skipValue(Buffer.from(','), 0, 1), { code: 'invalid_json' });
  });

  it('memberOf gives the last of duplicates', () => {
    const bytes = Buffer.from('{"a":1,"b":2,"a":3}');
    const found = memberOf(scanObject(bytes), 'a');
    assert.equal(found && parseValue(bytes, found), 3);
    assert.equal(memberOf(scanObject(bytes), 'c'), undefined);
  });

  const strings: [string, string | undefined][] = [
    ['"plain"', 'plain'],
    ['""', ''],
    ['"\\u00e9\\n\\"\\/"', 'é\n"/'],
    ['"ä😀"', 'ä😀'],
    ['"\\x"', undefined],
    ['"\n"', undefined],
    ['12', undefined],
    ['null', undefined],
    ['"', undefined],
  ];
  for (const [text, expected] of strings) {
    it(`readString of ${JSON.stringify(text)}`, () => {
      const bytes = Buffer.from(text);
      assert.equal(readString(bytes, 0, bytes.length), expected);
    });
  }

  it('parseRange says where the JSON is broken', () => {
    assert.throws(() => parseRange(Buffer.from('xxnope'), 2, 6), {
      code: 'invalid_json',
      message: /near byte 2/,
    });
  });

  it('bufferOf shares the memory', () => {
    const bytes = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
    const buffer = bufferOf(bytes);
    bytes[0] = 9;
    assert.deepEqual([...buffer], [9, 2]);
    assert.equal(bufferOf(buffer), buffer);
  });
});
