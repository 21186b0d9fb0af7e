/** Chat, Responses and Claude clients on Anthropic accounts: real threads, sockets and a fake API. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { claudeError, claudeObject, claudeSse, claudeTurn } from '../support/claude-wire.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { tempDir } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';

type Json = Record<string, unknown>;

const MODEL = 'claude-opus-4-6';
const SIGNATURE = 'EgQKAggL';
const CALL = {
  content: [
    { type: 'thinking', thinking: 'Need lookup', signature: SIGNATURE },
    { type: 'text', text: 'Checking' },
    { type: 'tool_use', id: 'toolu_9', name: 'track', input: { code: 'ZX10' } },
  ],
  stopReason: 'tool_use',
} as const;

const keys = (origin: string, count = 1): Json[] =>
  Array.from({ length: count }, (_, index) => ({
    'api-key': `key-${String(index)}`,
    'base-url': origin,
    priority: -index,
  }));

const keyOf = (call: UpstreamExchange): string =>
  call.request.headers['authorization']?.replace('Bearer ', '') ?? '';

const answerSse = (call: UpstreamExchange): void =>
  call.request.json()['stream'] === true
    ? call.sse(claudeSse(claudeTurn()))
    : call.json(200, claudeObject());

const ask = (proxy: TestProxy, path: string, body: Json): Promise<ClientAnswer> =>
  sendRequest(proxy.origin + path, { body: { model: MODEL, ...body } });
const chat = (proxy: TestProxy, body: Json = {}): Promise<ClientAnswer> =>
  ask(proxy, '/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }], ...body });

const dataOf = (text: string): Json[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as Json);

const tools = [{ type: 'function', function: { name: 'track', parameters: { type: 'object' } } }];

describe('chat clients on Anthropic', () => {
  it('a stream shows thinking, text and the call; the request is one of Anthropic', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.sse(claudeSse(claudeTurn(CALL))));
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const answer = await chat(proxy, { stream: true, reasoning_effort: 'high', tools });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /data: \[DONE\]\n\n$/);
    const deltas = dataOf(text).map((chunk) => (chunk['choices'] as { delta: Json }[])[0]?.delta);
    const joined = (key: string): string => deltas.map((delta) => delta?.[key] ?? '').join('');
    assert.equal(joined('reasoning_content'), 'Need lookup');
    assert.equal(joined('content'), 'Checking');
    const calls = deltas.flatMap((delta) => (delta?.['tool_calls'] ?? []) as { function: Json }[]);
    assert.equal(calls.map((call) => call.function['arguments']).join(''), '{"code":"ZX10"}');

    const { path, headers, json } = upstream.requests[0] ?? assert.fail();
    assert.equal(path, '/v1/messages?beta=true');
    assert.equal(headers['anthropic-version'], '2023-06-01');
    assert.equal(headers['authorization'], 'Bearer key-0');
    const { model, thinking, output_config, stream } = json();
    assert.deepEqual([model, stream, output_config], [MODEL, true, { effort: 'high' }]);
    assert.deepEqual(thinking, { type: 'adaptive', display: 'summarized' });
  });

  it('a whole answer is collected from a stream', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.sse(claudeSse(claudeTurn(CALL))));
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const answer = await chat(proxy, { tools });
    const body = (await answer.json()) as { choices: { message: Json; finish_reason: string }[] };
    assert.equal(body.choices[0]?.finish_reason, 'tool_calls');
    assert.equal(body.choices[0].message['content'], 'Checking');
    assert.equal(upstream.requests[0]?.json()['stream'], true);
  });
});

describe('Responses clients on Anthropic', () => {
  it('reasoning comes back with its proof, and goes up with it again', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.sse(claudeSse(claudeTurn(CALL))));
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const declared = [{ type: 'function', name: 'track', parameters: { type: 'object' } }];
    const first = await ask(proxy, '/v1/responses', { input: 'Hi', stream: true, tools: declared });
    const last = dataOf(await first.text()).at(-1) ?? assert.fail();
    assert.equal(last['type'], 'response.completed');
    const { output } = last['response'] as { output: Json[] };
    assert.deepEqual(
      output.map(({ type }) => type),
      ['reasoning', 'message', 'function_call'],
    );
    assert.equal(output[0]?.['encrypted_content'], SIGNATURE);

    const result = { type: 'function_call_output', call_id: 'toolu_9', output: 'in Rotterdam' };
    const input = [{ role: 'user', content: 'Hi' }, ...output, result];
    const second = await ask(proxy, '/v1/responses', { input, tools: declared });
    assert.equal(second.status, 200, await second.text());
    const { messages } = upstream.requests[1]?.json() as { messages: { content: Json[] }[] };
    assert.deepEqual(
      messages[1]?.content.map(({ type }) => type),
      ['thinking', 'text', 'tool_use'],
    );
    assert.equal(messages[1].content[0]?.['signature'], SIGNATURE);
    assert.equal(messages[2]?.content[0]?.['content'], 'in Rotterdam');
  });

  it('a conversation can not be compacted there', async (t) => {
    const upstream = await startFakeUpstream(t, answerSse);
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const answer = await ask(proxy, '/v1/responses/compact', { input: 'Hi' });
    assert.equal(answer.status, 501);
    assert.match(await answer.text(), /compact not supported/);
    assert.equal(upstream.requests.length, 0);
  });
});

describe('Anthropic accounts that refuse', () => {
  const REFUSALS: [name: string, refuse: (call: UpstreamExchange) => void][] = [
    ['429', (call) => call.json(429, claudeError('rate_limit_error', 'slow down'))],
    ['529', (call) => call.json(529, claudeError('overloaded_error', 'Overloaded'))],
    ['401', (call) => call.json(401, claudeError('authentication_error', 'invalid x-api-key'))],
    [
      'an error event before any content',
      (call) => call.sse(claudeSse([claudeError('overloaded_error', 'Overloaded')])),
    ],
  ];
  for (const [name, refuse] of REFUSALS) {
    it(`${name}: another one answers, and the first rests`, async (t) => {
      const upstream = await startFakeUpstream(t, (call) =>
        keyOf(call) === 'key-0' ? refuse(call) : answerSse(call),
      );
      const proxy = await startProxy(t, {
        routing: { strategy: 'fill-first' },
        'claude-api-key': keys(upstream.origin, 2),
      });
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await chat(proxy);
        assert.equal(answer.status, 200, await answer.text());
      }
      assert.deepEqual(upstream.calls.map(keyOf), ['key-0', 'key-1', 'key-1']);
    });
  }

  it('a wrong request is the answer: asked once, nobody rests', async (t) => {
    const upstream = await startFakeUpstream(t, (call) =>
      call.json(400, claudeError('invalid_request_error', 'max_tokens: too large')),
    );
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin, 2) });
    const answer = await chat(proxy);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /max_tokens: too large/);
    assert.equal(upstream.requests.length, 1);
    assert.ok(proxy.supervisor.accounts().every(({ status }) => status === 'ready'));
  });

  it('a stream that breaks off after its beginning ends with an error', async (t) => {
    const events = claudeTurn().slice(0, 4);
    const upstream = await startFakeUpstream(t, (call) => call.sse(claudeSse(events)));
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const text = await (await chat(proxy, { stream: true })).text();
    assert.match(text, /Hello from Claude/);
    assert.match(text, /ended before message completion/);
    assert.doesNotMatch(text, /\[DONE\]/);
  });
});

describe('limits of Anthropic accounts', () => {
  it('are shown; a used-up window rests the whole account until its reset', async (t) => {
    const resetAt = Math.floor(Date.now() / 1000) + 3600;
    const limits = (share: string, status: string): Record<string, string> => ({
      'anthropic-ratelimit-unified-status': status,
      'anthropic-ratelimit-unified-5h-status': status,
      'anthropic-ratelimit-unified-5h-utilization': share,
      'anthropic-ratelimit-unified-5h-reset': String(resetAt),
    });
    const upstream = await startFakeUpstream(t, (call) => {
      if (call.request.index === 0) call.sse(claudeSse(claudeTurn()), limits('0.4', 'allowed'));
      else call.json(429, claudeError('rate_limit_error', 'used up'), limits('1.0', 'rejected'));
    });
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    assert.equal((await chat(proxy)).status, 200);
    const reading = await waitUntil(
      () => proxy.supervisor.accounts()[0]?.quota?.limits[0],
      'the reading',
    );
    assert.equal(reading.name, 'unified');
    assert.equal(reading.primary?.usedPercent, 40);
    assert.equal(reading.primary.resetAt, resetAt * 1000);

    assert.equal((await chat(proxy)).status, 429);
    const account = await waitUntil(
      () => proxy.supervisor.accounts().find(({ status }) => status === 'cooling'),
      'the cooldown',
    );
    assert.equal(account.evidence, 'anthropic-ratelimit-unified-5h-reset');
    assert.ok(Math.abs((account.until ?? 0) - resetAt * 1000) < 2000);
  });
});

describe('credential files of Anthropic', () => {
  it('an OAuth token is a bearer token; the built-in models are offered', async (t) => {
    const upstream = await startFakeUpstream(t, answerSse);
    const account = {
      type: 'claude',
      email: 'ann@example.com',
      access_token: 'sk-ant-oat01-x',
      base_url: upstream.origin,
    };
    const folder = await tempDir(t);
    await mkdir(join(folder, 'auth'));
    const file = join(folder, 'auth', 'claude-ann.json');
    await writeFile(file, JSON.stringify(account), { mode: 0o600 });
    const proxy = await startProxy(t, {}, folder);
    const answer = await chat(proxy);
    assert.equal(answer.status, 200, await answer.text());
    const { headers } = upstream.requests[0] ?? assert.fail();
    assert.equal(headers['authorization'], 'Bearer sk-ant-oat01-x');
    assert.equal(headers['anthropic-beta'], 'oauth-2025-04-20');
    const list = (await (await sendRequest(`${proxy.origin}/v1/models`)).json()) as {
      data: { id: string }[];
    };
    assert.ok(list.data.some(({ id }) => id === 'claude-sonnet-4-6'));
  });

  it('an expired token is renewed at its own service, and the file keeps the new one', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      if (!call.request.path.startsWith('/token')) return answerSse(call);
      const { grant_type, refresh_token } = call.request.json();
      assert.deepEqual([grant_type, refresh_token], ['refresh_token', 'sk-ant-ort01-old']);
      const tokens = { access_token: 'sk-ant-oat01-new', refresh_token: 'sk-ant-ort01-new' };
      return call.json(200, { ...tokens, expires_in: 28_800 });
    });
    const folder = await tempDir(t);
    await mkdir(join(folder, 'auth'));
    const file = join(folder, 'auth', 'claude-ann.json');
    const account = {
      type: 'claude',
      access_token: 'sk-ant-oat01-old',
      refresh_token: 'sk-ant-ort01-old',
      expired: '2020-01-01T00:00:00Z',
      organization_name: 'Acme',
      base_url: upstream.origin,
    };
    await writeFile(file, JSON.stringify(account), { mode: 0o600 });
    process.env['SWITCHYARD_CLAUDE_TOKEN_URL'] = `${upstream.origin}/token`;
    t.after(() => delete process.env['SWITCHYARD_CLAUDE_TOKEN_URL']);
    const proxy = await startProxy(t, {}, folder);
    const answer = await chat(proxy);
    assert.equal(answer.status, 200, await answer.text());
    const turn = upstream.requests.find(({ path }) => path.startsWith('/v1/messages'));
    assert.equal(turn?.headers['authorization'], 'Bearer sk-ant-oat01-new');
    const stored = await waitUntil(async () => {
      const fields = JSON.parse(await readFile(file, 'utf8')) as Json;
      return fields['access_token'] === 'sk-ant-oat01-new' ? fields : undefined;
    }, 'the new token in the file');
    assert.equal(stored['refresh_token'], 'sk-ant-ort01-new');
    assert.equal(stored['organization_name'], 'Acme');
  });
});

describe('Claude clients on Anthropic', () => {
  it('frames pass byte for byte, the body but for its model and marks', async (t) => {
    const frames = claudeSse(claudeTurn(CALL));
    const upstream = await startFakeUpstream(t, (call) => call.sse(frames));
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const messages = [{ role: 'user', content: 'Hi' }];
    const body = { max_tokens: 100, messages, stream: true, betas: ['b1'], temperature: 0.5 };
    const answer = await ask(proxy, '/v1/messages', body);
    assert.equal(await answer.text(), frames);
    const { headers, json } = upstream.requests[0] ?? assert.fail();
    assert.equal(headers['anthropic-beta'], 'b1');
    const block = { type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } };
    assert.deepEqual(json(), {
      model: MODEL,
      max_tokens: 100,
      messages: [{ role: 'user', content: [block] }],
      stream: true,
      temperature: 0.5,
    });
  });

  it('a whole answer passes as it is, and was asked for as one', async (t) => {
    const upstream = await startFakeUpstream(t, answerSse);
    const proxy = await startProxy(t, { 'claude-api-key': keys(upstream.origin) });
    const messages = [{ role: 'user', content: 'Hi' }];
    const answer = await ask(proxy, '/v1/messages', { max_tokens: 100, messages });
    assert.equal(await answer.text(), JSON.stringify(claudeObject()));
    assert.equal(upstream.requests[0]?.json()['stream'], undefined);
  });
});
