import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestId } from '../../src/ids.ts';
import { logRequest, requestLine, type RequestFacts } from '../../src/observe/request-line.ts';
import { collectLog } from '../support/logs.ts';

const facts: RequestFacts = {
  id: requestId('a1b2c3d4'),
  method: 'POST',
  path: '/v1/responses',
  model: 'gpt-5.5(high)',
  account: 'ann@example.com',
  status: 200,
  attempts: 2,
  startedAt: 1000,
  firstByteAt: 1420.04,
  endedAt: 2834.27,
  ownMs: 0.21,
  summary: {
    status: 200,
    upstreamModel: 'gpt-5.5',
    continuity: 'prompt_cache_key',
    usage: {
      inputTokens: 120,
      outputTokens: 30,
      cachedTokens: 100,
      reasoningTokens: 12,
      totalTokens: 150,
    },
    upstreamTtfbMs: 400,
    ownMs: 0.34,
    transport: 'websocket',
    savedBytes: 4096,
  },
  error: undefined,
};

describe('request line', () => {
  it('says who served what, for how long and at what cost', () => {
    assert.deepEqual(requestLine(facts), {
      id: 'a1b2c3d4',
      route: 'POST /v1/responses',
      model: 'gpt-5.5(high)',
      account: 'ann@example.com',
      source: 'prompt_cache_key',
      status: 200,
      ms: 1834.3,
      ttfbMs: 420,
      ownMs: 0.6,
      attempts: 2,
      cached: 100,
      in: 120,
      out: 30,
      via: 'websocket',
      savedBytes: 4096,
      error: undefined,
    });
  });

  it('leaves out what a failed request never had', () => {
    const { log, lines } = collectLog('front');
    const failed = { ...facts, summary: undefined, firstByteAt: undefined, status: 503 };
    logRequest(log, requestLine({ ...failed, account: '', error: 'auth_unavailable' }));
    const { time, ...line } = lines[0] ?? {};
    assert.equal(typeof time, 'string');
    assert.deepEqual(line, {
      level: 'warn',
      component: 'front',
      id: 'a1b2c3d4',
      route: 'POST /v1/responses',
      model: 'gpt-5.5(high)',
      account: '',
      source: 'none',
      status: 503,
      ms: 1834.3,
      ownMs: 0.2,
      attempts: 2,
      error: 'auth_unavailable',
      msg: 'request',
    });
  });

  it('logs a client that left as info', () => {
    const { log, lines } = collectLog('front');
    logRequest(log, requestLine({ ...facts, status: 499, error: 'cancelled' }));
    assert.equal(lines[0]?.['level'], 'info');
  });
});
