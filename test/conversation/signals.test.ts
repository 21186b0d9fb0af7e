import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explicitCacheKey, explicitSignal } from '../../src/conversation/signals.ts';
import { scanObject } from '../../src/json/scan.ts';

function source(body: unknown, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(JSON.stringify(body));
  return { headers: Object.entries(headers).flat(), body: bytes, members: scanObject(bytes) };
}

const idOf = (body: unknown, headers?: Record<string, string>): string | undefined =>
  explicitSignal(source(body, headers))?.id;

const CLAUDE_USER = 'user_ab12_account__session_11111111-2222';

describe('explicit signals in their order (routing.md 5.1)', () => {
  const all = {
    metadata: { user_id: CLAUDE_USER },
    session_id: 's',
    prompt_cache_key: 'k',
    conversation: { id: 'c' },
    conversation_id: 'flat',
  };
  const headers = {
    'x-claude-code-session-id': 'claude',
    'session-id': 'codex',
    session_id: 'old',
    'x-session-id': 'x',
    'x-session-affinity': 'a',
  };
  const without = (...names: string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

  const cases: [string, string | undefined][] = [
    ['claude:claude', idOf(all, headers)],
    ['claude:11111111-2222', idOf(all, without('x-claude-code-session-id'))],
    ['codex:codex', idOf({ ...all, metadata: {} }, without('x-claude-code-session-id'))],
    ['codex:old', idOf({}, without('x-claude-code-session-id', 'session-id'))],
    ['header:x', idOf({}, { 'x-session-id': 'x', 'x-session-affinity': 'a' })],
    ['affinity:a', idOf({}, { 'x-session-affinity': 'a' })],
    ['session:s', idOf({ ...all, metadata: {} })],
    ['session:camel', idOf({ sessionId: 'camel', prompt_cache_key: 'k' })],
    ['pck:k', idOf({ prompt_cache_key: 'k', conversation: 'c' })],
    ['pck:k', idOf({ promptCacheKey: 'k' })],
    ['conv:c', idOf({ conversation: { id: 'c' }, metadata: { user_id: 'u' } })],
    ['user:u', idOf({ metadata: { user_id: 'u' }, conversation_id: 'flat' })],
    ['conv:flat', idOf({ conversation_id: 'flat' })],
  ];
  for (const [expected, actual] of cases) {
    it(expected, () => assert.equal(actual, expected));
  }

  it('a conversation beside a cache key is its second name', () => {
    assert.deepEqual(explicitSignal(source({ prompt_cache_key: 'k', conversation: 'c' })), {
      id: 'pck:k',
      alias: 'conv:c',
    });
  });

  it('newer Claude Code puts JSON into user_id', () => {
    const user = JSON.stringify({ device_id: 'd', account_uuid: '', session_id: 'uuid-1' });
    assert.equal(idOf({ metadata: { user_id: user } }), 'claude:uuid-1');
  });

  it('x-client-request-id is no signal, unlike in the reference: it is new for each request', () => {
    assert.equal(idOf({}, { 'x-client-request-id': 'r-1' }), undefined);
  });

  it('vector 62: a value that is too long, blank or has control characters is passed over', () => {
    const long = 'x'.repeat(257);
    assert.equal(idOf({ prompt_cache_key: 'k' }, { 'x-session-id': long }), 'pck:k');
    assert.equal(idOf({ prompt_cache_key: 'k' }, { 'x-session-id': '  ' }), 'pck:k');
    assert.equal(
      idOf({ prompt_cache_key: 'a\u0007' }, { 'x-session-affinity': ' a ' }),
      'affinity:a',
    );
    assert.equal(idOf({ prompt_cache_key: 7 }), undefined);
  });
});

describe('the cache key', () => {
  it('is trimmed, and found in either spelling', () => {
    assert.equal(explicitCacheKey(source({ prompt_cache_key: ' k ' })), 'k');
    assert.equal(explicitCacheKey(source({ promptCacheKey: 'k' })), 'k');
    assert.equal(explicitCacheKey(source({ prompt_cache_key: '' })), undefined);
  });
});
