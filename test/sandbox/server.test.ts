/** The sandbox over real sockets, as the upstream client sees it. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import OpenAI from 'openai';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { startSandboxThread } from '../../src/sandbox/thread.ts';
import { sendRequest, startRequest, type ReceivedFrame } from '../support/http-client.ts';
import { waitUntil } from '../support/wait.ts';

const NOW = 1_760_000_000_000;

async function start(t: TestContext, clock = { nowMs: NOW }): Promise<Sandbox> {
  const sandbox = await startSandbox({ nowMs: () => clock.nowMs });
  t.after(() => sandbox.close());
  return sandbox;
}

const user = (text: string) => ({ role: 'user', content: text });

function turn(sandbox: Sandbox, account: string, input: unknown[], extra: object = {}) {
  return sendRequest(`${sandbox.origin}/v1/responses`, {
    headers: { authorization: `Bearer ${account}` },
    body: { model: 'sandbox', stream: true, input, prompt_cache_key: 'k', ...extra },
  });
}

function chat(sandbox: Sandbox, account: string, messages: unknown[], extra: object = {}) {
  return sendRequest(`${sandbox.origin}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${account}` },
    body: { model: 'sandbox', stream: true, messages, ...extra },
  });
}

interface Event {
  type: string;
  delta?: string;
  item?: { type: string; name: string; arguments: string; call_id: string };
  response?: { usage?: Record<string, unknown>; output?: unknown[]; error?: { code: string } };
}

const eventOf = (frame: ReceivedFrame | undefined): Event =>
  JSON.parse(frame?.data ?? '{}') as Event;

function textOf(frames: ReceivedFrame[]): string {
  return frames.map((frame) => eventOf(frame).delta ?? '').join('');
}

function cachedOf(frames: ReceivedFrame[]): unknown {
  return eventOf(frames.at(-1)).response?.usage?.['input_tokens_details'];
}

describe('sandbox: Responses', () => {
  it('streams a whole turn and reads the second one from the cache', async (t) => {
    const sandbox = await start(t);
    const history = [user('Hello there, this is the first message of a chat')];
    const first = await (await turn(sandbox, 'sandbox-1', history)).frames();
    const types = first.map((frame) => frame.event);
    assert.deepEqual(
      [...new Set(types)],
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ],
    );
    assert.match(textOf(first), /^\[sandbox-1\] You said: "Hello there.*This is turn 1\. None of/);
    assert.deepEqual(cachedOf(first), { cached_tokens: 0 });
    const longer = [...history, { role: 'assistant', content: 'x' }, user('And now?')];
    const second = await (await turn(sandbox, 'sandbox-1', longer)).frames();
    assert.match(textOf(second), /"And now\?"\. This is turn 2\. 16 of its \d+ input tokens/);
    assert.deepEqual(cachedOf(second), { cached_tokens: 16 });
    const moved = await (await turn(sandbox, 'sandbox-2', longer)).frames();
    assert.match(textOf(moved), /^\[sandbox-2\] .* None of its/);
    assert.equal(sandbox.stats()['sandbox-1']?.cachedTokens, 16);
  });

  it('answers without stream, and compacts', async (t) => {
    const sandbox = await start(t);
    const plain = await turn(sandbox, 'sandbox-1', [user('Hi')], { stream: false });
    const body = await plain.json();
    assert.equal(plain.headers['content-type'], 'application/json');
    assert.equal(body['object'], 'response');
    assert.equal(body['created_at'], NOW / 1000);
    const compact = await sendRequest(`${sandbox.origin}/backend-api/codex/responses/compact`, {
      headers: { authorization: 'Bearer sandbox-1' },
      body: { model: 'sandbox', input: [user('Hi')] },
    });
    assert.equal((await compact.json())['object'], 'response.compaction');
  });

  it('uses the session header when the body has no key', async (t) => {
    const sandbox = await start(t);
    const input = [user('a message that is long enough to be counted as cached')];
    const ask = async (session: string) => {
      const answer = await sendRequest(`${sandbox.origin}/v1/responses`, {
        headers: { authorization: 'Bearer sandbox-1', 'Session-Id': session },
        body: { model: 'sandbox', stream: true, input },
      });
      return cachedOf(await answer.frames());
    };
    assert.deepEqual(await ask('s1'), { cached_tokens: 0 });
    assert.deepEqual(await ask('s2'), { cached_tokens: 0 });
    assert.notDeepEqual(await ask('s1'), { cached_tokens: 0 });
  });

  it('calls a tool once, then reports its output', async (t) => {
    const sandbox = await start(t);
    const tools = { tools: [{ type: 'function', name: 'track' }] };
    const input = [user('sandbox:tool track {"code":"ZX9"}')];
    const call = await (await turn(sandbox, 'sandbox-1', input, tools)).frames();
    const done = call.find((frame) => frame.event === 'response.output_item.done');
    const item = eventOf(done).item;
    assert.equal(item?.name, 'track');
    assert.equal(item?.arguments, '{"code":"ZX9"}');
    const output = { type: 'function_call_output', call_id: item?.call_id, output: 'in Rotterdam' };
    const final = await (await turn(sandbox, 'sandbox-1', [...input, output], tools)).frames();
    assert.match(textOf(final), /The tool returned: "in Rotterdam"/);
  });
});

describe('sandbox: faults', () => {
  it('429 exhausts the account that saw it first, until its time', async (t) => {
    const clock = { nowMs: NOW };
    const sandbox = await start(t, clock);
    const input = [user('sandbox:429 30')];
    const refused = await turn(sandbox, 'sandbox-1', input);
    assert.equal(refused.status, 429);
    assert.deepEqual(await refused.json(), {
      error: {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: 'sandbox',
        resets_at: NOW / 1000 + 30,
        resets_in_seconds: 30,
      },
    });
    assert.equal((await turn(sandbox, 'sandbox-2', input)).status, 200);
    clock.nowMs += 10_000;
    const still = await turn(sandbox, 'sandbox-1', [user('Hi')]);
    assert.match(await still.text(), /"resets_in_seconds":20/);
    clock.nowMs += 20_000;
    assert.equal((await turn(sandbox, 'sandbox-1', [user('Hi')])).status, 200);
    assert.equal(sandbox.stats()['sandbox-1']?.limited, 1);
  });

  it('a status strikes once, or always', async (t) => {
    const sandbox = await start(t);
    const statuses = async (text: string) => {
      const answers = [];
      for (let index = 0; index < 3; index += 1) {
        answers.push((await turn(sandbox, 'sandbox-1', [user(text)])).status);
      }
      return answers;
    };
    assert.deepEqual(await statuses('sandbox:503'), [503, 200, 503]);
    assert.deepEqual(await statuses('sandbox:500 always'), [500, 500, 500]);
  });

  it('reset, break, stall and failed end the answer as they say', async (t) => {
    const sandbox = await start(t);
    await assert.rejects(turn(sandbox, 'sandbox-1', [user('sandbox:reset')]), {
      code: 'ECONNRESET',
    });
    const broken = await turn(sandbox, 'sandbox-1', [user('sandbox:break')]);
    const half = await broken.frames();
    assert.equal(broken.state, 'broken');
    assert.equal(half[0]?.event, 'response.created');
    assert.notEqual(half.at(-1)?.event, 'response.completed');
    const failed = await (await turn(sandbox, 'sandbox-1', [user('sandbox:failed')])).frames();
    assert.equal(eventOf(failed.at(-1)).response?.error?.code, 'server_is_overloaded');
    const stalled = await turn(sandbox, 'sandbox-1', [user('sandbox:stall')]);
    assert.equal((await stalled.nextFrame())?.event, 'response.created');
    assert.equal(stalled.state, 'open');
    stalled.abort();
  });

  it('non-stream answers break too', async (t) => {
    const sandbox = await start(t);
    const ask = (text: string) => chat(sandbox, 'sandbox-1', [user(text)], { stream: false });
    const broken = await ask('sandbox:break');
    assert.ok((await broken.bytes()).length > 0);
    assert.equal(broken.state, 'broken');
    assert.equal((await ask('sandbox:failed')).status, 502);
  });

  it('slow leaves time between the pieces, and stops when the client leaves', async (t) => {
    const sandbox = await start(t);
    const slow = await turn(sandbox, 'sandbox-1', [user('sandbox:slow 1')]);
    assert.equal((await slow.frames()).at(-1)?.event, 'response.completed');
    const left = await turn(sandbox, 'sandbox-1', [user('sandbox:slow 5000')]);
    assert.equal((await left.nextFrame())?.event, 'response.created');
    left.abort();
  });

  it('obeys a test: exhaust and fail', async (t) => {
    const sandbox = await start(t);
    sandbox.exhaust('sandbox-1', 5);
    assert.equal((await turn(sandbox, 'sandbox-1', [user('Hi')])).status, 429);
    sandbox.fail('sandbox-2', { kind: 'status', status: 502 }, 2);
    const statuses = [];
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await turn(sandbox, 'sandbox-2', [user('Hi')])).status);
    }
    assert.deepEqual(statuses, [502, 502, 200]);
  });
});

describe('sandbox: Chat Completions and the rest', () => {
  it('streams chunks, usage and [DONE]', async (t) => {
    const sandbox = await start(t);
    const messages = [{ role: 'system', content: 'Be brief, and repeat nothing.' }, user('Hi')];
    await (await chat(sandbox, 'sandbox-1', messages)).frames();
    const frames = await (await chat(sandbox, 'sandbox-1', messages)).frames();
    assert.equal(frames.at(-1)?.data, '[DONE]');
    const usage = JSON.parse(frames.at(-2)?.data ?? '') as {
      usage: { prompt_tokens_details: { cached_tokens: number } };
    };
    assert.equal(usage.usage.prompt_tokens_details.cached_tokens % 8, 0);
    assert.ok(usage.usage.prompt_tokens_details.cached_tokens > 0);
  });

  it('satisfies the official client in both dialects', async (t) => {
    const sandbox = await start(t);
    const client = new OpenAI({ baseURL: `${sandbox.origin}/v1`, apiKey: 'sandbox-1' });
    const stream = client.responses.stream({ model: 'sandbox', input: 'Hello' });
    const final = await stream.finalResponse();
    assert.equal(final.status, 'completed');
    const plain = await client.responses.create({ model: 'sandbox', input: 'Hello' });
    assert.match(plain.output_text, /^\[sandbox-1\] You said: "Hello"/);
    const tools = [{ type: 'function', function: { name: 'track', parameters: {} } }] as const;
    const runner = client.chat.completions.stream({
      model: 'sandbox',
      messages: [{ role: 'user', content: 'sandbox:tool' }],
      tools: [...tools],
    });
    const completion = await runner.finalChatCompletion();
    assert.equal(completion.choices[0]?.finish_reason, 'tool_calls');
    assert.equal(completion.choices[0]?.message.tool_calls?.[0]?.type, 'function');
    const models = await client.models.list();
    assert.deepEqual(
      models.data.map((model) => model.id),
      ['sandbox', 'sandbox-mini'],
    );
  });

  for (const [method, path, key, body, status] of [
    ['POST', '/v1/responses', '', '{}', 401],
    ['GET', '/v1/responses', 'k', undefined, 405],
    ['POST', '/v1/embeddings', 'k', '{}', 404],
    ['POST', '/v1/responses', 'k', 'not json', 400],
    ['POST', '/v1/chat/completions', 'k', '{}', 400],
  ] as const) {
    it(`${method} ${path} ${body ?? ''} with key "${key}" is a ${status}`, async (t) => {
      const sandbox = await start(t);
      const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
      const answer = await sendRequest(`${sandbox.origin}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      assert.equal(answer.status, status);
      const { error } = (await answer.json()) as { error: { message: string } };
      assert.notEqual(error.message, '');
    });
  }

  it('closes with answers still open', async (t) => {
    const sandbox = await startSandbox();
    t.after(() => sandbox.close().catch(() => undefined));
    const stalled = await turn(sandbox, 'sandbox-1', [user('sandbox:stall')]);
    const waiting = startRequest(`${sandbox.origin}/v1/models`);
    await waiting.answer;
    await sandbox.close();
    await waitUntil(() => stalled.state === 'broken', 'the open answer to be cut');
  });
});

describe('sandbox thread and credentials', () => {
  it('runs in a thread and serves its own credentials', async (t) => {
    const thread = await startSandboxThread();
    t.after(() => thread.close());
    const records = sandboxCredentials(thread.origin);
    assert.deepEqual(
      records.map((record) => record.label),
      ['sandbox-1', 'sandbox-2'],
    );
    assert.equal(new Set(records.flatMap((record) => [record.id, record.handle])).size, 4);
    for (const record of records) {
      const key = record.source.kind === 'config' ? record.source.apiKey : '';
      const answer = await sendRequest(`${record.baseUrl}/models`, {
        headers: { authorization: `Bearer ${key}` },
      });
      assert.equal(answer.status, 200);
    }
  });

  it('has ids that do not depend on the port', () => {
    const ids = (origin: string) =>
      sandboxCredentials(origin).map(({ id, handle }) => [id, handle]);
    assert.deepEqual(ids('http://127.0.0.1:1'), ids('http://127.0.0.1:2'));
  });
});
