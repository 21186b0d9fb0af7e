/** The real `openai` SDK with Chat Completions, on every family of upstreams. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { breakOff, CALL, callTool, FOUND, KEY, say, startPools } from './pools.ts';
import { hurriedFetch, itRepeats } from './faults.ts';

const { origin, pools } = await startPools({ after });
const clientOf = (options: { fetch?: typeof fetch; maxRetries?: number } = {}): OpenAI =>
  new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, ...options });
const client = clientOf({ maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'Where is ZX10?' }];
const Place = z.object({ city: z.string() });

for (const pool of pools) {
  const { name, model, upstream } = pool;
  // Google counts thoughts beside the answer, and chat clients see that (translate-gemini-thinking.md 4.4).
  const counts = [120, 100, name === 'gemini' ? 18 : 30];
  describe(`openai, chat on ${name}`, () => {
    it('a whole answer', async () => {
      pool.answer = say(pool);
      const answer = await client.chat.completions.create({ model, messages });
      const [choice] = answer.choices;
      assert.equal(choice?.message.content, 'Hello from upstream');
      assert.equal(choice?.finish_reason, 'stop');
      assert.deepEqual(countsOf(answer.usage), counts);
    });

    it('a stream', async () => {
      pool.answer = say(pool);
      const options = { include_usage: true };
      const stream = client.chat.completions.stream({ model, messages, stream_options: options });
      let text = '';
      stream.on('content', (delta) => (text += delta));
      const { choices, usage } = await stream.finalChatCompletion();
      assert.equal(text, 'Hello from upstream');
      assert.equal(choices[0]?.message.content, text);
      assert.equal(choices[0]?.finish_reason, 'stop');
      assert.deepEqual(countsOf(usage), counts);
    });

    for (const stream of [false, true]) {
      it(`a tool that the SDK runs by itself, ${stream ? 'streamed' : 'whole'}`, async () => {
        pool.answer = callTool(pool);
        const calls: unknown[] = [];
        const tool = zodFunction({
          name: CALL.name,
          parameters: z.object({ code: z.string() }),
          function: (parcel) => {
            calls.push(parcel);
            return FOUND;
          },
        });
        const runner = stream
          ? client.chat.completions.runTools({ model, messages, tools: [tool], stream: true })
          : client.chat.completions.runTools({ model, messages, tools: [tool] });
        assert.equal(await runner.finalContent(), `In ${FOUND}`);
        assert.deepEqual(calls, [{ code: 'ZX10' }]);
      });
    }

    it('structured output', async () => {
      pool.answer = say(pool, '{"city":"Oslo"}');
      const answer = await client.chat.completions.parse({
        model,
        messages,
        response_format: zodResponseFormat(Place, 'place'),
      });
      assert.deepEqual(answer.choices[0]?.message.parsed, { city: 'Oslo' });
      const sent = upstream.requests.at(-1)?.body.toString() ?? '';
      assert.match(sent, /"city":\{"type":"string"/);
    });

    itRepeats(pool, {
      ask: (failing, fetch) =>
        clientOf({ fetch }).chat.completions.create({ model: failing, messages }),
      errors: OpenAI,
    });

    it('a lost connection is repeated, and the second attempt answers', async () => {
      pool.answer = (call) => {
        pool.answer = say(pool);
        call.reset();
      };
      const { fetch, seen } = hurriedFetch();
      const answer = await clientOf({ fetch }).chat.completions.create({ model, messages });
      assert.equal(answer.choices[0]?.message.content, 'Hello from upstream');
      assert.deepEqual(
        seen.map(({ status }) => status),
        [502, 200],
      );
    });

    it('a stream that breaks off throws', async () => {
      const cut = breakOff(pool);
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      let text = '';
      const reading = async (): Promise<void> => {
        for await (const { choices } of stream) {
          text += choices[0]?.delta.content ?? '';
          if (text !== '') cut();
        }
      };
      await assert.rejects(reading, OpenAI.APIError);
      assert.match(text, /^Hello/);
    });
  });
}

describe('openai, chat', () => {
  it('a wrong key and an unknown model have their own classes', async () => {
    const stranger = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'wrong', maxRetries: 0 });
    const ask = (sdk: OpenAI, model: string): Promise<unknown> =>
      sdk.chat.completions.create({ model, messages });
    await assert.rejects(ask(stranger, 'big-1'), OpenAI.AuthenticationError);
    await assert.rejects(ask(client, 'nobody'), { status: 400, code: 'model_not_found' });
  });
});

const countsOf = (usage: OpenAI.CompletionUsage | undefined): unknown[] => [
  usage?.prompt_tokens,
  usage?.prompt_tokens_details?.cached_tokens,
  usage?.completion_tokens,
];
