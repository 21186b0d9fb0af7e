/** Client WebSockets whose upstreams speak HTTP: the conversation is kept here (codex.md 3.6 to 3.9). */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { connectSocket, type SocketClient, type SocketEvent } from '../support/socket-client.ts';
import { dataFrame } from '../../src/formats/sse/frame.ts';
import { responsesSse, responsesTurn, usageLimitBody } from '../support/turns.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import type { Cleanup } from '../support/temp.ts';

const MIB = 1024 * 1024;

/** A window of credit, and the socket buffers of the system on both sides (some MiB each). */
const MAX_ON_THE_WAY = 24 * MIB;

const FILLER = dataFrame(
  'response.output_text.delta',
  JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(64 * 1024) }),
);

const user = (id: string, content: string) => ({ type: 'message', role: 'user', id, content });
const U1 = user('msg_u1', 'one');
const U2 = user('msg_u2', 'two');

const create = (more: object): object => ({ type: 'response.create', model: 'gpt-5.5', ...more });

function idOf(events: SocketEvent[]): string {
  return (events.at(-1)?.['response'] as { id: string }).id;
}

function typesOf(events: SocketEvent[]): unknown[] {
  return events.map(({ type }) => type);
}

/** Input of a request by id, call id or type: what of the conversation it holds. */
function namesIn(input: unknown): string[] {
  return (input as Record<string, unknown>[]).map(
    ({ id, call_id: callId, type }) => `${String(id ?? callId ?? type)}`,
  );
}

