/** `POST /v1/responses/compact` through the whole proxy (codex.md 3.4). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { reconfigure } from '../support/reconfigure.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { sendRequest, startRequest, type ClientAnswer } from '../support/http-client.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamExchange,
} from '../support/fake-upstream.ts';

type Json = Record<string, unknown>;

const INPUT = [
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'long talk' }] },
];
const BODY = { model: 'gpt-5.5', instructions: '', input: INPUT };
/** With white space that a re-serialised answer would lose. */
const COMPACTION =
  '{"id": "resp_c","object":"response.compaction","created_at":1767225600,' +
  '"output":[{"type":"compaction","encrypted_content":"gAAAA"}],' +
  '"usage":{"input_tokens":900,"output_tokens":60,"total_tokens":960}}';

const compact = (call: UpstreamExchange): void => call.json(200, COMPACTION);
const accountOf = (call: UpstreamExchange): string =>
  call.request.headers['authorization']?.replace('Bearer ', '') ?? '';

const ask = (
  proxy: TestProxy,
  body: Json = BODY,
  path = '/v1/responses/compact',
  headers: Record<string, string> = {},
): Promise<ClientAnswer> => sendRequest(proxy.origin + path, { body, headers });

describe('compaction', async () => {
  const upstream = await startFakeUpstream({ after }, compact);
  const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
  const proxy = await startProxy({ after }, { 'codex-api-key': keys });
  const sent = (): Json => upstream.requests.at(-1)?.json() ?? {};

  for (const path of [
    '/v1/responses/compact',
    '/v1/responses/compact/',
    '/backend-api/codex/responses/compact',
  ]) {
    it(`${path}: one JSON answer, byte for byte, over HTTP`, async () => {
      const answer = await ask(proxy, { ...BODY, stream: false }, path);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.equal(await answer.text(), COMPACTION);
      const request = upstream.requests.at(-1);
      assert.equal(request?.path, '/v1/responses/compact');
      assert.equal(request.headers['accept'], 'application/json');
      assert.equal('stream' in sent(), false);
      assert.deepEqual(sent()['input'], INPUT);
    });
  }

  it('42: what a turn may not say is kept', async () => {
    const kept = { previous_response_id: 'resp_1', include: ['x'], prompt_cache_retention: '24h' };
    await (await ask(proxy, { ...BODY, ...kept })).text();
    for (const [name, value] of Object.entries(kept)) assert.deepEqual(sent()[name], value, name);
  });

  it('the continuity key is that of the turns', async () => {
    const headers = { 'session-id': 'conversation-7' };
    await (await ask(proxy, BODY, '/v1/responses/compact', headers)).text();
    const key = sent()['prompt_cache_key'];
    assert.equal(upstream.requests.at(-1)?.headers['session-id'], key);
    upstream.handler = (call) => call.turn();
    await (await ask(proxy, BODY, '/v1/responses', headers)).text();
    assert.equal(sent()['prompt_cache_key'], key);
    upstream.handler = compact;
  });

  it('D10: a stream is refused', async () => {
    const before = upstream.requests.length;
    const answer = await ask(proxy, { ...BODY, stream: true });
    assert.equal(answer.status, 400);
    const { error } = (await answer.json()) as { error: Json };
    assert.equal(error['message'], 'Streaming not supported for compact responses');
    assert.equal(upstream.requests.length, before);
  });

  it('GET is not taken', async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/responses/compact`);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers['allow'], 'POST');
  });

  it('keep-alives before the answer, where they are switched on', async (test) => {
    const slow = await startProxy(test, {
      'codex-api-key': keys,
      'nonstream-keepalive-interval': 1,
    });
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      compact(call);
    };
    const answer = await startRequest(`${slow.origin}/v1/responses/compact`, { body: BODY }).answer;
    await waitUntil(() => answer.received.includes('\n'), 'a keep-alive');
    go.open();
    assert.match(await answer.text(), /^\n+\{"id": "resp_c"/);
    upstream.handler = compact;
  });

  it('the sandbox compacts, too', async (test) => {
    const alone = await startProxy(test, { switchyard: { sandbox: 'on' } });
    const answer = await (await ask(alone, { ...BODY, model: 'sandbox' })).json();
    assert.equal(answer['object'], 'response.compaction', JSON.stringify(answer));
  });
});

/** A conversation waits for its account when a limit is over in a moment: this one is not. */
const longRest = (status: number): Record<string, string> =>
  status === 429 ? { 'retry-after': '60' } : {};

describe('failures of a compaction', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy({ after }, { routing: { strategy: 'fill-first' } });

  /** Two fresh accounts, of which the first one fails to compact; 0: it cuts the connection. */
  async function pool(status: number): Promise<(path: string) => Promise<[number, string[]]>> {
    const model = `m-${String(status)}`;
    const keys = codexKeys(upstream.origin, 2, [model]).map((key, index) => ({
      ...key,
      'api-key': `${model}-${String(index)}`,
      priority: -index,
    }));
    await reconfigure(proxy, { routing: { strategy: 'fill-first' }, 'codex-api-key': keys }, model);
    upstream.handler = (call) => {
      const isCompact = call.request.path.endsWith('/compact');
      const isFirst = accountOf(call) === `${model}-0`;
      if (!isCompact) call.turn();
      else if (!isFirst) compact(call);
      else if (status === 0) call.reset();
      else call.json(status, { error: { message: `status ${status}` } }, longRest(status));
    };
    return async (path) => {
      const from = upstream.calls.length;
      const answer = await ask(proxy, { ...BODY, model }, path, { 'session-id': model });
      await answer.text();
      const asked = upstream.calls.slice(from).map(accountOf);
      return [answer.status, asked.map((key) => key.replace(`${model}-`, 'key-'))];
    };
  }

  for (const status of [401, 402, 403, 429]) {
    it(`${status}: another account answers, and this one rests`, async () => {
      const turn = await pool(status);
      assert.deepEqual(await turn('/v1/responses'), [200, ['key-0']]);
      assert.deepEqual(await turn('/v1/responses/compact'), [200, ['key-0', 'key-1']]);
      assert.deepEqual(await turn('/v1/responses'), [200, ['key-1']]);
    });
  }

  for (const status of [408, 500, 503]) {
    it(`${status}: another account answers, the conversation stays`, async () => {
      const turn = await pool(status);
      assert.deepEqual(await turn('/v1/responses'), [200, ['key-0']]);
      assert.deepEqual(await turn('/v1/responses/compact'), [200, ['key-0', 'key-1']]);
      assert.deepEqual(await turn('/v1/responses'), [200, ['key-0']]);
    });
  }

  for (const status of [400, 404, 405, 409, 413, 422, 501]) {
    it(`${status} is the answer, and nothing rests`, async () => {
      const turn = await pool(status);
      assert.deepEqual(await turn('/v1/responses/compact'), [status, ['key-0']]);
      assert.deepEqual(await turn('/v1/responses'), [200, ['key-0']]);
    });
  }

  it('a lost connection rests nothing', async () => {
    const turn = await pool(0);
    await turn('/v1/responses/compact');
    assert.deepEqual(await turn('/v1/responses'), [200, ['key-0']]);
  });
});

describe('compaction at a provider of another kind', () => {
  it('goes to its own endpoint, without translation', async (test) => {
    const upstream: FakeUpstream = await startFakeUpstream(test, compact);
    const proxy = await startProxy(test, {
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${upstream.origin}/v1`,
          'api-key-entries': [{ 'api-key': 'k' }],
          models: [{ name: 'gpt-5.5' }],
        },
      ],
    });
    const answer = await ask(proxy, { ...BODY, stream: null });
    assert.equal(await answer.text(), COMPACTION);
    assert.equal(upstream.requests[0]?.path, '/v1/responses/compact');
    assert.deepEqual(upstream.requests[0].json(), BODY);
  });
});
