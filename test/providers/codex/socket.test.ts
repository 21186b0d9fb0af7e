/** The WebSocket handshake of the Codex provider (codex.md 2.2, vector 29). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveContinuity } from '../../../src/actors/continuity/resolve.ts';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import { sealTurnState } from '../../../src/providers/codex/turn-state.ts';
import { PRODUCT_TOKEN } from '../../../src/version.ts';
import { asObject, input, keyRecord, record, turn } from '../support.ts';
import type { BuildInput } from '../../../src/providers/types.ts';
import type { SocketRequest } from '../../../src/upstream/socket/types.ts';

function handshake(parts: Partial<BuildInput> = {}): SocketRequest {
  const request = codexProvider.socketRequest?.(input(parts));
  assert.ok(request);
  return request;
}
const headersOf = (parts: Partial<BuildInput>) => asObject(handshake(parts).headers);
const sending = (...headers: string[]): Partial<BuildInput> => ({ turn: turn(headers) });

describe('handshake of an upstream WebSocket', () => {
  it('goes to the address of the HTTP route', () => {
    const url = (parts: Partial<BuildInput>) => handshake(parts).url;
    assert.equal(url({}), 'wss://chatgpt.com/backend-api/codex/responses');
    assert.equal(url({ record: keyRecord() }), 'wss://api.example.com/v1/responses');
    const local = record({ baseUrl: 'http://127.0.0.1:9/v1' });
    assert.equal(url({ record: local }), 'ws://127.0.0.1:9/v1/responses');
    assert.equal(handshake({ proxyUrl: 'direct' }).proxyUrl, 'direct');
  });

  it('of an account whose client sent nothing', () => {
    assert.deepEqual(handshake({ cacheKey: '7982865d' }).headers, [
      ...['Authorization', 'Bearer at-1'],
      ...['OpenAI-Beta', 'responses_websockets=2026-02-06'],
      ...['session_id', '7982865d'],
      ...['Conversation_id', '7982865d'],
      ...['User-Agent', PRODUCT_TOKEN],
      ...['Originator', 'switchyard'],
      ...['ChatGPT-Account-ID', 'acct-1234'],
    ]);
  });

  it('vector 29: the execution session is the key in both headers', () => {
    const socketTurn = turn([], { executionSession: 'sess-1' });
    const { key } = resolveContinuity(socketTurn, 'gpt-5.5', record().id);
    const headers = headersOf({ turn: socketTurn, cacheKey: key });
    assert.equal(headers['session_id'], '75382599-1bb9-537c-acb3-08c86ab610a5');
    assert.equal(headers['conversation_id'], '75382599-1bb9-537c-acb3-08c86ab610a5');
  });

  it('a key says nothing about us, and sends no account', () => {
    const headers = headersOf({ record: keyRecord(), token: '' });
    for (const name of ['authorization', 'user-agent', 'originator', 'chatgpt-account-id']) {
      assert.equal(name in headers, false, name);
    }
  });

  it("keeps the client's protocol version, and any other one is replaced", () => {
    const of = (beta: string) => headersOf(sending('openai-beta', beta))['openai-beta'];
    assert.equal(of('x, responses_websockets=2027-01-01'), 'x, responses_websockets=2027-01-01');
    assert.equal(of('assistants=v2'), 'responses_websockets=2026-02-06');
  });

  it('takes the session of the client only when there is no key', () => {
    for (const name of ['session-id', 'session_id']) {
      assert.equal(headersOf(sending(name, 'c-1'))['session_id'], 'c-1');
      const keyed = headersOf({ ...sending(name, 'c-1'), cacheKey: 'k' });
      assert.equal(keyed['session_id'], 'k');
      assert.equal('session-id' in keyed, false);
    }
  });

  it('carries what is about the client, and not what only HTTP carries', () => {
    const names = ['x-codex-turn-metadata', 'x-client-request-id', 'version', 'originator'];
    const gone = ['x-codex-window-id', 'thread-id', 'x-openai-internal-codex-responses-lite'];
    const headers = headersOf(sending(...[...names, ...gone].flatMap((name) => [name, 'v'])));
    for (const name of names) assert.equal(headers[name], 'v', name);
    for (const name of gone) assert.equal(name in headers, false, name);
  });

  it('takes features from the configuration for accounts only', () => {
    const defaults = { userAgent: 'configured/1', betaFeatures: 'f1' };
    const account = headersOf({ defaults, ...sending('user-agent', 'client/1') });
    assert.equal(account['x-codex-beta-features'], 'f1');
    assert.equal(account['user-agent'], 'configured/1');
    const own = headersOf({ defaults, ...sending('x-codex-beta-features', 'mine') });
    assert.equal(own['x-codex-beta-features'], 'mine');
    const key = headersOf({ defaults, record: keyRecord(), ...sending('user-agent', 'client/1') });
    assert.equal(key['user-agent'], 'client/1');
    assert.equal('x-codex-beta-features' in key, false);
  });

  it('gives a turn state back to the account that issued it only', () => {
    const { handle } = record();
    const sealed = sealTurnState(handle, 'state');
    assert.equal(headersOf(sending('x-codex-turn-state', sealed))['x-codex-turn-state'], 'state');
    assert.equal('x-codex-turn-state' in headersOf(sending('x-codex-turn-state', 'x.y')), false);
  });

  it("ends with the credential's own headers", () => {
    const own = record({ headers: { 'X-Tenant': 'a', Authorization: 'Other' } });
    const headers = headersOf({ record: own });
    assert.equal(headers['x-tenant'], 'a');
    assert.equal(headers['authorization'], 'Other');
  });
});
