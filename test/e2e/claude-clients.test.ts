/** Claude clients end to end: warm sockets, errors before and inside a stream, counts. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy, startProxyOn, type TestProxy } from '../support/proxy.ts';
import { parseFrames, sendRequest } from '../support/http-client.ts';
import { readClaudeStream } from '../support/claude.ts';
import { responsesSse, responsesTurn, usageLimitBody } from '../support/turns.ts';
import { startFakeSocketUpstream } from '../support/fake-socket-upstream.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

type Json = Record<string, unknown>;

const KEY = 'claude-client-key';
const SESSION = '9f0c5e1a-1111-4222-8333-abcdefabcdef';

/** A proof in the form that OpenAI issues. */
const PROOF =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';

const TOOLS = [{ name: 'track', input_schema: { type: 'object', properties: {} } }];

/** A client that keeps its conversation as Claude Code does. */
class Conversation {
  readonly messages: Json[] = [];
  readonly #proxy: TestProxy;

  constructor(proxy: TestProxy) {
    this.#proxy = proxy;
  }

  async say(content: unknown, path = '/v1/messages?beta=true'): Promise<Json[]> {
    this.messages.push({ role: 'user', content });
    const answer = await sendRequest(this.#proxy.origin + path, {
      headers: {
        'x-claude-code-session-id': SESSION,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
      },
      body: {
        model: 'gpt-5.5',
        max_tokens: 32000,
        stream: true,
        thinking: { type: 'enabled', budget_tokens: 9000, display: 'omitted' },
        tools: TOOLS,
        messages: this.messages,
      },
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const { content: blocks } = readClaudeStream(text);
    this.messages.push({ role: 'assistant', content: blocks });
    return blocks;
  }
}

/** Reasoning, text and a call whose arguments have white space, the way models write them. */
const TURN = {
  text: 'Looking',
  toolCall: { callId: 'call_9', name: 'track', arguments: '{"code": "ZX10"}' },
};

function withReasoning<T extends object>(events: readonly T[]): (T | Json)[] {
  const item = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: PROOF };
  return [
    ...events.slice(0, 2),
    { type: 'response.output_item.done', output_index: 9, item },
    ...events.slice(2),
  ];
}

describe('a Claude conversation on a warm WebSocket', () => {
  it('reasoning, calls and results are recognised: only what is new travels', async (t) => {
    const upstream = await startFakeSocketUpstream(t, {
      onTurn: (turn) => {
        if (turn.index > 0) turn.answer();
        else for (const event of withReasoning(turn.events(TURN))) turn.event(event as Json);
      },
    });
    const keys = codexKeys(upstream.origin, 2).map((key) => ({ ...key, websockets: true }));
    const proxy = await startProxy(t, { 'codex-api-key': keys });
    const conversation = new Conversation(proxy);
    const blocks = await conversation.say('Where is ZX10?');
    assert.deepEqual(
      blocks.map(({ type }) => type),
      ['thinking', 'text', 'tool_use'],
    );
    assert.equal(blocks[0]?.['signature'], PROOF);
    assert.deepEqual(blocks[2]?.['input'], { code: 'ZX10' });
    await conversation.say([{ type: 'tool_result', tool_use_id: 'call_9', content: 'Köln' }]);
    await conversation.say('Thanks');
    assert.equal(upstream.sockets.length, 1);
    assert.equal(upstream.http.length, 0);
    const [first, second, third] = upstream.turns;
    assert.equal(second?.frame['previous_response_id'], first?.id);
    assert.deepEqual(second?.input, [
      { type: 'function_call_output', call_id: 'call_9', output: 'Köln' },
    ]);
    assert.equal(third?.frame['previous_response_id'], second?.id);
    assert.equal(third?.input.length, 1);
  });

  it('without a socket the proof of the reasoning goes back to where it came from', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      if (call.request.index > 0) call.turn();
      else call.sse(responsesSse(withReasoning(responsesTurn(TURN)) as { type: string }[]));
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 2) });
    const conversation = new Conversation(proxy);
    await conversation.say('Where is ZX10?');
    await conversation.say([{ type: 'tool_result', tool_use_id: 'call_9', content: 'Köln' }]);
    const [first, second] = upstream.requests;
    const input = second?.json()['input'] as Json[];
    assert.deepEqual(
      input.map(({ type }) => type),
      ['message', 'reasoning', 'message', 'function_call', 'function_call_output'],
    );
    assert.equal(input[1]?.['encrypted_content'], PROOF);
    assert.equal(second?.headers['authorization'], first?.headers['authorization']);
    // codex.md 4.3 and vector 19: the key of the session and its main agent, in body and header.
    assert.equal(first?.json()['prompt_cache_key'], '9990a287-f96d-58ca-9d2b-ea7c8de7be42');
    assert.equal(first?.headers['session-id'], '9990a287-f96d-58ca-9d2b-ea7c8de7be42');
  });
});

interface ErrorBody {
  type: string;
  error: { type: string; message: string };
  request_id: string;
}

