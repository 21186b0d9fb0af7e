/** Explicit signals of a conversation (routing.md 5.1, 17.3; codex.md 4.3, 4.8, 9.3; clients.md 2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  claudeSession,
  explicitCacheKey,
  explicitSignal,
  MAX_SIGNAL_BYTES,
  usable,
  type SignalSource,
} from '../../src/conversation/signals.ts';
import { scanObject } from '../../src/json/scan.ts';

function source(headers: Record<string, string>, body: unknown = {}): SignalSource {
  const bytes = Buffer.from(JSON.stringify(body));
  return { headers: Object.entries(headers).flat(), body: bytes, members: scanObject(bytes) };
}

const UUID = '0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd';

/** From the strongest to the weakest; each row also holds everything below it. */
const HEADER_ROWS: [header: string, id: string][] = [
  ['x-claude-code-session-id', 'claude:v0'],
  ['session-id', 'codex:v1'],
  ['session_id', 'codex:v2'],
  ['x-session-id', 'header:v3'],
  ['x-session-affinity', 'affinity:v4'],
  ['x-amp-thread-id', 'amp:v5'],
  ['conversation_id', 'conv:v6'],
];

const BODY_ROWS: [member: Record<string, unknown>, id: string, alias?: string][] = [
  [{ session_id: 'b0' }, 'session:b0'],
  [{ sessionId: 'b1' }, 'session:b1'],
  [{ prompt_cache_key: 'b2' }, 'pck:b2', 'conv:b4'],
  [{ promptCacheKey: 'b3' }, 'pck:b3', 'conv:b4'],
  [{ conversation: { id: 'b4' } }, 'conv:b4'],
  [{ metadata: { user_id: 'b5' } }, 'user:b5'],
  [{ conversation_id: 'b6' }, 'conv:b6'],
];

describe('explicit signals, in the order of routing.md 5.1', () => {
  HEADER_ROWS.forEach(([header, id], row) => {
    it(`header ${header}`, () => {
      const headers = HEADER_ROWS.map(([name], at): [string, string] => [name, `v${at}`]).slice(
        row,
      );
      const found = explicitSignal(source(Object.fromEntries(headers), { session_id: 'b' }));
      assert.deepEqual(found, { id, alias: undefined });
    });
  });

  BODY_ROWS.forEach(([member, id, alias], row) => {
    it(`body ${Object.keys(member).join()}`, () => {
      const members = BODY_ROWS.slice(row).map(([value]) => value);
      const body = Object.assign({}, ...members) as Record<string, unknown>;
      assert.deepEqual(explicitSignal(source({}, body)), { id, alias });
    });
  });

  it('conversation may be a string', () => {
    assert.equal(explicitSignal(source({}, { conversation: 'c1' }))?.id, 'conv:c1');
  });

  it('x-client-request-id is no signal, unlike in the reference: it is new for each request', () => {
    assert.equal(explicitSignal(source({ 'x-client-request-id': 'r1' })), undefined);
  });

  it('nothing explicit', () => {
    for (const body of [{}, { messages: [] }, { metadata: {} }, { conversation: { id: 7 } }]) {
      assert.equal(explicitSignal(source({ 'user-agent': 'x' }, body)), undefined);
    }
  });

  it('30: vectors of codex.md 9.3', () => {
    const id = (headers: Record<string, string>, body?: unknown) =>
      explicitSignal(source(headers, body));
    assert.equal(id({ 'x-claude-code-session-id': 's1', 'session-id': 's2' })?.id, 'claude:s1');
    assert.equal(id({ session_id: 'under-1' }, { prompt_cache_key: 'pk' })?.id, 'codex:under-1');
    assert.deepEqual(id({}, { prompt_cache_key: 'pk', conversation: { id: 'conv_1' } }), {
      id: 'pck:pk',
      alias: 'conv:conv_1',
    });
    const control = { session_id: 'bad\u0007id', prompt_cache_key: 'ok' };
    assert.equal(id({}, control)?.id, 'pck:ok');
    const user = { metadata: { user_id: `user_abc_account__session_${UUID}` } };
    assert.equal(id({}, user)?.id, `claude:${UUID}`);
  });

  it('53: X-Session-ID', () => {
    assert.equal(explicitSignal(source({ 'x-session-id': 's1' }))?.id, 'header:s1');
  });

  it('62: a header of 257 characters is ignored, the next signal counts', () => {
    const long = { 'session-id': 'x'.repeat(257), 'x-session-id': 'next' };
    assert.equal(explicitSignal(source(long))?.id, 'header:next');
    const longest = { 'session-id': 'x'.repeat(256) };
    assert.equal(explicitSignal(source(longest))?.id, `codex:${'x'.repeat(256)}`);
  });

  it('members inside messages are no signals', () => {
    const body = { messages: [{ session_id: 's', prompt_cache_key: 'k' }] };
    assert.equal(explicitSignal(source({}, body)), undefined);
  });
});

