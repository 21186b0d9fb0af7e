/** Claude clients that drop their thinking, on Codex (codex.md 4.9). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { readClaudeStream } from '../support/claude.ts';
import { responsesSse, responsesTurn, type TurnOptions } from '../support/turns.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeSocketUpstream } from '../support/fake-socket-upstream.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import { workerId } from '../../src/ids.ts';
import { proofOf } from '../formats/codex/reasoning-replay/samples.ts';

type Json = Record<string, unknown>;

const CALL = { callId: 'call_1', name: 'track', arguments: '{"code": "ZX10"}' };

/** What the model says turn by turn, the reasoning of its number in front. */
const ANSWERS: TurnOptions[] = [{ text: 'Looking', toolCall: CALL }, { text: 'In Köln' }];

const RESULT = [{ type: 'tool_result', tool_use_id: 'call_1', content: 'Köln' }];

/** What the user and the tool say. */
const SAID: unknown[] = ['Where is ZX10?', RESULT, 'Thanks', 'Bye'];

function withReasoning(events: readonly Json[], index: number): Json[] {
  const item = { id: 'rs', type: 'reasoning', summary: [], encrypted_content: proofOf(index) };
  return [
    ...events.slice(0, 1),
    // In front of the others; the terminal event is sent without a list of its own.
    { type: 'response.output_item.done', output_index: -1, item },
    ...events.slice(1, -1),
    ...events.slice(-1).map((event) => ({
      ...event,
      response: { ...(event['response'] as Json), output: [] },
    })),
  ];
}

/** The answer to the turn of this number. */
const answerEvents = (index: number): Json[] =>
  withReasoning(responsesTurn({ id: String(index), ...(ANSWERS[index] ?? {}) }), index);

function answer(call: UpstreamExchange): void {
  call.sse(responsesSse(answerEvents(call.request.index) as { type: string }[]));
}

/** A client that goes on with one conversation. */
class Client {
  readonly #origin: string;
  readonly #keeps: (block: Json) => boolean;
  readonly #stream: boolean;
  readonly #messages: Json[] = [];

  constructor({ origin }: TestProxy, keeps: (block: Json) => boolean, stream = true) {
    this.#origin = origin;
    this.#keeps = keeps;
    this.#stream = stream;
  }

  async say(content: unknown): Promise<Json[]> {
    const answered = await this.ask(content);
    const text = await answered.text();
    assert.equal(answered.status, 200, text);
    const message = (this.#stream ? readClaudeStream(text) : JSON.parse(text)) as {
      content: Json[];
    };
    const kept = message.content.filter((block) => this.#keeps(block));
    this.#messages.push({ role: 'assistant', content: kept });
    return message.content;
  }

  ask(content: unknown): Promise<ClientAnswer> {
    this.#messages.push({ role: 'user', content });
    return sendRequest(`${this.#origin}/v1/messages`, {
      headers: { 'x-session-id': 'conversation-1' },
      body: {
        model: 'gpt-5.5',
        max_tokens: 32000,
        stream: this.#stream,
        tools: [{ name: 'track', input_schema: { type: 'object', properties: {} } }],
        messages: this.#messages,
      },
    });
  }
}

const forgetful = ({ type }: Json): boolean => type !== 'thinking';
const careful = (): boolean => true;

const inputOf = (json: Json | undefined): Json[] => (json?.['input'] ?? []) as Json[];
const proofsIn = (input: readonly Json[]): unknown[] =>
  input
    .filter(({ type }) => type === 'reasoning')
    .map(({ encrypted_content: encrypted }) => encrypted);

describe('a Claude client that drops its thinking, over HTTP', () => {
  for (const stream of [true, false]) {
    it(`asks with the same bytes as one that keeps it, ${stream ? 'streamed' : 'whole'}`, async (t) => {
      const sent: Buffer[][] = [];
      for (const keeps of [forgetful, careful]) {
        const upstream = await startFakeUpstream(t, answer);
        const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
        const client = new Client(proxy, keeps, stream);
        for (const content of SAID) await client.say(content);
        sent.push(upstream.requests.map(({ body }) => body));
      }
      const [dropped = [], kept = []] = sent;
      assert.equal(dropped.length, SAID.length);
      for (const [index, body] of dropped.entries()) {
        assert.equal(body.toString(), kept[index]?.toString());
      }
    });
  }

  it('every request begins with what the one before had', async (t) => {
    const upstream = await startFakeUpstream(t, answer);
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    const client = new Client(proxy, forgetful);
    for (const content of SAID) await client.say(content);
    const inputs = upstream.requests.map((request) => inputOf(request.json()));
    assert.deepEqual(
      inputs.map((input) => proofsIn(input).length),
      [0, 1, 2, 3],
    );
    for (const [index, input] of inputs.slice(1).entries()) {
      const before = inputs[index] ?? [];
      assert.deepEqual(input.slice(0, before.length), before);
    }
  });

  it('another client key, model or conversation gets nothing of it', async (t) => {
    const upstream = await startFakeUpstream(t, answer);
    const models = ['gpt-5.5', 'gpt-5.4'];
    const proxy = await startProxy(t, {
      'api-keys': ['key-one', 'key-two'],
      'codex-api-key': codexKeys(upstream.origin, 1, models),
    });
    const messages = [
      { role: 'user', content: 'Where is ZX10?' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'call_1', name: 'track', input: {} }],
      },
      { role: 'user', content: RESULT },
    ];
    const ask = async (key: string, model: string, session: string, count: number) => {
      const answered = await sendRequest(`${proxy.origin}/v1/messages`, {
        headers: { 'x-api-key': key, 'x-session-id': session },
        body: { model, max_tokens: 100, stream: true, messages: messages.slice(0, count) },
      });
      await answered.text();
      return proofsIn(inputOf(upstream.requests.at(-1)?.json())).length;
    };
    await ask('key-one', 'gpt-5.5', 'a', 1);
    assert.equal(await ask('key-two', 'gpt-5.5', 'a', 3), 0);
    assert.equal(await ask('key-one', 'gpt-5.4', 'a', 3), 0);
    assert.equal(await ask('key-one', 'gpt-5.5', 'b', 3), 0);
    assert.equal(await ask('key-one', 'gpt-5.5', 'a', 3), 1);
  });

