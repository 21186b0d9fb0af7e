import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diagnosticsOf } from '../../src/actors/diagnostics.ts';
import { recordOf, turnOf, type TurnChoices } from './support.ts';
import type { PreparedTurn } from '../../src/actors/prepare.ts';

const KEY = 'b9da4bf2-73ef-57a0-a991-69b256dcf93e';

function unused(): never {
  throw new Error('diagnostics only read facts');
}

function diagnose(choices: TurnChoices, key: string | null = KEY, keepRetention = false) {
  const turn = turnOf(choices);
  const prepared: PreparedTurn = {
    clientFormat: turn.format,
    upstreamFormat: 'codex',
    pair: { alwaysStreams: true, encodeRequest: unused, response: unused },
    context: {
      model: 'gpt-5.5',
      thinking: 'high',
      stream: false,
      keepRetention,
      cacheKey: key ?? undefined,
      lite: false,
    },
    continuity: { key: key ?? undefined, source: key === null ? 'none' : 'client_principal' },
    body: turn.body,
    streaming: true,
    over: { transport: 'http' },
    replay: undefined,
    upstreamRequest: unused,
    socketRequest: unused,
    translator: unused,
  };
  return diagnosticsOf(recordOf(), turn, prepared);
}

describe('diagnostics of an upstream request (codex.md 4.5)', () => {
  it('names what decided and what was sent', () => {
    const line = diagnose({ headers: { originator: 'codex_cli_rs' } });
    assert.deepEqual(
      { ...line, cacheKeyHash: undefined, bodyBytes: 0 },
      {
        id: '0badcafe',
        account: 'acc-1a2b3c',
        provider: 'codex',
        kind: 'oauth',
        model: 'gpt-5.5',
        path: '/v1/chat/completions',
        clientFormat: 'openai',
        upstreamFormat: 'codex',
        streaming: true,
        transport: 'http',
        continuity: 'client_principal',
        cacheKeyHash: undefined,
        retention: 'none',
        executionSession: false,
        thinking: 'high',
        originator: 'codex_cli_rs',
        bodyBytes: 0,
      },
    );
  });

  it('shows a key as a hash that is the same for the same key only', () => {
    const one = diagnose({}).cacheKeyHash;
    assert.match(one ?? '', /^[0-9a-f]{12}$/);
    assert.equal(diagnose({}).cacheKeyHash, one);
    assert.notEqual(diagnose({}, 'another').cacheKeyHash, one);
    assert.equal(diagnose({}, null).cacheKeyHash, undefined);
    assert.equal(diagnose({ executionSession: 'sess-1' }).executionSession, true);
  });

  it('tells what became of the retention', () => {
    const body = { messages: [], prompt_cache_retention: '24h' };
    assert.equal(diagnose({ body }, KEY, true).retention, 'kept');
    assert.equal(diagnose({ body }, KEY, false).retention, 'stripped');
    const camel = { messages: [], promptCacheRetention: '24h' };
    assert.equal(diagnose({ body: camel }, KEY, true).retention, 'kept');
  });

  it('holds no client key, no continuity key, no email address and no path of a file', () => {
    const text = JSON.stringify(
      diagnose({
        clientKey: 'sk-client-1',
        executionSession: 'sess-1',
        headers: { 'idempotency-key': 'order-42', 'session-id': 'conv-77' },
        body: { prompt_cache_key: KEY, messages: [] },
      }),
    );
    for (const secret of [
      'sk-client',
      KEY,
      'example.com',
      '/auth',
      'order-42',
      'sess-1',
      'conv-77',
    ]) {
      assert.ok(!text.includes(secret), secret);
    }
  });
});
