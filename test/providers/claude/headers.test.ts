import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeProvider } from '../../../src/providers/claude/provider.ts';
import type { BuildInput } from '../../../src/providers/types.ts';
import { asObject, input, keyRecord, turn } from '../support.ts';

const KEY = 'sk-ant-api03-x';
const OAUTH = 'sk-ant-oat01-x';

const built = (parts: Partial<BuildInput> = {}) => {
  const record = keyRecord({ provider: 'claude', baseUrl: '' });
  const request = claudeProvider.buildRequest(
    input({ record, token: KEY, format: 'claude', ...parts }),
  );
  return {
    url: request.url,
    headers: asObject(request.headers),
    body: Buffer.from(request.body ?? new Uint8Array(0)).toString(),
  };
};
const relay = (headers: Record<string, string> = {}) =>
  keyRecord({ provider: 'claude', baseUrl: 'https://gw.example', headers });
const claudeTurn = (headers: string[]) => turn(headers, { format: 'claude' });

describe('requests to Anthropic (providers.md 7.1)', () => {
  it('C1: a key for the API itself is an x-api-key', () => {
    const { url, headers } = built();
    assert.equal(url, 'https://api.anthropic.com/v1/messages?beta=true');
    assert.equal(headers['x-api-key'], KEY);
    assert.equal('authorization' in headers, false);
    assert.equal(headers['anthropic-version'], '2023-06-01');
    assert.equal('anthropic-beta' in headers, false);
    assert.equal(headers.accept, 'application/json');
    assert.match(headers['user-agent'] ?? '', /^switchyard/i);
  });

  it('C2: the same key for a relay is a bearer token', () => {
    const { url, headers } = built({ record: relay() });
    assert.equal(url, 'https://gw.example/v1/messages?beta=true');
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal('x-api-key' in headers, false);
    assert.equal(headers.accept, 'text/event-stream');
  });

  it('C3: an OAuth token is a bearer token and needs its feature', () => {
    const { headers } = built({ token: OAUTH });
    assert.equal(headers.authorization, `Bearer ${OAUTH}`);
    assert.equal('x-api-key' in headers, false);
    assert.equal(headers['anthropic-beta'], 'oauth-2025-04-20');
  });

  it('without a key neither is sent', () => {
    const { headers } = built({ token: '', record: relay() });
    assert.deepEqual([headers.authorization, headers['x-api-key']], [undefined, undefined]);
  });

  it('C4: features of the body become a header, each once', () => {
    const body = Buffer.from('{"model":"m", "betas":["b1"]}');
    const { headers, body: sent } = built({ body, turn: claudeTurn(['anthropic-beta', 'b0,b1']) });
    assert.equal(headers['anthropic-beta'], 'b0,b1');
    assert.deepEqual(JSON.parse(sent), { model: 'm' });
  });

  it('fast mode needs its feature', () => {
    const { headers, body } = built({ body: Buffer.from('{"speed":"fast"}') });
    assert.equal(headers['anthropic-beta'], 'fast-mode-2026-02-01');
    assert.equal(body, '{"speed":"fast"}');
  });

  it('a client of the same format names itself and its version of the API', () => {
    const own = claudeTurn(['user-agent', 'my-sdk/1', 'anthropic-version', '2024-01-01']);
    const { headers } = built({ turn: own });
    assert.equal(headers['user-agent'], 'my-sdk/1');
    assert.equal(headers['anthropic-version'], '2024-01-01');
    assert.match(
      built({ turn: turn(['user-agent', 'x/1']) }).headers['user-agent'] ?? '',
      /^switchyard/i,
    );
  });

  it('a client of the same format says what it accepts; others are asking us', () => {
    const sent = ['accept', 'application/json, text/event-stream'];
    assert.equal(built({ turn: claudeTurn(sent) }).headers.accept, sent[1]);
    assert.equal(built({ turn: turn(sent) }).headers.accept, 'application/json');
    const atRelay = { turn: claudeTurn(sent), record: relay() };
    assert.equal(built({ ...atRelay, streaming: false }).headers.accept, sent[1]);
    assert.equal(built(atRelay).headers.accept, 'text/event-stream');
  });

  const CUSTOM = { 'X-Team': 'a', 'Anthropic-Beta': 'mine', Accept: 'text/plain' };

  it('headers of an entry for the API come last, but not those that decide about the answer', () => {
    const record = keyRecord({ provider: 'claude', baseUrl: '', headers: CUSTOM });
    const { headers } = built({ record, streaming: false });
    assert.equal(headers['x-team'], 'a');
    assert.equal('anthropic-beta' in headers, false);
    assert.equal(headers.accept, 'application/json');
  });

  it('headers of an entry for a relay replace all, but what a stream is asked for with', () => {
    const asked = { record: relay(CUSTOM), turn: claudeTurn(['anthropic-beta', 'b0']) };
    const whole = built({ ...asked, streaming: false }).headers;
    assert.deepEqual([whole['anthropic-beta'], whole.accept], ['mine', 'text/plain']);
    const streamed = built(asked).headers;
    assert.deepEqual([streamed['anthropic-beta'], streamed.accept], ['mine', 'text/event-stream']);
  });
});
