/** Client access keys (config.md 14). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Access, type KeyCarrier } from '../../src/front/access.ts';
import { callerScope, clientCacheKey } from '../../src/conversation/caller-scope.ts';

const KEYS = ['sk-client-1', 'sk-client-2'];

function request(headers: Record<string, string>, query = ''): KeyCarrier {
  return { header: (name) => headers[name], query };
}

describe('access', () => {
  const access = new Access(KEYS);

  const accepted: [string, KeyCarrier][] = [
    ['Authorization with scheme', request({ authorization: 'Bearer sk-client-1' })],
    ['the scheme in any case', request({ authorization: 'bEARER   sk-client-1 ' })],
    ['Authorization without scheme', request({ authorization: 'sk-client-1' })],
    ['X-Goog-Api-Key', request({ 'x-goog-api-key': 'sk-client-1' })],
    ['X-Api-Key', request({ 'x-api-key': ' sk-client-1 ' })],
    ['query key', request({}, 'alt=sse&key=sk-client-1')],
    ['query auth_token', request({}, 'auth_token=sk%2Dclient%2D1')],
    [
      'a wrong key beside the right one',
      request({ authorization: 'Bearer dummy', 'x-api-key': 'sk-client-1' }, 'key=other'),
    ],
    [
      'the first place that fits',
      request({ 'x-goog-api-key': 'sk-client-1', 'x-api-key': 'sk-client-2' }),
    ],
  ];
  for (const [name, carrier] of accepted) {
    it(`takes ${name}`, () => {
      assert.deepEqual(access.check(carrier), {
        scope: callerScope('sk-client-1'),
        cacheKey: clientCacheKey('sk-client-1'),
      });
    });
  }

  const missing: [string, KeyCarrier][] = [
    ['nothing', request({})],
    ['an empty bearer', request({ authorization: 'Bearer ' })],
    ['a bare scheme', request({ authorization: 'bearer' })],
    ['blank headers and query', request({ 'x-api-key': ' ' }, 'key=&auth_token=')],
    ['other query names', request({}, 'apikey=sk-client-1')],
  ];
  for (const [name, carrier] of missing) {
    it(`calls ${name} a missing key`, () => {
      const expected = { code: 'missing_api_key', status: 401, message: 'Missing API key' };
      assert.throws(() => access.check(carrier), expected);
    });
  }

  const invalid: [string, KeyCarrier][] = [
    ['another key', request({ authorization: 'Bearer sk-client-3' })],
    ['a part of a key', request({ 'x-api-key': 'sk-client-' })],
    ['another case', request({ 'x-api-key': 'SK-CLIENT-1' })],
    ['another scheme', request({ authorization: 'Basic sk-client-1' })],
    ['both keys at once', request({ 'x-api-key': 'sk-client-1,sk-client-2' })],
  ];
  for (const [name, carrier] of invalid) {
    it(`refuses ${name} without repeating it`, () => {
      const expected = { code: 'invalid_api_key', status: 401, message: 'Invalid API key' };
      assert.throws(() => access.check(carrier), expected);
    });
  }

  it('56: different keys are different callers', () => {
    const one = access.check(request({ 'x-api-key': 'sk-client-1' }));
    const other = access.check(request({ 'x-api-key': 'sk-client-2' }));
    assert.notEqual(one.scope, other.scope);
    assert.notEqual(one.cacheKey, other.cacheKey);
  });

  it('without keys everybody passes, as nobody', () => {
    for (const keys of [[], [' ']]) {
      const open = new Access(keys);
      assert.deepEqual(open.check(request({ authorization: 'Bearer anything' })), {
        scope: '',
        cacheKey: undefined,
      });
    }
  });

  it('refuses everybody while a sample key is configured, good keys too', () => {
    const guarded = new Access(['sk-client-1', 'your-api-key-2']);
    for (const key of ['sk-client-1', 'your-api-key-2']) {
      assert.throws(() => guarded.check(request({ 'x-api-key': key })), {
        code: 'unsafe_example_api_key',
        status: 403,
      });
    }
  });

  it('a principal can not be changed by who gets it', () => {
    const principal = access.check(request({ 'x-api-key': 'sk-client-1' }));
    assert.ok(Object.isFrozen(principal));
    assert.ok(!JSON.stringify(principal).includes('sk-client-1'));
  });
});
