import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isSecretName,
  maskHeader,
  maskSecret,
  maskText,
  redactFields,
} from '../../src/observe/mask.ts';

describe('maskSecret (routing.md 14.3)', () => {
  for (const [value, shown] of [
    ['abcdefghi', 'abcd...fghi'],
    ['abcdefgh', 'ab...gh'],
    ['abcde', 'ab...de'],
    ['abcd', 'a...d'],
    ['abc', 'a...c'],
    ['ab', 'ab'],
    ['', ''],
  ] as const) {
    it(`${value} becomes ${shown}`, () => assert.equal(maskSecret(value), shown));
  }
});

describe('maskHeader', () => {
  it('routing 128: the scheme of an authorization stays', () => {
    assert.equal(maskHeader('Authorization', 'Bearer sk-local-1234'), 'Bearer sk-l...1234');
  });
  it('routing 129: an api key header', () => {
    assert.equal(maskHeader('X-Api-Key', 'abcde'), 'ab...de');
  });
  it('masks cookies and tokens, keeps the rest', () => {
    assert.equal(maskHeader('Set-Cookie', 'session=0123456789'), 'sess...6789');
    assert.equal(maskHeader('x-amz-security-token', '0123456789'), '0123...6789');
    assert.equal(maskHeader('content-type', 'application/json'), 'application/json');
  });
});

describe('secret names', () => {
  for (const name of [
    'apiKey',
    'api-key',
    'access_token',
    'client_secret',
    'Proxy-Authorization',
  ]) {
    it(`${name} is secret`, () => assert.equal(isSecretName(name), true));
  }
  for (const name of ['input_tokens', 'output_tokens_details', 'model', 'monkey', 'cacheKeyHash']) {
    it(`${name} is not`, () => assert.equal(isSecretName(name), false));
  }
});

describe('maskText', () => {
  for (const [text, shown] of [
    ['bad header Bearer sk-abcdefghijk', 'bad header Bearer sk-a...hijk'],
    ['key sk-proj-0123456789 refused', 'key sk-p...6789 refused'],
    ['{"refresh_token":"rt_0123456789"}', '{"refresh_token":"rt_0...6789"}'],
    ['GET /x?api_key=0123456789&a=1', 'GET /x?api_key=0123...6789&a=1'],
    ['authorization: Bearer 0123456789', 'authorization: Bearer 0123...6789'],
    ['used 1500 tokens: none left', 'used 1500 tokens: none left'],
  ] as const) {
    it(text, () => assert.equal(maskText(text), shown));
  }
});

describe('redactFields', () => {
  it('masks nested fields, lists and header pairs in a copy', () => {
    const fields = {
      account: 'codex-a',
      upstream: { apiKey: '0123456789', status: 401, usage: { input_tokens: 3 } },
      list: [{ token: '0123456789' }],
      headers: ['content-type', 'text/plain', 'authorization', 'Bearer 0123456789'],
      tokens: null,
      secret: { inner: 'x' },
    };
    const before = structuredClone(fields);
    assert.deepEqual(redactFields(fields), {
      account: 'codex-a',
      upstream: { apiKey: '0123...6789', status: 401, usage: { input_tokens: 3 } },
      list: [{ token: '0123...6789' }],
      headers: ['content-type', 'text/plain', 'authorization', 'Bearer 0123...6789'],
      tokens: null,
      secret: '[hidden]',
    });
    assert.deepEqual(fields, before);
  });

  it('gives back the object itself when it holds no secret', () => {
    const fields = { id: 'a1b2c3d4', status: 200 };
    assert.equal(redactFields(fields), fields);
  });

  it('does not follow a circle', () => {
    const circle: Record<string, unknown> = { name: 'a' };
    circle['self'] = circle;
    assert.match(JSON.stringify(redactFields(circle)), /\[too deep\]/);
  });
});