describe('Claude Code session, codex.md 4.3', () => {
  const cases: [string, string, string | undefined][] = [
    ['older releases', `user_abc_account__session_${UUID}`, UUID],
    ['newer releases', JSON.stringify({ device_id: 'd', session_id: 's9' }), 's9'],
    ['a plain user', 'plain-user', undefined],
    ['a session in the middle', `user_session_${UUID}_x`, undefined],
    ['JSON without session', '{"device_id":"d"}', undefined],
    ['JSON with a number', '{"session_id":7}', undefined],
    ['text like JSON', '{nope', undefined],
    ['JSON null', '{"session_id":null}', undefined],
  ];
  for (const [name, userId, session] of cases) {
    it(name, () => {
      assert.equal(claudeSession(source({}, { metadata: { user_id: userId } })), session);
    });
  }

  it('a plain user is still a signal of its own', () => {
    const body = { metadata: { user_id: ' plain-user ' } };
    assert.equal(explicitSignal(source({}, body))?.id, 'user:plain-user');
  });

  it('the header wins over the body', () => {
    const body = { metadata: { user_id: `user_a_account__session_${UUID}` } };
    assert.equal(claudeSession(source({ 'x-claude-code-session-id': ' h1 ' }, body)), 'h1');
  });

  it('metadata that is no object says nothing', () => {
    for (const metadata of ['text', ['x'], 7, null, { user_id: 7 }, { user_id: ' ' }]) {
      assert.equal(claudeSession(source({}, { metadata })), undefined);
      assert.equal(explicitSignal(source({}, { metadata })), undefined);
    }
  });
});

describe('values of signals', () => {
  it('O10: the cache key is trimmed, in either spelling', () => {
    assert.equal(explicitCacheKey(source({}, { prompt_cache_key: ' k1 ' })), 'k1');
    assert.equal(explicitCacheKey(source({}, { promptCacheKey: 'k2' })), 'k2');
    assert.equal(
      explicitCacheKey(source({}, { prompt_cache_key: '', promptCacheKey: 'k2' })),
      'k2',
    );
    for (const key of ['', ' ', 7, null, ['k'], 'x'.repeat(257), 'a\nb']) {
      assert.equal(explicitCacheKey(source({}, { prompt_cache_key: key })), undefined);
    }
  });

  it('usable counts bytes, not characters', () => {
    assert.equal(usable('é'.repeat(MAX_SIGNAL_BYTES / 2)), 'é'.repeat(MAX_SIGNAL_BYTES / 2));
    assert.equal(usable('é'.repeat(MAX_SIGNAL_BYTES / 2 + 1)), undefined);
    for (const value of [undefined, '', ' \t ', 'a\u0000b', 'a\u007f', 'a\u0085b']) {
      assert.equal(usable(value), undefined);
    }
  });
});
