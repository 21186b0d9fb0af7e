/** Bindings of conversations (routing.md 5.4): bounds, names, what is told to others. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { bindingKey, credentialId } from '../../src/ids.ts';
import {
  BindingTable,
  MAX_BINDING_KEYS,
  MAX_CONVERSATION_KEYS,
} from '../../src/routing/binding-table.ts';
import type { ConversationKeys } from '../../src/routing/session.ts';

const TTL = 3_600_000;
const A = credentialId('A');
const B = credentialId('B');

const keys = (key: string, alias?: string): ConversationKeys => ({
  key: bindingKey(`mixed::${key}::m`),
  alias: alias === undefined ? undefined : bindingKey(`mixed::${alias}::m`),
});

describe('binding table', () => {
  let announced = 0;
  let table: BindingTable;
  beforeEach(() => {
    announced = 0;
    table = new BindingTable(TTL, () => (announced += 1));
  });

  it('a chosen credential holds for others at once, but is told only after an answer', () => {
    table.bind(keys('header:1'), A, 0);
    assert.equal(table.find(keys('header:1'), 1)?.credential, A);
    assert.deepEqual(table.takeChanges(), []);
    table.prove(keys('header:1'), A, 1);
    assert.equal(announced, 1);
    assert.deepEqual(table.takeChanges(), [
      { key: 'mixed::header:1::m', record: { credential: A, expiresAtMs: 1 + TTL, aliases: [] } },
    ]);
  });

  it('changes are announced once until they are taken', () => {
    for (const name of ['a:1', 'a:2', 'a:3']) table.prove(keys(name), A, 0);
    assert.equal(announced, 1);
    assert.equal(table.takeChanges().length, 3);
    table.prove(keys('a:4'), A, 0);
    assert.equal(announced, 2);
  });

  it('the expiry slides with every answer; others hear of it now and then', () => {
    table.prove(keys('a:1'), A, 0);
    table.takeChanges();
    table.prove(keys('a:1'), A, TTL / 8 - 1);
    assert.deepEqual(table.takeChanges(), []);
    assert.equal(table.find(keys('a:1'), TTL + 1)?.credential, A);
    table.prove(keys('a:1'), A, TTL / 8);
    assert.equal(table.takeChanges()[0]?.record?.expiresAtMs, TTL / 8 + TTL);
    assert.equal(table.find(keys('a:1'), TTL / 8 + TTL), undefined);
  });

  it('what is over makes room', () => {
    table.bind(keys('a:1'), A, 0);
    table.bind(keys('a:2'), A, TTL);
    assert.equal(table.size, 1);
  });

  it('a proven binding outlives the success of another credential', () => {
    table.prove(keys('a:1'), A, 0);
    table.prove(keys('a:1'), B, 1);
    assert.equal(table.find(keys('a:1'), 2)?.credential, A);
  });

  it('a binding that never held follows the first answer', () => {
    table.bind(keys('a:1'), A, 0);
    table.prove(keys('a:1'), B, 1);
    assert.equal(table.find(keys('a:1'), 2)?.credential, B);
  });

  it('is released by its own credential only', () => {
    table.prove(keys('a:1'), A, 0);
    table.takeChanges();
    table.release(keys('a:1'), B, 1);
    assert.equal(table.find(keys('a:1'), 1)?.credential, A);
    table.release(keys('a:1'), A, 1);
    assert.equal(table.find(keys('a:1'), 1), undefined);
    assert.deepEqual(table.takeChanges(), [{ key: 'mixed::a:1::m', record: null }]);
  });

  it('a move is told with the first answer, and nothing in between', () => {
    table.prove(keys('a:1'), A, 0);
    table.takeChanges();
    table.bind(keys('a:1'), B, 0);
    assert.deepEqual(table.takeChanges(), []);
    table.prove(keys('a:1'), B, 0);
    assert.equal(table.takeChanges()[0]?.record?.credential, B);
  });

  it('others are told when a binding that they know moved and was lost', () => {
    table.prove(keys('a:1'), A, 0);
    table.takeChanges();
    table.bind(keys('a:1'), B, 1);
    table.release(keys('a:1'), B, 2);
    assert.deepEqual(table.takeChanges(), [{ key: 'mixed::a:1::m', record: null }]);
  });

  it('an alias finds the binding, and moving one name moves all', () => {
    table.prove(keys('msg:short'), A, 0);
    assert.equal(table.find(keys('msg:long', 'msg:short'), 1)?.credential, A);
    table.bind(keys('msg:long', 'msg:short'), B, 1);
    table.prove(keys('msg:long', 'msg:short'), B, 2);
    assert.equal(table.find(keys('msg:short'), 3)?.credential, B);
    const changes = table.takeChanges();
    assert.deepEqual(
      changes.map(({ key, record }) => [key, record?.credential, record?.aliases]),
      [
        ['mixed::msg:short::m', B, ['mixed::msg:long::m']],
        ['mixed::msg:long::m', B, ['mixed::msg:short::m']],
      ],
    );
  });

  it('a conversation keeps its newest cache key and a bounded number of other names', () => {
    for (const name of ['pck:1', 'pck:2', 'pck:3']) table.bind(keys(name, 'conv:x'), A, 0);
    assert.equal(table.size, 2);
    assert.equal(table.find(keys('pck:2'), 1), undefined);
    assert.equal(table.find(keys('pck:3'), 1)?.credential, A);
    for (let index = 0; index < 2 * MAX_CONVERSATION_KEYS; index += 1) {
      table.bind(keys(`msg:${index}`, 'pck:3'), A, 0);
    }
    assert.equal(table.size, 1 + MAX_CONVERSATION_KEYS);
  });

  it('at the limit the one that was used longest ago goes', () => {
    for (let index = 0; index < MAX_BINDING_KEYS; index += 1) {
      table.bind(keys(`a:${index}`), A, index);
    }
    table.bind(keys('a:0'), A, MAX_BINDING_KEYS);
    table.bind(keys('new'), A, MAX_BINDING_KEYS);
    assert.equal(table.size, MAX_BINDING_KEYS);
    assert.notEqual(table.find(keys('a:0'), 1), undefined);
    assert.equal(table.find(keys('a:1'), 1), undefined);
  });

  it('takes over what others did, and never tells it again', () => {
    const other = new BindingTable(TTL, () => undefined);
    other.prove(keys('msg:long', 'msg:short'), A, 0);
    table.apply(other.takeChanges(), 1);
    assert.equal(table.find(keys('msg:long'), 1), table.find(keys('msg:short'), 1));
    assert.equal(table.find(keys('msg:long'), 1)?.credential, A);
    table.prove(keys('msg:long', 'msg:short'), A, 2);
    assert.equal(announced, 0);
    other.release(keys('msg:short'), A, 3);
    table.apply(other.takeChanges(), 3);
    assert.equal(table.size, 0);
  });

  it('a stored binding that is over is left out', () => {
    const record = { credential: A, expiresAtMs: 5, aliases: [] };
    table.apply([{ key: bindingKey('mixed::a:1::m'), record }], 5);
    assert.equal(table.size, 0);
  });

  it('forgets credentials that are gone, and everything on demand', () => {
    table.prove(keys('a:1'), A, 0);
    table.prove(keys('a:2'), B, 0);
    table.takeChanges();
    table.retain((credential) => credential === B);
    assert.deepEqual(table.takeChanges(), [{ key: 'mixed::a:1::m', record: null }]);
    table.reset(1);
    assert.equal(table.size, 0);
    table.bind(keys('a:3'), A, 0);
    assert.equal(table.find(keys('a:3'), 1), undefined);
  });
});
