/** The real `@anthropic-ai/sdk` on every family of upstreams. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { breakOff, CALL, callTool, FOUND, KEY, say, startPools } from './pools.ts';
import { itRepeats } from './faults.ts';

const { origin, pools } = await startPools({ after });
const clientOf = (options: { fetch?: typeof fetch; maxRetries?: number } = {}): Anthropic =>
  new Anthropic({ baseURL: origin, apiKey: KEY, ...options });
const client = clientOf({ maxRetries: 0 });
const question = (content: string): Anthropic.MessageParam => ({ role: 'user', content });
const messages = [question('Where is ZX10?')];
const Place = z.object({ city: z.string() });

const TOOL: Anthropic.Tool = {
  name: CALL.name,
  description: 'Look up a parcel',
  input_schema: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
};

for (const pool of pools) {
  const { name, model, upstream } = pool;
  const params = { model, max_tokens: 100, messages };
  describe(`@anthropic-ai/sdk on ${name}`, () => {
    it('a whole answer', async () => {
      pool.answer = say(pool);
      const answer = await client.messages.create(params);
      assert.deepEqual(answer.content, [{ type: 'text', text: 'Hello from upstream' }]);
      assert.equal(answer.stop_reason, 'end_turn');
      assert.equal(answer.role, 'assistant');
      assert.deepEqual(countsOf(answer.usage), [20, 100, 30]);
    });

    it('a stream', async () => {
      pool.answer = say(pool);
      const stream = client.messages.stream(params);
      let text = '';
      stream.on('text', (delta) => (text += delta));
      const answer = await stream.finalMessage();
      assert.equal(text, 'Hello from upstream');
      assert.deepEqual(answer.content, [{ type: 'text', text }]);
      assert.equal(answer.stop_reason, 'end_turn');
      assert.deepEqual(countsOf(answer.usage), [20, 100, 30]);
      assert.match(String(stream.request_id), /^req_[0-9a-f]{8}$/);
    });

    for (const stream of [false, true]) {
      it(`a tool and its result, ${stream ? 'streamed' : 'whole'}`, async () => {
        pool.answer = callTool(pool);
        const ask = async (asked: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
          const turn = { ...params, messages: asked, tools: [TOOL] };
          if (stream) return client.messages.stream(turn).finalMessage();
          return client.messages.create(turn);
        };
        const first = await ask(messages);
        assert.equal(first.stop_reason, 'tool_use');
        const call = first.content.find((block) => block.type === 'tool_use');
        assert.equal(call?.name, CALL.name);
        assert.deepEqual(call?.input, { code: 'ZX10' });
        const id = call?.id ?? '';
        const second = await ask([
          ...messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: FOUND }] },
        ]);
        assert.deepEqual(second.content, [{ type: 'text', text: `In ${FOUND}` }]);
      });
    }

    it('structured output', async () => {
      pool.answer = say(pool, '{"city":"Oslo"}');
      const output_config = { format: zodOutputFormat(Place) };
      const answer = await client.messages.parse({ ...params, output_config });
      assert.deepEqual(answer.parsed_output, { city: 'Oslo' });
      const sent = upstream.requests.at(-1)?.body.toString() ?? '';
      assert.match(sent, /"city":\{"type":"string"/);
    });

    it('counts tokens', async () => {
      const small = await client.messages.countTokens({ model, messages });
      const long = [question('lorem ipsum '.repeat(100))];
      const large = await client.messages.countTokens({ model, messages: long, tools: [TOOL] });
      assert.ok(small.input_tokens > 0);
      assert.ok(large.input_tokens > small.input_tokens + 200);
    });

    itRepeats(pool, {
      ask: (failing, fetch) => clientOf({ fetch }).messages.create({ ...params, model: failing }),
      errors: Anthropic,
    });

    it('a stream that breaks off throws', async () => {
      const cut = breakOff(pool);
      const stream = client.messages.stream(params);
      let text = '';
      stream.on('text', (delta) => {
        text += delta;
        cut();
      });
      await assert.rejects(stream.finalMessage(), Anthropic.APIError);
      assert.match(text, /^Hello/);
    });
  });
}

describe('@anthropic-ai/sdk', () => {
  it('a wrong key and an unknown model have classes that Claude Code does not repeat', async () => {
    const stranger = new Anthropic({ baseURL: origin, apiKey: 'wrong', maxRetries: 0 });
    const ask = (sdk: Anthropic, model: string): Promise<unknown> =>
      sdk.messages.create({ model, max_tokens: 10, messages });
    await assert.rejects(ask(stranger, 'big-1'), Anthropic.PermissionDeniedError);
    await assert.rejects(ask(client, 'nobody'), (thrown: unknown) => {
      assert.ok(thrown instanceof Anthropic.NotFoundError);
      assert.match(String(thrown.requestID), /^req_/);
      return true;
    });
  });

  it('lists the models of all families', async () => {
    const { data } = await client.models.list();
    for (const { model } of pools) assert.ok(data.some(({ id }) => id === model));
  });
});

const countsOf = (usage: Anthropic.Usage): unknown[] => [
  usage.input_tokens,
  usage.cache_read_input_tokens,
  usage.output_tokens,
];
