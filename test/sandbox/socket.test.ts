/** The sandbox's WebSocket as the Codex client and the upstream side of the proxy see it. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { quotaFromHeaders, quotaOfEvent } from '../../src/providers/codex/quota.ts';
import { MAX_CONVERSATION_BYTES, MAX_SOCKET_AGE_MS } from '../../src/sandbox/socket-memory.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import type { ObservedTurn } from '../../src/sandbox/upstream.ts';
import { sendRequest } from '../support/http-client.ts';
import {
  connectSocket,
  refusedSocket,
  type SocketClient,
  type SocketEvent,
} from '../support/socket-client.ts';
import { waitUntil } from '../support/wait.ts';

const NOW = 1_760_000_000_000;

interface Setup {
  sandbox: Sandbox;
  clock: { nowMs: number };
  seen: ObservedTurn[];
  open(account?: string): Promise<SocketClient>;
}

async function start(t: TestContext): Promise<Setup> {
  const clock = { nowMs: NOW };
  const seen: ObservedTurn[] = [];
  const onTurn = (turn: ObservedTurn): void => void seen.push(turn);
  const sandbox = await startSandbox({ nowMs: () => clock.nowMs, onTurn });
  t.after(() => sandbox.close());
  const open = (account = 'sandbox-1'): Promise<SocketClient> =>
    connectSocket(t, sandbox.origin, { headers: { authorization: `Bearer ${account}` } });
  return { sandbox, clock, seen, open };
}

const user = (text: string): object => ({ role: 'user', content: text });
const create = (input: unknown[], more: object = {}): object => ({
  type: 'response.create',
  model: 'sandbox',
  prompt_cache_key: 'k',
  input,
  ...more,
});

interface Response {
  id: string;
  output: Record<string, unknown>[];
  usage: { input_tokens: number; input_tokens_details: { cached_tokens: number } };
  error?: { code: string };
}

const last = (events: SocketEvent[]): SocketEvent => events.at(-1) ?? {};
const responseOf = (events: SocketEvent[]): Response => last(events)['response'] as Response;
const typesOf = (events: SocketEvent[]): unknown[] => events.map(({ type }) => type);
const errorOf = (events: SocketEvent[]): Record<string, unknown> =>
  (last(events)['error'] ?? {}) as Record<string, unknown>;
const after = (events: SocketEvent[]): object => ({
  previous_response_id: responseOf(events).id,
});
const cachedOf = (events: SocketEvent[]): number =>
  responseOf(events).usage.input_tokens_details.cached_tokens;
const TEXT = 'a first message that is long enough to be counted as cached later on';

describe('sandbox: WebSocket turns', () => {
  it('warm-up, increment, tool call and tool result, as Codex does them (clients.md 5.3)', async (t) => {
    const { open, seen } = await start(t);
    const socket = await open();
    const tools = { tools: [{ type: 'function', name: 'read' }] };
    const base = [{ role: 'developer', content: 'Base instructions. '.repeat(20) }];
    const warm = await socket.turn(create(base, { generate: false, ...tools }));
    assert.deepEqual(typesOf(warm), [
      'response.created',
      'codex.rate_limits',
      'response.completed',
    ]);
    assert.deepEqual(responseOf(warm).output, []);
    const ask = [user('sandbox:tool read {"path":"a"}')];
    const call = await socket.turn(create(ask, { ...after(warm), ...tools }));
    const [item] = responseOf(call).output;
    assert.equal(item?.['name'], 'read');
    const result = { type: 'function_call_output', call_id: item?.['call_id'], output: 'content' };
    const done = await socket.turn(create([result], { ...after(call), ...tools }));
    assert.match(JSON.stringify(responseOf(done).output), /The tool returned: ."content/);
    assert.deepEqual(
      seen.map(({ held, request }) => [held, request.items.length]),
      [
        [0, 2],
        [2, 3],
        [4, 5],
      ],
    );
    assert.equal(seen[0]?.request.warmUp, true);
  });

  it('calls a tool as often as it was told to, in a row', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const tools = { tools: [{ type: 'function', name: 'read' }] };
    let events = await socket.turn(create([user('sandbox:tool 2')], tools));
    for (const type of ['function_call', 'function_call', 'message']) {
      const [item] = responseOf(events).output;
      assert.equal(item?.['type'], type);
      const result = { type: 'function_call_output', call_id: item['call_id'], output: 'ok' };
      events = await socket.turn(create([result], { ...after(events), ...tools }));
    }
  });

  it('a conversation that is too long is a 400', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const half = 'x'.repeat(MAX_CONVERSATION_BYTES / 2);
    const first = await socket.turn(create([{ role: 'developer', content: half }]));
    assert.equal(last(first)['type'], 'response.completed');
    const second = await socket.turn(create([{ role: 'developer', content: half }], after(first)));
    assert.equal(errorOf(second)['code'], 'context_length_exceeded');
  });

  it('counts the whole conversation, all of it cached but what is new', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const first = await socket.turn(create([user(TEXT)]));
    const second = await socket.turn(create([user('And now?')], after(first)));
    const { input_tokens: before } = responseOf(first).usage;
    const { input_tokens: all } = responseOf(second).usage;
    assert.equal(cachedOf(first), 0);
    assert.ok(all > before + 30, 'the first answer counts too');
    assert.ok(cachedOf(second) > before, 'and was read from the cache');
    assert.ok(cachedOf(second) < all);
  });

  it('reads from the socket what the cache of the account would miss', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const first = await socket.turn(create([user(TEXT)]));
    const other = { ...after(first), prompt_cache_key: 'another' };
    assert.ok(cachedOf(await socket.turn(create([user('And now?')], other))) > 0);
    const full = create([user(TEXT), user('And now?')], { prompt_cache_key: 'third' });
    assert.equal(cachedOf(await socket.turn(full)), 0);
  });

  it('reads nothing from the socket when tools or instructions changed', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const first = await socket.turn(create([user(TEXT)]));
    const more = { ...after(first), instructions: 'Other ones.' };
    assert.equal(cachedOf(await socket.turn(create([user('And now?')], more))), 0);
  });

  it('full input finds the cache of the account, answers sent back as clients do', async (t) => {
    const { open } = await start(t);
    const first = await (await open()).turn(create([user(TEXT)]));
    const [answer] = responseOf(first).output;
    const text = (answer?.['content'] as { text: string }[])[0]?.text;
    const second = await (await open()).turn(create([user(TEXT), answer, user('And now?')]));
    const content = [{ type: 'output_text', text }];
    const bare = { type: 'message', role: 'assistant', content };
    const third = await (await open()).turn(create([user(TEXT), bare, user('And now?')]));
    assert.ok(cachedOf(second) > 0);
    assert.ok(cachedOf(third) > cachedOf(second), 'the answer is in the cache too');
  });

  it('an answer can be continued only where it was given, and only the last one', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const first = await socket.turn(create([user('Hi')]));
    const foreign = await (await open()).turn(create([user('on')], after(first)));
    assert.equal(last(foreign)['status'], 400);
    assert.equal(errorOf(foreign)['code'], 'previous_response_not_found');
    assert.equal(errorOf(foreign)['param'], 'previous_response_id');
    const second = await socket.turn(create([user('on')], after(first)));
    const stale = await socket.turn(create([user('again')], after(first)));
    assert.equal(errorOf(stale)['code'], 'previous_response_not_found');
    const third = await socket.turn(create([user('once more')], after(second)));
    assert.equal(last(third)['type'], 'response.completed');
  });

  it('ends after 60 minutes, at the next turn', async (t) => {
    const { open, clock } = await start(t);
    const socket = await open();
    clock.nowMs += MAX_SOCKET_AGE_MS - 1;
    const first = await socket.turn(create([user('Hi')]));
    assert.equal(last(first)['type'], 'response.completed');
    clock.nowMs += 1;
    const late = await socket.turn(create([user('Hi')], after(first)));
    assert.equal(errorOf(late)['code'], 'websocket_connection_limit_reached');
    assert.equal((await socket.closed()).code, 1000);
  });

  for (const [what, frame, pattern] of [
    ['no JSON', 'hello', /object/],
    ['another type', { type: 'response.cancel' }, /response\.create/],
  ] as const) {
    it(`${what} is a 400`, async (t) => {
      const { open } = await start(t);
      const events = await (await open()).turn(frame);
      assert.equal(last(events)['status'], 400);
      assert.match(String(errorOf(events)['message']), pattern);
    });
  }

  it('binary messages close the socket', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    socket.send(Buffer.from('{}'));
    assert.equal((await socket.closed()).code, 1003);
  });

  it('a second turn waits for nobody: it is refused', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    socket.send(create([user('sandbox:stall')]));
    await waitUntil(() => socket.events.length > 2, 'half an answer');
    const refused = await socket.turn(create([user('Hi')]));
    assert.match(String(errorOf(refused)['message']), /still running/);
  });
});

describe('sandbox: WebSocket faults', () => {
  it('429: an error frame with the reset and the quota, until the time is over', async (t) => {
    const { open, clock, sandbox } = await start(t);
    const socket = await open();
    const limited = await socket.turn(create([user('sandbox:429 30')]));
    assert.equal(last(limited)['status'], 429);
    assert.equal(errorOf(limited)['type'], 'usage_limit_reached');
    assert.equal(errorOf(limited)['resets_at'], NOW / 1000 + 30);
    const headers = last(limited)['headers'] as Record<string, string>;
    assert.equal(headers['x-codex-primary-used-percent'], '100');
    const warm = await socket.turn(create([], { generate: false }));
    assert.equal(last(warm)['status'], 429, 'warm-ups are refused too');
    const moved = await (await open('sandbox-2')).turn(create([user('sandbox:429 30')]));
    assert.equal(last(moved)['type'], 'response.completed');
    clock.nowMs += 30_000;
    const again = await socket.turn(create([user('Hi')]));
    assert.equal(last(again)['type'], 'response.completed');
    assert.equal(sandbox.stats()['sandbox-1']?.limited, 1);
  });

  it('a status is an error frame; the socket goes on, what failed does not', async (t) => {
    const { open } = await start(t);
    const socket = await open();
    const first = await socket.turn(create([user('Hi')]));
    const failed = await socket.turn(create([user('sandbox:503')], after(first)));
    assert.equal(last(failed)['status'], 503);
    const gone = await socket.turn(create([user('on')], after(first)));
    assert.equal(errorOf(gone)['code'], 'previous_response_not_found');
    assert.equal(last(await socket.turn(create([user('on')])))['type'], 'response.completed');
  });

  for (const [command, code, half] of [
    ['reset', 1006, false],
    ['break', 1006, true],
    ['close', 1011, false],
    ['close 1012', 1012, false],
    ['close 1005', 1011, false],
  ] as const) {
    it(`${command} ends the socket with ${code}`, async (t) => {
      const { open } = await start(t);
      const socket = await open();
      socket.send(create([user(`sandbox:${command}`)]));
      assert.equal((await socket.closed()).code, code);
      assert.equal(socket.events.length > 0, half);
      assert.ok(!typesOf(socket.events).includes('response.completed'));
    });
  }

  it('failed ends the answer with a failure', async (t) => {
    const { open } = await start(t);
    const events = await (await open()).turn(create([user('sandbox:failed')]));
    assert.equal(typesOf(events)[0], 'response.created');
    assert.equal(responseOf(events).error?.code, 'server_is_overloaded');
  });

  it('slow leaves time between the frames', async (t) => {
    const { open } = await start(t);
    const events = await (await open()).turn(create([user('sandbox:slow 1')]));
    assert.equal(last(events)['type'], 'response.completed');
  });

  it('close ends an HTTP connection without an answer', async (t) => {
    const { sandbox } = await start(t);
    const headers = { authorization: 'Bearer sandbox-1' };
    const body = { model: 'sandbox', input: [user('sandbox:close')] };
    await assert.rejects(sendRequest(`${sandbox.origin}/v1/responses`, { headers, body }), {
      code: 'ECONNRESET',
    });
  });
});

describe('sandbox: WebSocket handshakes and quota', () => {
  for (const [path, headers, status] of [
    ['/v1/responses', {}, 401],
    ['/v1/chat/completions', { authorization: 'Bearer k' }, 404],
  ] as const) {
    it(`${path} with ${JSON.stringify(headers)} is refused with ${status}`, async (t) => {
      const { sandbox } = await start(t);
      const refusal = await refusedSocket(sandbox.origin, { path, headers });
      assert.equal(refusal.status, status);
      assert.match(refusal.body, /"message":"[^"]+"/);
    });
  }

  it('tells the same quota in a frame and in headers, and it grows', async (t) => {
    const { open, sandbox } = await start(t);
    const socket = await open();
    const big = user('x'.repeat(400_000));
    const first = await socket.turn(create([big]));
    const frame = first.find(({ type }) => type === 'codex.rate_limits') ?? {};
    const event = { json: frame, name: undefined, data: '' };
    const reading = quotaOfEvent(event as never, NOW);
    assert.equal(reading?.plan, 'sandbox');
    assert.equal(reading.primary?.usedPercent, 5);
    assert.equal(reading.primary.windowMinutes, 300);
    assert.equal(reading.primary.resetAt, NOW + 300 * 60_000);
    assert.equal(reading.secondary?.windowMinutes, 10_080);
    const answer = await sendRequest(`${sandbox.origin}/v1/responses`, {
      headers: { authorization: 'Bearer sandbox-1' },
      body: { model: 'sandbox', stream: true, input: [big], prompt_cache_key: 'cold' },
    });
    const told = quotaFromHeaders(answer.rawHeaders, NOW);
    assert.equal(told?.primary?.usedPercent, 10);
    assert.equal(told.secondary?.usedPercent, 1);
  });

  it('closes with sockets open', async (t) => {
    const { open, sandbox } = await start(t);
    const socket = await open();
    assert.equal(sandbox.openSockets, 1);
    const closing = sandbox.close();
    assert.equal((await socket.closed()).code, 1006);
    await closing;
  });
});