describe('WebSocket clients on HTTP upstreams', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1, ['gpt-5.5', 'gpt-5.4']),
      'openai-compatibility': [
        {
          name: 'other',
          'base-url': `${upstream.origin}/other`,
          'api-key-entries': [{ 'api-key': 'k' }],
          models: [{ name: 'foreign' }],
        },
      ],
      'disable-cooling': true,
      switchyard: { threads: { hosts: 1 } },
    },
  );
  const connect = (test: Cleanup, headers: Record<string, string> = {}): Promise<SocketClient> =>
    connectSocket(test, proxy.origin, { headers: { originator: 'opencode', ...headers } });
  let answers = 0;
  let first = 0;
  const sent = (index: number): Record<string, unknown> =>
    upstream.requests[first + index]?.json() ?? assert.fail(`request ${index}`);
  /** Every answer has ids of its own: `resp_1` with the message `msg_1`, and so on. */
  const answering = (call: UpstreamExchange): void => call.turn({ id: String((answers += 1)) });

  beforeEach(() => {
    answers = 0;
    first = upstream.requests.length;
    upstream.handler = answering;
  });

  it('83: a first frame without input', async (test) => {
    const client = await connect(test);
    await client.turn(create({}));
    const { model, stream, input, type } = sent(0);
    assert.deepEqual(
      { model, stream, input, type },
      { model: 'gpt-5.5', stream: true, input: [], type: undefined },
    );
  });

  it('events arrive one by one, as JSON messages without SSE framing', async (test) => {
    const events = await (await connect(test)).turn(create({ input: [U1] }));
    assert.deepEqual(events, responsesTurn({ id: '1' }));
  });

  it('85: both kinds of frames continue the conversation', async (test) => {
    for (const more of [{ type: 'response.append' }, {}]) {
      const client = await connect(test);
      const start = await client.turn(create({ instructions: 'I', input: [U1] }));
      const frame = { type: 'response.create', previous_response_id: idOf(start), input: [U2] };
      await client.turn({ ...frame, ...more });
      const body = sent(upstream.requests.length - first - 1);
      assert.deepEqual(namesIn(body['input']), ['msg_u1', `msg_${answers - 1}`, 'msg_u2']);
      assert.equal(body['instructions'], 'I');
      assert.equal(body['model'], 'gpt-5.5');
      assert.equal(body['previous_response_id'], undefined);
    }
  });

  it('86: input with an answer of its own takes the place of the conversation', async (test) => {
    const client = await connect(test);
    await client.turn(create({ instructions: 'I', input: [U1] }));
    const answer = { type: 'message', role: 'assistant', id: 'msg_a9', content: 'x' };
    await client.turn(create({ model: 'gpt-5.4', input: [answer, U2] }));
    assert.deepEqual(namesIn(sent(1)['input']), ['msg_a9', 'msg_u2']);
    assert.equal(sent(1)['model'], 'gpt-5.4');
    assert.equal(sent(1)['instructions'], 'I');
  });

  it('87: later input has to be a list', async (test) => {
    const client = await connect(test);
    await client.turn(create({ input: [U1] }));
    const [error] = await client.turn(create({ input: 'text' }));
    assert.equal(error?.['status'], 400);
    assert.match(JSON.stringify(error), /websocket request requires array field: input/);
    assert.equal(upstream.requests.length - first, 1);
  });

  it('88: a compaction stands for the conversation where only Codex may serve it', async (test) => {
    const compaction = { type: 'compaction', id: 'z', encrypted_content: 'gAAAA' };
    const client = await connect(test);
    const start = await client.turn(create({ input: [U1] }));
    const next = { previous_response_id: idOf(start), input: [compaction, U2] };
    await client.turn(create(next));
    assert.deepEqual(namesIn(sent(1)['input']), ['z', 'msg_u2']);
  });

  it('89: an item that comes again is replaced by its last version', async (test) => {
    const client = await connect(test);
    await client.turn(create({ input: [U1] }));
    await client.turn({ type: 'response.append', input: [user('msg_u1', 'one-edited')] });
    const input = sent(1)['input'] as Record<string, unknown>[];
    assert.deepEqual(namesIn(input), ['msg_1', 'msg_u1']);
    assert.match(JSON.stringify(input[1]), /one-edited/);
  });

  it('92: a start that continues what nobody knows: 409, the socket stays open', async (test) => {
    const client = await connect(test);
    const [error] = await client.turn(create({ previous_response_id: 'resp_0', input: [U1] }));
    assert.equal(error?.['status'], 409);
    assert.equal((error?.['error'] as { code: string }).code, 'previous_response_not_found');
    assert.equal(upstream.requests.length, first);
    assert.equal(
      (await client.turn(create({ input: [U1] }))).at(-1)?.['type'],
      'response.completed',
    );
  });

  it('100: no account is free: an error frame, where the reference cuts the connection', async (test) => {
    upstream.handler = (call) => call.json(429, usageLimitBody(3600));
    const client = await connect(test);
    const events = await client.turn(create({ input: [U1] }));
    assert.deepEqual(typesOf(events), ['error']);
    assert.equal(events[0]?.['status'], 429);
    assert.equal((events[0]?.['error'] as { type: string }).type, 'usage_limit_reached');
    assert.equal(client.close, undefined);
    upstream.handler = answering;
    await client.turn(create({ input: [U1] }));
  });

  it('a request fault is told in the words of the upstream', async (test) => {
    const body = {
      error: { message: 'bad', type: 'invalid_request_error', code: 'invalid_value' },
    };
    upstream.handler = (call) => call.json(400, body);
    const [error] = await (await connect(test)).turn(create({ input: [U1] }));
    assert.equal(error?.['status'], 400);
    assert.deepEqual(error?.['error'], body.error);
  });

  it('an answer that breaks off ends with one error frame', async (test) => {
    upstream.handler = async (call) => {
      call.sseHead();
      await call.write(responsesSse(responsesTurn({ id: '1' }).slice(0, 4)));
      call.destroy();
    };
    const client = await connect(test);
    const events = await client.turn(create({ input: [U1] }));
    assert.equal(events.filter(({ type }) => type === 'error').length, 1);
    assert.equal(events.at(-1)?.['type'], 'error');
    upstream.handler = answering;
    assert.equal(
      (await client.turn(create({ input: [U1] }))).at(-1)?.['type'],
      'response.completed',
    );
  });

  it('a conversation with two tool calls, each turn with new items only', async (test) => {
    const call = (id: string) => ({ callId: id, name: 'shell', arguments: '{"c":"ls"}' });
    upstream.handler = (exchange) => {
      answers += 1;
      const toolCall = answers < 3 ? call(`call_${answers}`) : undefined;
      exchange.turn({ id: String(answers), ...(toolCall && { toolCall }) });
    };
    const client = await connect(test);
    let events = await client.turn(create({ input: [U1] }));
    for (const id of ['call_1', 'call_2']) {
      const output = { type: 'function_call_output', call_id: id, output: `result of ${id}` };
      events = await client.turn(create({ previous_response_id: idOf(events), input: [output] }));
    }
    assert.equal(events.at(-1)?.['type'], 'response.completed');
    const input = sent(2)['input'] as Record<string, unknown>[];
    assert.deepEqual(
      input.map(({ type, call_id: callId }) => `${String(type)} ${String(callId ?? '')}`.trim()),
      [
        'message',
        'function_call call_1',
        'function_call_output call_1',
        'function_call call_2',
        'function_call_output call_2',
      ],
    );
    const prefix = JSON.stringify(sent(1)['input']).slice(0, -1);
    assert.ok(JSON.stringify(input).startsWith(prefix), 'the prefix is the same to the byte');
    assert.equal(sent(1)['prompt_cache_key'], sent(2)['prompt_cache_key']);
  });

  it('a warm-up is answered here, and the next frame continues it', async (test) => {
    const client = await connect(test);
    const warm = await client.turn(create({ generate: false, instructions: 'I', input: [U1] }));
    assert.deepEqual(typesOf(warm), ['response.created', 'response.completed']);
    assert.match(idOf(warm), /^resp_prewarm_/);
    assert.equal(upstream.requests.length, first, 'nobody upstream was asked');
    await client.turn(create({ previous_response_id: idOf(warm), input: [U2] }));
    const { input, generate, instructions } = sent(0);
    assert.deepEqual(namesIn(input), ['msg_u1', 'msg_u2']);
    assert.equal(generate, undefined);
    assert.equal(instructions, 'I');
  });

  it('a model of another provider is translated', async (test) => {
    upstream.handler = (call) => {
      assert.match(call.request.path, /^\/other\//);
      const chunk = (delta: object, finish: string | null) =>
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'foreign', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
      call.sse(`${chunk({ content: 'Bonjour' }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`);
    };
    const client = await connect(test);
    const events = await client.turn(create({ model: 'foreign', input: [U1] }));
    assert.equal(events.at(-1)?.['type'], 'response.completed');
    const next = { model: 'foreign', previous_response_id: idOf(events), input: [U2] };
    await client.turn(create(next));
    assert.match(JSON.stringify(sent(1)['messages']), /one.*Bonjour.*two/);
  });

  it('a slow reader stops its upstream, and loses nothing', async (test) => {
    const total = 2 * MAX_ON_THE_WAY;
    const [created = {}, ...rest] = responsesTurn({ id: '1' });
    let written = 0;
    upstream.handler = async (call) => {
      call.sseHead();
      await call.write(responsesSse([created as never]));
      while (written < total && !call.gone) {
        await call.write(FILLER);
        written += FILLER.length;
      }
      call.end(responsesSse(rest));
    };
    const client = await connect(test);
    client.native.pause();
    client.send(create({ input: [U1] }));
    const other = await connect(test);
    let before = -1;
    await waitUntil(async () => {
      const still = written > 0 && written === before;
      before = written;
      // A whole turn of another client between two looks: what can move has moved.
      await other.turn('nope');
      await new Promise((resolve) => setImmediate(resolve));
      return still;
    }, 'the upstream to stand still');
    assert.ok(written < MAX_ON_THE_WAY, `${written} bytes are on the way`);
    client.native.resume();
    await waitUntil(() => client.events.at(-1)?.['type'] === 'response.completed', 'the end', {
      timeoutMs: 20_000,
    });
    assert.equal(client.events.length, 1 + Math.ceil(total / FILLER.length) + rest.length);
  });
});