  it('an answer that was cut off is not kept', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      const events = answerEvents(call.request.index);
      const last = events.at(-1);
      const cut = [...events.slice(0, -1), { ...last, type: 'response.incomplete' }];
      call.sse(responsesSse((call.request.index === 0 ? cut : events) as { type: string }[]));
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    const client = new Client(proxy, forgetful);
    for (const content of SAID.slice(0, 3)) await client.say(content);
    const inputs = upstream.requests.map((request) => inputOf(request.json()));
    assert.deepEqual(proofsIn(inputs[2] ?? []), [proofOf(1)]);
  });

  it('a host that died knows nothing, and the turn works all the same', async (t) => {
    const upstream = await startFakeUpstream(t, answer);
    const proxy = await startProxy(t, {
      'codex-api-key': codexKeys(upstream.origin, 1),
      switchyard: { threads: { hosts: 1 } },
    });
    const client = new Client(proxy, forgetful);
    await client.say(SAID[0]);
    const host = workerId('host-0');
    await proxy.supervisor.hosts.replace(host);
    const isBack = async () => {
      const hosts = await proxy.supervisor.hosts.snapshots();
      return hosts.get(host)?.credentials.length === 1;
    };
    await waitUntil(isBack, 'the replaced host', { timeoutMs: 60_000 });
    await client.say(SAID[1]);
    await client.say(SAID[2]);
    const inputs = upstream.requests.map((request) => inputOf(request.json()));
    assert.deepEqual(inputs.map(proofsIn), [[], [], [proofOf(1)]]);
  });
});

describe('reasoning that the upstream refuses', () => {
  const BAD = { error: { code: 'invalid_encrypted_content', message: 'could not be verified' } };

  it('is forgotten, and the turn is asked once more without it', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      if (proofsIn(inputOf(call.request.json())).includes(proofOf(0))) call.json(400, BAD);
      else answer(call);
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    const client = new Client(proxy, forgetful);
    for (const content of SAID.slice(0, 3)) await client.say(content);
    const inputs = upstream.requests.map((request) => inputOf(request.json()));
    assert.deepEqual(inputs.map(proofsIn), [[], [proofOf(0)], [], [proofOf(2)]]);
  });

  it('is an error when the client sent it itself, asked once', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      if (call.request.index > 0) call.json(400, BAD);
      else answer(call);
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 2) });
    const client = new Client(proxy, careful);
    await client.say(SAID[0]);
    const refused = await client.ask(SAID[1]);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /could not be verified/);
    assert.equal(upstream.requests.length, 2);
  });
});

describe('a Claude client that drops its thinking, over a warm WebSocket', () => {
  async function start(t: Parameters<typeof startProxy>[0]) {
    const upstream = await startFakeSocketUpstream(t, {
      onTurn: (turn) => {
        const events = withReasoning(turn.events(ANSWERS[turn.index] ?? {}), turn.index);
        for (const event of events) turn.event(event);
      },
    });
    const keys = codexKeys(upstream.origin, 1).map((key) => ({ ...key, websockets: true }));
    const proxy = await startProxy(t, { 'codex-api-key': keys });
    return { upstream, client: new Client(proxy, forgetful) };
  }

  it('is recognised: only what is new travels', async (t) => {
    const { upstream, client } = await start(t);
    for (const content of SAID) await client.say(content);
    assert.equal(upstream.sockets.length, 1);
    const [first, second, third, fourth] = upstream.turns;
    assert.equal(second?.frame['previous_response_id'], first?.id);
    assert.deepEqual(second?.input, [
      { type: 'function_call_output', call_id: 'call_1', output: 'Köln' },
    ]);
    assert.equal(third?.frame['previous_response_id'], second?.id);
    assert.equal(fourth?.frame['previous_response_id'], third?.id);
    assert.deepEqual([third?.input.length, fourth?.input.length], [1, 1]);
  });

  it('a new socket gets the whole conversation with its reasoning', async (t) => {
    const { upstream, client } = await start(t);
    for (const content of SAID.slice(0, 3)) await client.say(content);
    upstream.sockets[0]?.close(1000);
    await upstream.sockets[0]?.closed;
    await client.say(SAID[3]);
    const last = upstream.turns.at(-1);
    assert.equal(last?.frame['previous_response_id'], undefined);
    assert.deepEqual(
      last?.input.map(({ type }) => type),
      [
        ...['message', 'reasoning', 'message', 'function_call', 'function_call_output'],
        ...['reasoning', 'message', 'message', 'reasoning', 'message', 'message'],
      ],
    );
    assert.deepEqual(proofsIn(last?.input ?? []), [proofOf(0), proofOf(1), proofOf(2)]);
  });
});
