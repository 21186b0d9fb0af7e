/**
 * Sizes in tokens: asked of the upstream where it counts, else estimated. Anthropic is reached by its
 * own name, through an outbound proxy that leads every name to this machine.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { claudeError, claudeObject } from '../support/claude-wire.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import type { UpstreamExchange } from '../support/fake-upstream.ts';
import { sendRequest, startRequest, type ClientAnswer } from '../support/http-client.ts';
import { startConnectProxy } from '../support/proxies.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { collectedCleanup } from '../support/temp.ts';
import { makeGate } from '../support/wait.ts';

type Json = Record<string, unknown>;

const CLAUDE = 'claude-opus-4-6';
const GEMINI = 'gemini-2.5-pro';
const CLAUDE_PATH = '/v1/messages/count_tokens';
const GEMINI_PATH = `/v1beta/models/${GEMINI}:countTokens`;
const MESSAGES = [{ role: 'user', content: 'one two three four' }];
const CONTENTS = [{ role: 'user', parts: [{ text: 'one two three' }] }];
/** What is estimated for these messages. */
const ESTIMATE = { input_tokens: 8 };

const cleanup = collectedCleanup();
let upstream: FakeUpstream;
let proxy: TestProxy;
let seen = 0;

before(async () => {
  upstream = await startFakeUpstream(cleanup, () => undefined);
  const outbound = await startConnectProxy(cleanup);
  const anthropic = {
    'base-url': `http://api.anthropic.com:${String(upstream.port)}`,
    'proxy-url': `http://127.0.0.1:${String(outbound.port)}`,
    models: [{ name: CLAUDE }],
  };
  const google = { 'api-key': 'K', 'base-url': upstream.origin, models: [{ name: GEMINI }] };
  proxy = await startProxy(cleanup, {
    'claude-api-key': ['a', 'b', 'c'].map((key) => ({ 'api-key': key, ...anthropic })),
    'gemini-api-key': [google],
  });
});
after(() => cleanup.undo());
beforeEach(() => {
  seen = upstream.requests.length;
});

/** Requests since the test began. */
const fresh = () => upstream.requests.slice(seen);

const ask = (path: string, body: Json): Promise<ClientAnswer> =>
  sendRequest(proxy.origin + path, { body });

async function count(body: Json = {}): Promise<unknown> {
  const answer = await ask(CLAUDE_PATH, { model: CLAUDE, messages: MESSAGES, ...body });
  assert.equal(answer.status, 200);
  return answer.json();
}

const assertReady = (): void =>
  assert.ok(proxy.supervisor.accounts().every(({ status }) => status === 'ready'));

describe('token counts of Claude clients', () => {
  it('are those of Anthropic', async () => {
    upstream.handler = (call) => call.json(200, { input_tokens: 4711 });
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    const counted = await count({ tools, metadata: { user_id: 'u' } });
    assert.deepEqual(counted, { input_tokens: 4711 });
    const { path, headers, json } = fresh()[0] ?? assert.fail();
    assert.equal(path, '/v1/messages/count_tokens?beta=true');
    assert.match(headers['x-api-key'] ?? '', /^[abc]$/);
    assert.equal(headers['anthropic-beta'], 'token-counting-2024-11-01');
    assert.deepEqual(Object.keys(json()).sort(), ['messages', 'model', 'tools']);
  });

  it('are estimated when Anthropic fails; its limits for counts rest no account', async () => {
    const isCount = ({ request }: UpstreamExchange) => request.path.includes('count_tokens');
    upstream.handler = (call) => {
      if (isCount(call)) call.json(429, claudeError('rate_limit_error', 'slow down'));
      else call.json(200, claudeObject());
    };
    assert.deepEqual(await count(), ESTIMATE);
    assert.equal(fresh().length, 2, 'another account was asked, and then nobody');
    assertReady();
    const turn = await ask('/v1/messages', { model: CLAUDE, max_tokens: 9, messages: MESSAGES });
    assert.equal(turn.status, 200);
  });

  it('are estimated for an answer that is no count', async () => {
    upstream.handler = (call) => call.json(200, { tokens: 'x'.repeat(20_000) });
    assert.deepEqual(await count(), ESTIMATE);
    assertReady();
  });

  it('are estimated for a model that nobody serves', async () => {
    assert.deepEqual(await count({ model: 'claude-unknown' }), ESTIMATE);
    assert.equal(fresh().length, 0);
  });

  it('are refused for what is no conversation', async () => {
    upstream.handler = (call) => call.json(400, claudeError('invalid_request_error', 'no'));
    const answer = await ask(CLAUDE_PATH, { model: CLAUDE, messages: [] });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /"invalid_request_error"/);
  });

  it('end with the client', async () => {
    const arrived = makeGate();
    upstream.handler = () => arrived.open();
    const body = { model: CLAUDE, messages: MESSAGES };
    const running = startRequest(proxy.origin + CLAUDE_PATH, { body });
    await arrived.passed;
    running.abort();
    await upstream.calls[seen]?.clientGone;
  });

  it('1.7: come from Google in the form of Anthropic', async () => {
    upstream.handler = (call) => call.json(200, { totalTokens: 31 });
    assert.deepEqual(await count({ model: GEMINI, system: 'Be brief.' }), { input_tokens: 31 });
    const { path, json } = fresh()[0] ?? assert.fail();
    assert.equal(path, GEMINI_PATH);
    assert.deepEqual(Object.keys(json()), ['generateContentRequest']);
  });
});

describe('token counts of Gemini clients', () => {
  it('are those of Google, as received', async () => {
    const counted = '{ "totalTokens": 31, "promptTokensDetails": [] }';
    upstream.handler = (call) => call.json(200, counted);
    for (const body of [
      { contents: CONTENTS },
      { generateContentRequest: { contents: CONTENTS } },
    ]) {
      assert.equal(await (await ask(GEMINI_PATH, body)).text(), counted);
    }
    const bodies = fresh().map(({ json }) => json());
    assert.deepEqual(bodies, [{ contents: CONTENTS }, { contents: CONTENTS }]);
  });

  it('are estimated when Google fails', async () => {
    upstream.handler = (call) => call.json(503, { error: { code: 503 } });
    const answer = await ask(GEMINI_PATH, { contents: CONTENTS });
    assert.equal(((await answer.json()) as Json)['totalTokens'], 7);
    assertReady();
  });
});
