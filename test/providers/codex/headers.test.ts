/** Requests of the Codex provider (codex.md 1.1, 1.2, 4.7). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import type { BuildInput } from '../../../src/providers/types.ts';
import { PRODUCT_TOKEN } from '../../../src/version.ts';
import { asObject, input, keyRecord, record, turn } from '../support.ts';

const headersOf = (parts: Partial<BuildInput>): Record<string, string> =>
  asObject(codexProvider.buildRequest(input(parts)).headers);

describe('URL', () => {
  const compact = turn([], { path: '/v1/responses/compact' });
  const cases: [string, Partial<BuildInput>, string][] = [
    ['an account', {}, 'https://chatgpt.com/backend-api/codex/responses'],
    [
      'its compaction',
      { turn: compact },
      'https://chatgpt.com/backend-api/codex/responses/compact',
    ],
    ['a key', { record: keyRecord() }, 'https://api.example.com/v1/responses'],
    [
      'a chat client',
      { record: keyRecord(), turn: turn([], { path: '/v1/chat/completions', format: 'openai' }) },
      'https://api.example.com/v1/responses',
    ],
    [
      'a file with an address of its own',
      { record: record({ baseUrl: 'http://127.0.0.1:9/x' }) },
      'http://127.0.0.1:9/x/responses',
    ],
    [
      'images by the hosted tool',
      { record: keyRecord(), turn: turn([], { path: '/v1/images/edits', format: 'openai-image' }) },
      'https://api.example.com/v1/responses',
    ],
    [
      'images by the upstream itself',
      { record: keyRecord(), format: 'openai-image', turn: turn([], { path: '/v1/images/edits' }) },
      'https://api.example.com/v1/images/edits',
    ],
  ];
  for (const [name, parts, url] of cases) {
    it(name, () => assert.equal(codexProvider.buildRequest(input(parts)).url, url));
  }

  it('compaction keeps the Responses format, everything else is Codex', () => {
    const format = codexProvider.upstreamFormat;
    assert.equal(format('openai-response', '/v1/responses/compact'), 'openai-response');
    assert.equal(format('openai-response', '/v1/responses'), 'codex');
    assert.equal(format('openai', '/v1/chat/completions'), 'codex');
    assert.equal(format('openai-image', '/v1/images/edits', false), 'codex');
    assert.equal(format('openai-image', '/v1/images/edits', true), 'openai-image');
  });
});

describe('headers of an account', () => {
  it('a client that sent nothing: the example of codex.md 1.2, with our own name', () => {
    const request = codexProvider.buildRequest(input({ cacheKey: '7982865d' }));
    assert.deepEqual(request.headers, [
      ...['Session-Id', '7982865d'],
      ...['Content-Type', 'application/json'],
      ...['Authorization', 'Bearer at-1'],
      ...['User-Agent', PRODUCT_TOKEN],
      ...['Accept', 'text/event-stream'],
      ...['Originator', 'switchyard'],
      ...['Chatgpt-Account-Id', 'acct-1234'],
    ]);
    assert.match(PRODUCT_TOKEN, /^switchyard\/\d+\.\d+\.\d+/);
  });

  it("the client's own headers travel, others do not", () => {
    const own = {
      'x-codex-beta-features': 'remote_compaction_v2',
      version: '0.169.0',
      'x-codex-turn-metadata': '{"turn_id":"t"}',
      'x-client-request-id': 'r-1',
      'x-codex-window-id': 'w:0',
      'thread-id': 'th-1',
      'x-openai-internal-codex-responses-lite': 'TRUE',
      'user-agent': 'codex_exec/0.169.0',
      originator: 'codex_exec',
    };
    const others = ['openai-beta', 'x', 'conversation_id', 'y', 'chatgpt-account-id', 'other'];
    const sent = headersOf({ turn: turn([...Object.entries(own).flat(), ...others]) });
    assert.deepEqual(sent, {
      ...own,
      'content-type': 'application/json',
      authorization: 'Bearer at-1',
      accept: 'text/event-stream',
      'chatgpt-account-id': 'acct-1234',
    });
  });

  it('37: asks for a stream although the client did not', () => {
    const sent = headersOf({ turn: turn([], { stream: false }) });
    assert.equal(sent['accept'], 'text/event-stream');
  });

  it('a compaction asks for JSON', () => {
    const sent = headersOf({ turn: turn([], { path: '/v1/responses/compact' }) });
    assert.equal(sent['accept'], 'application/json');
  });

  it('40: the Lite mark is passed on as it was spelled', () => {
    const name = 'x-openai-internal-codex-responses-lite';
    assert.equal(headersOf({ turn: turn([name, 'TRUE']) })[name], 'TRUE');
  });

  it('a configured user agent beats the client, the blank one does not', () => {
    const client = turn(['user-agent', 'tool/1']);
    const defaults = { userAgent: 'team-proxy/2', betaFeatures: '' };
    assert.equal(headersOf({ turn: client, defaults })['user-agent'], 'team-proxy/2');
    assert.equal(headersOf({ turn: client })['user-agent'], 'tool/1');
  });

  it('a blank token sends no Authorization, an unknown account no account id', () => {
    const sent = headersOf({ token: ' ', accountId: undefined });
    assert.ok(!('authorization' in sent) && !('chatgpt-account-id' in sent));
  });
});

describe('headers of a key', () => {
  it('no account id, no originator, no configured user agent', () => {
    const defaults = { userAgent: 'team-proxy/2', betaFeatures: '' };
    const sent = headersOf({ record: keyRecord(), defaults });
    assert.deepEqual(sent, {
      'content-type': 'application/json',
      authorization: 'Bearer at-1',
      'user-agent': PRODUCT_TOKEN,
      accept: 'text/event-stream',
    });
  });

  it("custom headers come last; `$Name` copies the client's header", () => {
    const headers = {
      'X-Tenant': 'blue',
      'X-Trace': '$X-Request-Id',
      'X-Missing': '$X-Not-Sent',
      'user-agent': 'mine/1',
      Host: 'relay.example.com',
    };
    const sent = headersOf({
      record: keyRecord({ headers }),
      turn: turn(['x-request-id', 'r-7', 'user-agent', 'tool/1']),
    });
    assert.equal(sent['x-tenant'], 'blue');
    assert.equal(sent['x-trace'], 'r-7');
    assert.equal(sent['user-agent'], 'mine/1');
    assert.equal(sent['host'], 'relay.example.com');
    assert.ok(!('x-missing' in sent));
  });

  it('custom headers can not change how the message is framed', () => {
    const headers = { 'Content-Length': '3', 'transfer-encoding': 'chunked', Connection: 'close' };
    const sent = headersOf({ record: keyRecord({ headers }) });
    for (const name of ['content-length', 'transfer-encoding', 'connection']) {
      assert.ok(!(name in sent), name);
    }
  });
});

describe('Session-Id', () => {
  const client = turn(['session-id', 'c-1']);

  it('22, 23: is the key, without blanks around it', () => {
    assert.equal(headersOf({ cacheKey: 'k1' })['session-id'], 'k1');
    assert.equal(headersOf({ cacheKey: ' k1 ' })['session-id'], 'k1');
  });

  it('25: is the key of the body although the client sent another one (reference: c-1)', () => {
    assert.equal(headersOf({ cacheKey: 'vector-1', turn: client })['session-id'], 'vector-1');
  });

  it('26: is the client’s when there is no key', () => {
    assert.equal(headersOf({ turn: client })['session-id'], 'c-1');
  });

  it('28: is not sent when nobody has one', () => {
    assert.ok(!('session-id' in headersOf({})));
  });

  for (const [name, key] of [
    ['control characters', 'a\r\nX-Evil: 1'],
    ['characters beyond Latin 1', 'schlüssel-\u{1F511}'],
    ['the length of a whole body', 'k'.repeat(100_000)],
  ] as const) {
    it(`is not sent for a key with ${name}; the body still has it`, () => {
      assert.ok(!('session-id' in headersOf({ cacheKey: key })));
    });
  }
});

describe('prompt_cache_retention (codex.md 4.7)', () => {
  it('is stripped for the ChatGPT backend and kept for API-key addresses', () => {
    assert.equal(codexProvider.keepsRetention(record()), false);
    assert.equal(codexProvider.keepsRetention(keyRecord({ baseUrl: '' })), false);
    assert.equal(codexProvider.keepsRetention(keyRecord()), true);
  });
});
