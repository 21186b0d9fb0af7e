/** Items of a conversation in their own words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  itemsIn,
  parsedItem,
  type StoredItem,
} from '../../../src/front/responses-socket/stored-item.ts';

function itemsOf(text: string): StoredItem[] {
  const bytes = Buffer.from(text);
  return itemsIn(bytes, 0, bytes.length);
}

describe('stored items', () => {
  it('keep every byte of their text', () => {
    const raws = ['{ "a" : 1.50e1,\n"ä":"\\u00e9" }', '"text"', '7', '{}'];
    const items = itemsOf(`[ ${raws.join(' ,\n')} ]`);
    assert.deepEqual(
      items.map(({ raw }) => raw),
      raws,
    );
    assert.deepEqual(
      items.map(({ bytes }) => bytes),
      raws.map((raw) => Buffer.byteLength(raw)),
    );
  });

  it('tell what merging asks, of texts only; the last of two counts', () => {
    const [item] = itemsOf(
      '[{"role":1,"type":"x","id":"i","call_id":" c\\u0031 ","type":"function_call"}]',
    );
    const { type, role, id, callId, complete } = item as StoredItem;
    assert.deepEqual([type, role, id, callId, complete], ['function_call', '', 'i', 'c1', false]);
  });

  it('know a complete call', () => {
    const complete = [
      '{"type":"function_call","name":"f","arguments":""}',
      '{"type":"custom_tool_call","input":"x","name":"f"}',
      '{"type":"function_call","name":"f","arguments":{}}',
      '{"type":"function_call","arguments":"{}"}',
      '{"type":"message","name":"f","arguments":"{}"}',
    ].map((raw) => itemsOf(`[${raw}]`)[0]?.complete);
    assert.deepEqual(complete, [true, true, false, false, false]);
  });

  it('can be parsed, or say that they can not', () => {
    const [good, bad, text] = itemsOf('[{"a":1},{"a":tru},"t"]') as [
      StoredItem,
      StoredItem,
      StoredItem,
    ];
    assert.deepEqual(parsedItem(good), { a: 1 });
    assert.throws(() => parsedItem(bad), { code: 'invalid_json', status: 400 });
    assert.deepEqual(parsedItem(text), {});
  });
});
