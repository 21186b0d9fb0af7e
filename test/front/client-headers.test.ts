import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientTurnHeaders } from '../../src/front/client-headers.ts';

describe('client headers of a turn', () => {
  it('no access credential leaves the front', () => {
    const names = ['authorization', 'x-api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization'];
    assert.deepEqual(clientTurnHeaders(names.flatMap((name) => [name, 'secret'])), []);
  });

  it('nothing that belongs to this connection or framed this body', () => {
    const names = [
      'host',
      'keep-alive',
      'proxy-connection',
      'transfer-encoding',
      'content-length',
      'content-encoding',
      'te',
      'trailer',
      'upgrade',
      'expect',
    ];
    assert.deepEqual(clientTurnHeaders(names.flatMap((name) => [name, 'x'])), []);
  });

  it('nothing that the client itself names in Connection', () => {
    const headers = ['connection', 'close, X-Hop', 'x-hop', '1', 'x-kept', '2'];
    assert.deepEqual(clientTurnHeaders(headers), ['x-kept', '2']);
  });

  it('keeps the signals of a conversation, in order and repeated', () => {
    const kept = [
      'session-id',
      's1',
      'x-codex-turn-state',
      'a',
      'x-codex-turn-state',
      'b',
      'user-agent',
      'codex_exec/0.169.0',
      'idempotency-key',
      'k',
    ];
    assert.deepEqual(clientTurnHeaders(kept), kept);
  });
});
