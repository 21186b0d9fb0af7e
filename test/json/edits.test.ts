/** Spliced members: the named places change, every other byte stays (design 4). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEdits, ObjectEdits } from '../../src/json/edits.ts';
import { memberOf, scanObject } from '../../src/json/scan.ts';
import type { Member } from '../../src/json/members.ts';

function edited(text: string, change: (edits: ObjectEdits, members: Member[]) => void): string {
  const bytes = Buffer.from(text);
  const members = scanObject(bytes);
  const edits = new ObjectEdits(bytes, members, text.lastIndexOf('}'));
  change(edits, members);
  const result = Buffer.from(applyEdits(bytes, edits.edits())).toString();
  assert.doesNotThrow(() => JSON.parse(result), result);
  return result;
}

describe('applyEdits', () => {
  it('gives the same object back when there is nothing to do', () => {
    const bytes = Buffer.from('{}');
    assert.equal(applyEdits(bytes, []), bytes);
  });

  it('takes edits in any order, insertions and removals included', () => {
    const edits = [
      { start: 4, end: 5, text: 'ö' },
      { start: 0, end: 0, text: '>' },
      { start: 1, end: 3, text: '' },
      { start: 6, end: 6, text: '<' },
    ];
    assert.equal(Buffer.from(applyEdits(Buffer.from('abcdef'), edits)).toString(), '>adöf<');
  });
});

describe('ObjectEdits', () => {
  it('set replaces a value and leaves spaces, order and numbers alone', () => {
    const text = '{ "a" : 1.50 ,\n"model":"x", "b":"\\u00e9" }';
    assert.equal(
      edited(text, (edits) => edits.set('model', '"gpt-5.5"')),
      '{ "a" : 1.50 ,\n"model":"gpt-5.5", "b":"\\u00e9" }',
    );
  });

  it('set to the same text changes nothing', () => {
    const bytes = Buffer.from('{"a":1}');
    const edits = new ObjectEdits(bytes, scanObject(bytes), 6);
    edits.set('a', '1');
    assert.deepEqual(edits.edits(), []);
  });

  it('set adds what is missing, in order, in front of the brace', () => {
    const both = (edits: ObjectEdits): void => {
      edits.set('x', '1');
      edits.set('y"', '[2]');
    };
    assert.equal(edited('{"a":0}', both), '{"a":0,"x":1,"y\\"":[2]}');
    assert.equal(edited('{}', both), '{"x":1,"y\\"":[2]}');
    assert.equal(edited('{"a":0 }', both), '{"a":0 ,"x":1,"y\\"":[2]}');
  });

  it('of duplicates set keeps the last one', () => {
    assert.equal(
      edited('{"a":1,"b":2,"a":3,"a":4}', (edits) => edits.set('a', '9')),
      '{"b":2,"a":9}',
    );
  });

  it('the last set counts, for members and for additions', () => {
    assert.equal(
      edited('{"a":1}', (edits) => {
        edits.set('a', '2');
        edits.set('a', '3');
        edits.set('b', '4');
        edits.set('b', '5');
      }),
      '{"a":3,"b":5}',
    );
    assert.equal(
      edited('{"a":1}', (edits) => {
        edits.set('a', '2');
        edits.set('a', '1');
      }),
      '{"a":1}',
    );
  });

  const removals: [string, string[], string][] = [
    ['{"a":1,"b":2,"c":3}', ['a'], '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['b'], '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['c'], '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"c":3}', ['b', 'c'], '{"a":1}'],
    ['{"a":1,"b":2,"c":3}', ['a', 'c'], '{"b":2}'],
    ['{"a":1,"b":2,"c":3}', ['c', 'a', 'b'], '{}'],
    ['{"a":1}', ['a'], '{}'],
    ['{"a":1,"a":2,"b":3}', ['a'], '{"b":3}'],
    ['{ "a" : 1 , "b" : "," }', ['b'], '{ "a" : 1  }'],
    ['{"a":1}', ['nothing'], '{"a":1}'],
  ];
  for (const [text, keys, expected] of removals) {
    it(`remove ${keys.join()} from ${text}`, () => {
      assert.equal(
        edited(text, (edits) => keys.forEach((key) => edits.remove(key))),
        expected,
      );
    });
  }

  it('removed and set: set again adds, removed again is gone', () => {
    const again = (edits: ObjectEdits): void => {
      edits.remove('a');
      edits.set('a', '2');
    };
    assert.equal(edited('{"a":1}', again), '{"a":2}');
    assert.equal(edited('{"a":1,"b":0}', again), '{"b":0,"a":2}');
    assert.equal(
      edited('{"a":1}', (edits) => {
        edits.set('a', '2');
        edits.set('b', '3');
        edits.remove('a');
        edits.remove('b');
      }),
      '{}',
    );
  });

  it('rename keeps value and spaces, whatever the old key was written like', () => {
    const rename = (text: string, key: string) =>
      edited(text, (edits, members) => {
        const member = memberOf(members, key);
        assert.ok(member !== undefined);
        edits.rename(member, 'n');
      });
    assert.equal(rename('{"old" : {"old":1}}', 'old'), '{"n" : {"old":1}}');
    assert.equal(rename('{"o\\u006cd:":1}', 'old:'), '{"n":1}');
    assert.equal(rename('{"a\\"b":1}', 'a"b'), '{"n":1}');
  });

  it('inside changes a part of a value', () => {
    assert.equal(
      edited('{"a":[1,2,3],"b":0}', (edits, [a]) => {
        assert.ok(a !== undefined);
        edits.inside({ start: a.valueStart + 3, end: a.valueStart + 4, text: '"two"' });
        edits.set('b', '1');
      }),
      '{"a":[1,"two",3],"b":1}',
    );
  });

  it('what is put in behind a value stays when the members after it go', () => {
    assert.equal(
      edited('{"a":"x","b":0,"c":0}', (edits, [a]) => {
        assert.ok(a !== undefined);
        edits.inside({ start: a.valueStart, end: a.valueStart, text: '[' });
        edits.inside({ start: a.valueEnd, end: a.valueEnd, text: ']' });
        edits.remove('b');
        edits.remove('c');
      }),
      '{"a":["x"]}',
    );
  });

  it('edits inside a removed member go with it', () => {
    assert.equal(
      edited('{"a":[1],"b":0}', (edits, [a]) => {
        assert.ok(a !== undefined);
        edits.inside({ start: a.valueStart + 1, end: a.valueStart + 2, text: '2' });
        edits.rename(a, 'c');
        edits.remove('a');
      }),
      '{"b":0}',
    );
  });
});
