/** What stands for a client's key: scope and continuity key (codex.md 4.2, 4.4, 9.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerScope, clientCacheKey } from '../../src/conversation/caller-scope.ts';
import { fnv1a64 } from '../../src/conversation/fnv1a.ts';
import { uuidV5 } from '../../src/conversation/uuid5.ts';

describe('client keys', () => {
  const keys: [string, string, string][] = [
    ['1', 'sk-client-1', 'a89771df-719e-5289-bc84-c5179c5a5053'],
    ['2', 'sk-client-2', 'b9da4bf2-73ef-57a0-a991-69b256dcf93e'],
    ['3: trimmed', ' sk-client-1 ', 'a89771df-719e-5289-bc84-c5179c5a5053'],
    ['3', 'test-api-key', '76a25d65-2f6f-5267-af11-943676d3ef27'],
  ];
  for (const [name, key, expected] of keys) {
    it(name, () => assert.equal(clientCacheKey(key), expected));
  }

  const scopes: [string, string, string][] = [
    ['20', 'sk-client-1', 'bdc84e5ba504a6b7d3589b3aed0caef619310c6a5afe2cd05c9cded5bb454f7a'],
    ['20', ' sk-client-2\n', '5d8517ccc060039e90b03a103b681f5d6ea3daf6f0e644126182fdcbabdcada3'],
    ['57', 'demo-client-key', 'b85468a09634b56b1d68363c59ee3fc693220ca39f3bbe577038a3ebf1ff05a9'],
  ];
  for (const [name, key, expected] of scopes) {
    it(`${name}: scope`, () => assert.equal(callerScope(key), expected));
  }

  it('no key, no scope', () => {
    for (const key of [undefined, '', ' ']) assert.equal(callerScope(key), '');
  });
});

describe('names of other kinds, codex.md 9.1', () => {
  const prefix = 'cli-proxy-api\0codex\0';
  const names: [string, string, string][] = [
    ['6', `${prefix}execution-session\0sess-1`, '75382599-1bb9-537c-acb3-08c86ab610a5'],
    [
      '7',
      `${prefix}execution-session\x000b9d2f6e-3c1a-4a57-9f0e-2b6f7a1c9d10`,
      'fb4020d1-2a58-5627-8c52-5e634ba5d2cb',
    ],
    ['8', `${prefix}derived-session\0ctx:v1:derived-root`, '14d267f7-0468-5861-a419-af68dc90d384'],
    ['5', 'cli-proxy-api:codex:prompt-cache:auth:auth-1', '85d3040f-88e2-56d5-ab9d-d221c1379e39'],
  ];
  for (const [name, text, expected] of names) {
    it(name, () => assert.equal(uuidV5(text), expected));
  }

  it('a UUID of version 5 and the RFC variant', () => {
    assert.match(
      uuidV5(''),
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('FNV-1a, 64 bits', () => {
  it('published values', () => {
    assert.equal(fnv1a64([]), 'cbf29ce484222325');
    assert.equal(fnv1a64([Buffer.from('a')]), 'af63dc4c8601ec8c');
    assert.equal(fnv1a64([Buffer.from('foobar')]), '85944171f73967e8');
  });

  it('does not depend on how the text is cut', () => {
    const pieces = [Buffer.from('foo'), Buffer.from(''), Buffer.from('bar')];
    assert.equal(fnv1a64(pieces), fnv1a64([Buffer.from('foobar')]));
  });
});
