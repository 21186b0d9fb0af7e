import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cors } from '../../src/front/cors.ts';

const APP = 'https://app.example.com';

function named(pairs: string[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2) {
    names[pairs[index] ?? ''] = pairs[index + 1] ?? '';
  }
  return names;
}

describe('cors', () => {
  it('says nothing without a list (the reference allows every origin, config.md 15.3)', () => {
    assert.deepEqual(new Cors([]).headersFor(APP), []);
  });

  it('says nothing to other origins, to none, and to opaque ones', () => {
    const cors = new Cors([APP]);
    for (const origin of [undefined, 'https://evil.example.com', `${APP}.evil.test`, 'null', '']) {
      assert.deepEqual(cors.headersFor(origin), []);
    }
  });

  it('names a listed origin and that the answer depends on it', () => {
    const headers = named(new Cors(['http://localhost:3000', APP]).headersFor(APP));
    assert.equal(headers['access-control-allow-origin'], APP);
    assert.equal(headers['vary'], 'Origin');
    assert.match(headers['access-control-allow-methods'] ?? '', /\bPOST\b/);
    assert.match(headers['access-control-allow-headers'] ?? '', /\bAuthorization\b/);
    const exposed = headers['access-control-expose-headers'] ?? '';
    for (const name of ['x-switchyard-account', 'x-switchyard-continuity', 'retry-after']) {
      assert.ok(exposed.includes(name), name);
    }
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });

  it('`*` allows every origin, and the answer is the same for all', () => {
    const headers = named(new Cors([APP, '*']).headersFor('https://any.example.com'));
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['vary'], undefined);
  });
});
