/** Inputs that stand for a compacted conversation (codex.md 3.7). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { assistant, call, stored, user } from './support.ts';
import {
  holdsAnswers,
  isCompaction,
  isLocalSummary,
} from '../../../src/front/responses-socket/compaction.ts';
import { itemsIn } from '../../../src/front/responses-socket/stored-item.ts';
import type { JsonObject } from '../../../src/canonical/value.ts';

// A sentence of our own: that of Codex is known by its hash only.
const SENTENCE = 'Das hier fasst zusammen, was bis jetzt geschehen ist – lies es zuerst.';
const PREFACE = {
  bytes: Buffer.byteLength(SENTENCE),
  sha256: createHash('sha256').update(SENTENCE).digest('hex'),
};
const summary = user('s', `${SENTENCE}\nAll is well.`);
const developer = { type: 'message', role: 'developer', content: 'D' };
const tools = (...list: unknown[]): JsonObject => ({
  type: 'additional_tools',
  role: 'developer',
  tools: list,
});
const parts = (...content: JsonObject[]): JsonObject => ({ ...user('s', ''), content });
const text = (value: string): JsonObject => ({ type: 'input_text', text: value });

describe('a summary that the client made by itself', () => {
  const cases: [string, JsonObject[], boolean][] = [
    ['alone', [summary], true],
    ['between other messages', [developer, user('u', 'x'), summary, user('v', 'y')], true],
    ['without a type', [{ role: 'user', content: `${SENTENCE}\n` }], true],
    ['in parts', [parts(text(SENTENCE.slice(0, 9)), text(`${SENTENCE.slice(9)}\nx`))], true],
    [
      'between parts of other kinds',
      [parts({ type: 'input_image', text: 'n' }, text(`${SENTENCE}\n`))],
      true,
    ],
    ['behind tools', [tools({ type: 'function' }), summary], true],
    ['behind no tools', [tools(), summary], true],
    ['behind broken tools', [tools({ type: ' ' }), summary], false],
    ['behind tools that are no objects', [tools('function'), summary], false],
    ['in front of tools', [summary, tools({ type: 'function' })], false],
    ['without its line end', [user('s', SENTENCE)], false],
    ['with a blank in place of it', [user('s', `${SENTENCE} x`)], false],
    ['with another sentence', [user('s', `${SENTENCE.replace('D', 'd')}\n`)], false],
    ['later in the text', [user('s', ` ${SENTENCE}\n`)], false],
    ['by a developer', [{ ...developer, content: `${SENTENCE}\n` }], false],
    ['with an answer', [summary, assistant('a', 'x')], false],
    ['with something else', [summary, { type: 'reasoning' }], false],
    ['with no text at all', [{ ...user('s', ''), content: 7 }], false],
    ['nothing', [], false],
  ];
  for (const [name, items, expected] of cases) {
    it(`${name}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(isLocalSummary(stored(...items), PREFACE), expected);
    });
  }

  it('is known by another sentence in Codex', () => {
    assert.equal(isLocalSummary(stored(summary)), false);
  });

  it('an item that is no JSON is the fault of its client', () => {
    const bytes = Buffer.from('[{"role":"user","content":nul}]');
    assert.throws(() => isLocalSummary(itemsIn(bytes, 0, bytes.length)), { code: 'invalid_json' });
  });
});

it('items that stand for older ones', () => {
  const types = ['compaction', 'compaction_summary', 'compaction_trigger', 'message'];
  assert.deepEqual(
    types.map((type) => stored({ type }).some(isCompaction)),
    [true, true, false, false],
  );
});

it('inputs that hold what the model said', () => {
  const held = (item: JsonObject) => holdsAnswers(stored(user('u', 'x'), item));
  const answers = [
    assistant('a', 'x'),
    { role: 'assistant' },
    call('c'),
    { type: 'custom_tool_call' },
  ];
  assert.deepEqual(answers.map(held), [true, true, true, true]);
  const others = [
    user('v', 'y'),
    developer,
    { type: 'function_call_output' },
    { type: 'reasoning' },
  ];
  assert.deepEqual(others.map(held), [false, false, false, false]);
});