for (const server of ['uws', 'node'] as const) {
  describe(`errors for Claude clients, ${server}`, async () => {
    const upstream = await startFakeUpstream({ after });
    const proxy = await startProxyOn(
      server,
      { after },
      {
        'api-keys': [KEY],
        'codex-api-key': codexKeys(upstream.origin, 1),
        'request-retry': 0,
        'disable-cooling': true,
      },
    );

    const ask = (body: Json | Uint8Array, headers: Record<string, string> = { 'x-api-key': KEY }) =>
      sendRequest(`${proxy.origin}/v1/messages?beta=true`, { headers, body });

    const turn = { model: 'gpt-5.5', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };

    async function refusal(answer: Awaited<ReturnType<typeof ask>>): Promise<ErrorBody> {
      const body = JSON.parse(await answer.text()) as ErrorBody;
      assert.equal(body.type, 'error');
      assert.equal(answer.headers['request-id'], body.request_id);
      assert.notEqual(body.error.message, '');
      return body;
    }

    it('clients.md 6.3: a wrong key is a 403, which Claude Code does not repeat', async () => {
      const answer = await ask(turn, { 'x-api-key': 'wrong' });
      assert.equal(answer.status, 403);
      assert.equal((await refusal(answer)).error.type, 'permission_error');
    });

    it('no key at all is a 401', async () => {
      const answer = await ask(turn, {});
      assert.equal(answer.status, 401);
      assert.equal((await refusal(answer)).error.type, 'authentication_error');
    });

    it('both ways to send the key are taken', async () => {
      const ways: Record<string, string>[] = [
        { 'x-api-key': KEY },
        { authorization: `Bearer ${KEY}` },
      ];
      for (const headers of ways) {
        const answer = await ask(turn, headers);
        const body = JSON.parse(await answer.text()) as Json;
        assert.deepEqual(body['content'], [{ type: 'text', text: 'Hello from upstream' }]);
      }
    });

    it('an unknown model and a body that is no JSON', async () => {
      const unknown = await ask({ ...turn, model: 'nobody' });
      assert.equal(unknown.status, 404);
      assert.equal((await refusal(unknown)).error.type, 'not_found_error');
      const broken = await ask(Buffer.from('{"model":'));
      assert.equal(broken.status, 400);
      assert.equal((await refusal(broken)).error.type, 'invalid_request_error');
    });

    it('a model that is not listed, and a path that does not exist', async () => {
      const headers = { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' };
      for (const path of ['/v1/models/nothing', '/v1/files']) {
        const answer = await sendRequest(proxy.origin + path, { method: 'GET', headers });
        assert.equal(answer.status, 404);
        assert.equal((await refusal(answer)).error.type, 'not_found_error');
      }
    });

    it("the upstream's words, in Anthropic's form", async () => {
      upstream.handler = (call) => call.json(429, usageLimitBody(30));
      const limited = await ask(turn);
      assert.equal(limited.status, 429);
      assert.deepEqual((await refusal(limited)).error, {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
      });
      upstream.handler = (call) => call.json(529, { detail: 'too busy' });
      const busy = await ask(turn);
      assert.equal(busy.status, 529);
      assert.deepEqual((await refusal(busy)).error, {
        type: 'overloaded_error',
        message: 'too busy',
      });
    });

    it('a stream that breaks ends with one error event', async () => {
      const events = responsesSse(responsesTurn().slice(0, 5));
      upstream.handler = async (call) => {
        call.sseHead();
        await call.write(events);
        call.destroy();
      };
      const answer = await ask({ ...turn, stream: true });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      const frames = parseFrames(text);
      const ends = frames.filter(({ event }) => event === 'error' || event === 'message_stop');
      assert.equal(ends.length, 1);
      const last = frames.at(-1);
      assert.equal(last?.event, 'error');
      const body = JSON.parse(last?.data ?? '') as ErrorBody;
      assert.equal(body.type, 'error');
      assert.match(body.request_id, /^req_/);
    });

    it('wrong method', async () => {
      const answer = await sendRequest(`${proxy.origin}/v1/messages`, {
        method: 'PUT',
        headers: { 'x-api-key': KEY },
        body: turn,
      });
      assert.equal(answer.status, 405);
      assert.equal((await refusal(answer)).error.type, 'invalid_request_error');
    });

    it('Q04: the size of a request is estimated here, in the form of Anthropic', async () => {
      const count = (body: Json) =>
        sendRequest(`${proxy.origin}/v1/messages/count_tokens?beta=true`, {
          headers: { 'x-api-key': KEY },
          body,
        });
      const before = upstream.requests.length;
      const messages = [{ role: 'user', content: 'one two three four' }];
      const answer = await count({ model: 'gpt-5.5', messages });
      assert.deepEqual(JSON.parse(await answer.text()), { input_tokens: 8 });
      assert.equal(upstream.requests.length, before, 'nothing was sent');
      const empty = await count({ model: 'gpt-5.5', messages: [] });
      assert.equal(empty.status, 400);
      assert.equal((await refusal(empty)).error.type, 'invalid_request_error');
    });

    it('what Claude Code asks to see whether it is connected', async () => {
      for (const path of ['/', '/api/hello']) {
        const answer = await sendRequest(proxy.origin + path, { method: 'HEAD' });
        assert.equal(answer.status, 200);
      }
    });
  });
}
