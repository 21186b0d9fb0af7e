import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tool } from '../../../src/canonical/request.ts';
import { nameRestorer } from '../../../src/formats/codex/restore-names.ts';
import { originalNames, toolNames } from '../../../src/formats/codex/tool-names.ts';

const functions = (...names: string[]): Tool[] => names.map((name) => ({ type: 'function', name }));

const bytes = (text: string): number => Buffer.byteLength(text);

describe('tool names for codex', () => {
  const long = (letter: string): string => letter.repeat(80);

  it('3.6: short names stay, long ones are cut to 64 bytes', () => {
    const names = toolNames(functions('read', long('a')));
    assert.equal(names.short('read'), 'read');
    assert.equal(names.short(long('a')), 'a'.repeat(64));
  });

  it('3.6: a taken name gets a number and stays within 64 bytes', () => {
    const names = toolNames(functions(`${long('a')}1`, `${long('a')}2`, `${long('a')}3`));
    assert.equal(names.short(`${long('a')}2`), `${'a'.repeat(62)}_1`);
    assert.equal(names.short(`${long('a')}3`), `${'a'.repeat(62)}_2`);
  });

  it('1.4: a character is not split', () => {
    const short = toolNames([]).short(`${'a'.repeat(63)}é${'b'.repeat(9)}`);
    assert.equal(short, 'a'.repeat(63));
    assert.ok(bytes(short) <= 64);
  });

  it('Q15: a name that is declared twice has one short name', () => {
    const names = originalNames(functions(long('b'), long('b')));
    assert.deepEqual([...names], [['b'.repeat(64), long('b')]]);
  });

  it('every shortened name is restored', () => {
    const declared = [
      long('a'),
      `${long('a')}x`,
      `mcp__${long('s')}__read`,
      `mcp__${long('t')}__read`,
      `${'a'.repeat(62)}é${long('b')}`,
    ];
    const names = toolNames(functions(...declared));
    const restore = nameRestorer(() => functions(...declared));
    for (const name of declared) assert.equal(restore(names.short(name)), name);
  });

  it('the request is not parsed for names that can not have been changed', () => {
    const restore = nameRestorer(() => {
      throw new Error('parsed');
    });
    assert.equal(restore('read_file'), 'read_file');
  });
});
