/** The OpenAI-compatible provider: requests and errors (providers.md 12, vectors of 17.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerFor } from '../../../src/providers/index.ts';
import { PRODUCT_TOKEN } from '../../../src/version.ts';
import { compatRecord, event, input, NOW, record, turn } from '../support.ts';

const provider = providerFor(compatRecord());

const build = (parts: Parameters<typeof input>[0]) =>
  provider.buildRequest(input({ record: compatRecord(), token: 'k1', ...parts }));

describe('providerFor', () => {
  it('knows its providers and every compatible name, and nothing else', () => {
    assert.equal(providerFor(record()), providerFor(record({ kind: 'apikey' })));
    assert.equal(providerFor(compatRecord({ provider: 'openai-compatible-x' })), provider);
    assert.throws(() => providerFor(record({ provider: 'qwen' })), { code: 'internal' });
  });
});

describe('requests', () => {
  it('a stream', () => {
    const request = build({ proxyUrl: 'socks5://127.0.0.1:1080' });
    assert.equal(request.url, 'https://api.acme.test/v1/chat/completions');
    assert.equal(request.proxyUrl, 'socks5://127.0.0.1:1080');
    assert.deepEqual(request.headers, [
      ...['Content-Type', 'application/json'],
      ...['Authorization', 'Bearer k1'],
      ...['User-Agent', PRODUCT_TOKEN],
      ...['Accept', 'text/event-stream'],
      ...['Cache-Control', 'no-cache'],
    ]);
  });

  it('a whole answer, without a key: neither stream headers nor Authorization', () => {
    assert.deepEqual(build({ streaming: false, token: '' }).headers, [
      ...['Content-Type', 'application/json'],
      ...['User-Agent', PRODUCT_TOKEN],
      ...['Accept', 'application/json'],
    ]);
  });

  it('custom headers beat ours, but not those of a stream', () => {
    const headers = { 'X-User': '$x-user', 'User-Agent': 'mine/1', Accept: 'text/plain' };
    const request = build({
      record: compatRecord({ headers }),
      turn: turn(['x-user', 'ann', 'session-id', 's']),
      cacheKey: 'k',
    });
    assert.deepEqual(request.headers, [
      ...['Content-Type', 'application/json'],
      ...['Authorization', 'Bearer k1'],
      ...['User-Agent', 'mine/1'],
      ...['X-User', 'ann'],
      ...['Accept', 'text/event-stream'],
      ...['Cache-Control', 'no-cache'],
    ]);
  });

  it('12.2: a compaction goes to its own endpoint', () => {
    const compact = turn([], { path: '/v1/responses/compact' });
    assert.equal(build({ turn: compact }).url, 'https://api.acme.test/v1/responses/compact');
    assert.equal(provider.upstreamFormat('openai-response', compact.path), 'openai-response');
  });

  it('every other client is translated to chat', () => {
    assert.equal(provider.upstreamFormat('openai-response', '/v1/responses'), 'openai');
    assert.equal(provider.upstreamFormat('openai', '/v1/chat/completions'), 'openai');
  });

  it('a continuity key only with support-prompt-cache-key; retention is kept', () => {
    assert.equal(provider.usesContinuity(compatRecord()), false);
    assert.equal(provider.usesContinuity(compatRecord({ supportPromptCacheKey: true })), true);
    assert.equal(provider.keepsRetention(compatRecord()), true);
  });
});

describe('errors in a stream', () => {
  const cases: [string, unknown, string | undefined, number, string?][] = [
    ['O4: an error with its status', { error: { message: 'x', status: 429 } }, undefined, 429],
    [
      'O6: an error event without data',
      '',
      'error',
      502,
      'upstream error event ended without data',
    ],
    [
      'an error event with [DONE]',
      '[DONE]',
      'response.failed',
      502,
      'upstream error event ended before [DONE]',
    ],
    ['an error event with any data', { a: 1 }, 'response.error', 502],
    ['data that is no object', '"boom"', 'error', 502],
    [
      'an error type',
      { type: 'response.failed', response: { error: { status_code: 503 } } },
      undefined,
      503,
    ],
    ['an error as text', { error: 'boom' }, undefined, 502],
    ['code and message at the top', { code: 'x', message: 'y', status_code: 400 }, undefined, 400],
    [
      'a status beside the error comes first',
      { status: 401, error: { status: 500 } },
      undefined,
      401,
    ],
    ['a status as digits', { error: { status: '404' } }, undefined, 404],
    ['a status that is none', { error: { status: 200 } }, undefined, 502],
  ];
  for (const [name, data, eventName, status, body] of cases) {
    it(name, () => {
      const failure = provider.failureOfEvent(event(data, eventName), NOW);
      assert.equal(failure?.status, status);
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      assert.equal(failure.body, body ?? text);
    });
  }

  it('O5: a null error is none', () => {
    assert.equal(provider.failureOfEvent(event({ error: null, choices: [] }), NOW), undefined);
  });

  for (const data of [
    { choices: [{ delta: { content: 'error' } }] },
    { object: 'chat.completion', code: null, message: 'x' },
    '[DONE]',
    '',
  ]) {
    it(`no failure: ${JSON.stringify(data)}`, () => {
      assert.equal(provider.failureOfEvent(event(data), NOW), undefined);
    });
  }
});

describe('answers with an error status', () => {
  it('keep status, body and headers; Retry-After is read', () => {
    const headers = ['retry-after', '7'];
    const failure = provider.failureOfResponse(429, headers, '{"error":"slow"}', NOW);
    assert.equal(failure.status, 429);
    assert.equal(failure.body, '{"error":"slow"}');
    assert.equal(failure.headers, headers);
    assert.equal(failure.retryAfterMs, 7000);
    assert.equal(failure.evidence, 'retry-after');
  });

  it('are never empty', () => {
    assert.equal(provider.failureOfResponse(502, [], '', NOW).body, 'Bad Gateway');
  });
});
