/** The real `openai` SDK with Responses, on every family of upstreams. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { breakOff, CALL, callTool, FOUND, KEY, say, startPools } from './pools.ts';
import { itRepeats } from './faults.ts';

type Input = OpenAI.Responses.ResponseInputItem;

const { origin, pools } = await startPools({ after });
const clientOf = (options: { fetch?: typeof fetch; maxRetries?: number } = {}): OpenAI =>
  new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, ...options });
const client = clientOf({ maxRetries: 0 });
const question: Input = { role: 'user', content: 'Where is ZX10?' };
const Place = z.object({ city: z.string() });

const TOOL: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: CALL.name,
  strict: true,
  parameters: {
    type: 'object',
    properties: { code: { type: 'string' } },
    required: ['code'],
    additionalProperties: false,
  },
};

for (const pool of pools) {
  const { name, model, upstream } = pool;
  // Google counts thoughts beside the answer (translate-gemini-thinking.md 5.5).
  const counts = [120, 100, name === 'gemini' ? 18 : 30];
  describe(`openai, Responses on ${name}`, () => {
    it('a whole answer', async () => {
      pool.answer = say(pool);
      const answer = await client.responses.create({ model, input: [question] });
      assert.equal(answer.output_text, 'Hello from upstream');
      assert.equal(answer.status, 'completed');
      assert.deepEqual(countsOf(answer.usage), counts);
    });

    it('a stream', async () => {
      pool.answer = say(pool);
      const stream = client.responses.stream({ model, input: [question] });
      let text = '';
      stream.on('response.output_text.delta', ({ delta }) => (text += delta));
      const answer = await stream.finalResponse();
      assert.equal(text, 'Hello from upstream');
      assert.equal(textOf(answer), text);
      assert.deepEqual(countsOf(answer.usage), counts);
    });

    for (const stream of [false, true]) {
      it(`a tool and its result, ${stream ? 'streamed' : 'whole'}`, async () => {
        pool.answer = callTool(pool);
        const ask = async (input: Input[]): Promise<OpenAI.Responses.Response> => {
          const asked = { model, input, tools: [TOOL], store: false };
          if (stream) return client.responses.stream(asked).finalResponse();
          return client.responses.create(asked);
        };
        const first = await ask([question]);
        const call = first.output.find((item) => item.type === 'function_call');
        assert.equal(call?.name, CALL.name);
        assert.deepEqual(JSON.parse(call?.arguments ?? ''), { code: 'ZX10' });
        const second = await ask([
          question,
          ...(first.output as Input[]),
          { type: 'function_call_output', call_id: call?.call_id ?? '', output: FOUND },
        ]);
        assert.equal(textOf(second), `In ${FOUND}`);
      });
    }

    it('structured output', async () => {
      pool.answer = say(pool, '{"city":"Oslo"}');
      const text = { format: zodTextFormat(Place, 'place') };
      const answer = await client.responses.parse({ model, input: [question], text });
      assert.deepEqual(answer.output_parsed, { city: 'Oslo' });
      const sent = upstream.requests.at(-1)?.body.toString() ?? '';
      assert.match(sent, /"city":\{"type":"string"/);
    });

    itRepeats(pool, {
      ask: (failing, fetch) =>
        clientOf({ fetch }).responses.create({ model: failing, input: 'Where is ZX10?' }),
      errors: OpenAI,
    });

    it('a stream that breaks off throws', async () => {
      const cut = breakOff(pool);
      const stream = client.responses.stream({ model, input: [question] });
      let text = '';
      stream.on('response.output_text.delta', ({ delta }) => {
        text += delta;
        cut();
      });
      // The SDK throws the event as it came.
      await assert.rejects(stream.finalResponse(), {
        type: 'error',
        message: /closed the connection/,
      });
      assert.match(text, /^Hello/);
    });
  });
}

/** `output_text` of the SDK is missing where it streamed. */
const textOf = ({ output }: OpenAI.Responses.Response): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');

const countsOf = (usage: OpenAI.Responses.ResponseUsage | undefined): unknown[] => [
  usage?.input_tokens,
  usage?.input_tokens_details.cached_tokens,
  usage?.output_tokens,
];
