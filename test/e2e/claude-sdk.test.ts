/** The real `@anthropic-ai/sdk` as a client: on Codex, and on a chat upstream. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { chatObject, chatSse, chatTurn, responsesSse, responsesTurn } from '../support/turns.ts';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import type { TurnOptions } from '../support/turns.ts';

const KEY = 'sdk-key';
const MODEL = 'gpt-5.5';

const TOOL: Anthropic.Tool = {
  name: 'track_parcel',
  description: 'Look up a parcel',
  input_schema: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
};

const CALL: TurnOptions = {
  text: 'Looking',
  toolCall: { callId: 'call_9', name: TOOL.name, arguments: '{"code":"ZX10"}' },
};

const question = (content: string): Anthropic.MessageParam => ({ role: 'user', content });

const clientOf = (proxy: TestProxy, maxRetries = 0): Anthropic =>
  new Anthropic({ baseURL: proxy.origin, apiKey: KEY, maxRetries });

/** Answers a request of either upstream dialect. */
function answer(call: UpstreamExchange, options: TurnOptions = {}): void {
  if (!call.request.path.endsWith('/chat/completions')) {
    call.sse(responsesSse(responsesTurn(options)));
  } else if (call.request.json()['stream'] === true) call.sse(chatSse(chatTurn(options)));
  else call.json(200, chatObject(options));
}

const UPSTREAMS = {
  codex: (origin: string) => ({ 'codex-api-key': codexKeys(origin, 2, [MODEL]) }),
  chat: (origin: string) => ({
    'openai-compatibility': [
      {
        name: 'acme',
        'base-url': `${origin}/v1`,
        'api-key-entries': [{ 'api-key': 'k' }],
        models: [{ name: MODEL, alias: MODEL }],
      },
    ],
  }),
};

for (const [name, config] of Object.entries(UPSTREAMS)) {
  describe(`@anthropic-ai/sdk on ${name}`, async () => {
    const upstream = await startFakeUpstream({ after }, (call) => answer(call));
    const proxy = await startProxy(
      { after },
      { 'api-keys': [KEY], 'request-retry': 0, ...config(upstream.origin) },
    );
    const client = clientOf(proxy);
    const params = { model: MODEL, max_tokens: 100, messages: [question('Hi')] };

    it('create', async () => {
      upstream.handler = (call) => answer(call);
      const message = await client.messages.create(params);
      assert.deepEqual(message.content, [{ type: 'text', text: 'Hello from upstream' }]);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.role, 'assistant');
      assert.equal(message.usage.output_tokens, 30);
      assert.equal(message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0), 120);
    });

    it('stream', async () => {
      upstream.handler = (call) => answer(call);
      const stream = client.messages.stream(params);
      let text = '';
      stream.on('text', (delta) => (text += delta));
      const message = await stream.finalMessage();
      assert.equal(text, 'Hello from upstream');
      assert.deepEqual(message.content, [{ type: 'text', text }]);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.usage.output_tokens, 30);
      assert.match(String(stream.request_id), /^req_[0-9a-f]{8}$/);
    });

    for (const stream of [true, false]) {
      it(`a tool and its result, ${stream ? 'streamed' : 'whole'}`, async () => {
        upstream.handler = (call) => answer(call, CALL);
        const ask = async (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
          const asked = { ...params, messages, tools: [TOOL] };
          if (stream) return client.messages.stream(asked).finalMessage();
          return client.messages.create(asked);
        };
        const first = await ask(params.messages);
        assert.equal(first.stop_reason, 'tool_use');
        const call = first.content.find((block) => block.type === 'tool_use');
        assert.deepEqual(call?.input, { code: 'ZX10' });
        assert.equal(call?.name, TOOL.name);
        upstream.handler = (next) => answer(next, { text: 'In Rotterdam' });
        const result: Anthropic.MessageParam = {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'Rotterdam' }],
        };
        const second = await ask([
          ...params.messages,
          { role: 'assistant', content: first.content },
          result,
        ]);
        assert.deepEqual(second.content, [{ type: 'text', text: 'In Rotterdam' }]);
        const sent = upstream.requests.at(-1)?.body.toString() ?? '';
        assert.match(sent, /"call_9"/);
        assert.match(sent, /Rotterdam/);
      });
    }

    it('count tokens', async () => {
      const small = await client.messages.countTokens({ model: MODEL, messages: params.messages });
      const messages = [question('lorem ipsum '.repeat(100))];
      const large = await client.messages.countTokens({ model: MODEL, messages, tools: [TOOL] });
      assert.ok(small.input_tokens > 0);
      assert.ok(large.input_tokens > small.input_tokens + 200);
    });

    it('errors have the class and the words the SDK knows', async () => {
      const stranger = new Anthropic({ baseURL: proxy.origin, apiKey: 'wrong', maxRetries: 0 });
      await assert.rejects(stranger.messages.create(params), Anthropic.PermissionDeniedError);
      const unknown = client.messages.create({ ...params, model: 'nobody' });
      await assert.rejects(unknown, Anthropic.NotFoundError);
      upstream.handler = (call) =>
        call.json(400, { error: { type: 'invalid_request_error', message: 'too long' } });
      await assert.rejects(client.messages.create(params), (error: unknown) => {
        assert.ok(error instanceof Anthropic.BadRequestError);
        assert.match(error.message, /too long/);
        assert.match(String(error.requestID), /^req_/);
        return true;
      });
    });

    it('a stream that breaks is an error, never half an answer', async () => {
      upstream.handler = async (call) => {
        call.sseHead();
        const chat = call.request.path.endsWith('/chat/completions');
        const text = chat ? chatSse(chatTurn()) : responsesSse(responsesTurn());
        await call.write(text.slice(0, text.length / 2));
        call.destroy();
      };
      await assert.rejects(client.messages.stream(params).finalMessage(), APIError);
    });

    it('the models', async () => {
      const page = await client.models.list();
      assert.ok(page.data.some(({ id }) => id === MODEL));
    });
  });
}
