/** The real `@google/genai`, in the release of Gemini CLI, on every family of upstreams. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ApiError, GoogleGenAI, type FunctionDeclaration } from '@google/genai';
import { z } from 'zod';
import { breakOff, CALL, callTool, FOUND, KEY, say, startPools } from './pools.ts';
import { faultModel, FAULTS } from './faults.ts';
import type { GenerateContentResponseUsageMetadata } from '@google/genai';

const { origin, pools } = await startPools({ after });
const sdkOf = (apiKey: string): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin } });
const sdk = sdkOf(KEY);
const contents = 'Where is ZX10?';
const Place = z.object({ city: z.string() });

const TOOL: FunctionDeclaration = {
  name: CALL.name,
  parametersJsonSchema: { type: 'object', properties: { code: { type: 'string' } } },
};

for (const pool of pools) {
  const { name, model, upstream } = pool;
  // Anthropic's answers do not tell how much of them was thinking.
  const counts = name === 'claude' ? [120, 100, 30, 150] : [120, 100, 18, 150];
  describe(`@google/genai on ${name}`, () => {
    it('a whole answer', async () => {
      pool.answer = say(pool);
      const answer = await sdk.models.generateContent({ model, contents });
      assert.equal(answer.text, 'Hello from upstream');
      assert.equal(answer.candidates?.[0]?.finishReason, 'STOP');
      assert.deepEqual(countsOf(answer.usageMetadata), counts);
    });

    it('a stream', async () => {
      pool.answer = say(pool);
      const chunks = [];
      for await (const chunk of await sdk.models.generateContentStream({ model, contents })) {
        chunks.push(chunk);
      }
      assert.equal(chunks.map(({ text = '' }) => text).join(''), 'Hello from upstream');
      const last = chunks.at(-1);
      assert.equal(last?.candidates?.[0]?.finishReason, 'STOP');
      assert.deepEqual(countsOf(last.usageMetadata), counts);
    });

    for (const stream of [false, true]) {
      it(`a chat with a tool, ${stream ? 'streamed' : 'whole'}`, async () => {
        pool.answer = callTool(pool);
        const chat = sdk.chats.create({
          model,
          config: { tools: [{ functionDeclarations: [TOOL] }] },
        });
        const send = async (message: Parameters<typeof chat.sendMessage>[0]['message']) => {
          if (!stream) return [await chat.sendMessage({ message })];
          const chunks = [];
          for await (const chunk of await chat.sendMessageStream({ message })) chunks.push(chunk);
          return chunks;
        };
        const calls = (await send(contents)).flatMap(({ functionCalls = [] }) => functionCalls);
        assert.deepEqual(
          calls.map(({ name: called, args }) => [called, args]),
          [[CALL.name, { code: 'ZX10' }]],
        );
        const id = calls[0]?.id;
        const functionResponse = { id, name: CALL.name, response: { output: FOUND } };
        const answer = await send([{ functionResponse }]);
        assert.equal(answer.map(({ text = '' }) => text).join(''), `In ${FOUND}`);
      });
    }

    it('a tool that the SDK runs by itself', async () => {
      pool.answer = callTool(pool);
      const calls: unknown[] = [];
      const tool = {
        tool: () => Promise.resolve({ functionDeclarations: [TOOL] }),
        callTool: (asked: { id?: string; name?: string; args?: unknown }[]) => {
          calls.push(...asked.map(({ args }) => args));
          const answers = asked.map(({ id, name: called }) => ({
            functionResponse: { id, name: called, response: { output: FOUND } },
          }));
          return Promise.resolve(answers);
        },
      };
      const answer = await sdk.models.generateContent({
        model,
        contents,
        config: { tools: [tool] },
      });
      assert.equal(answer.text, `In ${FOUND}`);
      assert.deepEqual(calls, [{ code: 'ZX10' }]);
    });

    it('structured output', async () => {
      pool.answer = say(pool, '{"city":"Oslo"}');
      const config = {
        responseMimeType: 'application/json',
        responseJsonSchema: z.toJSONSchema(Place),
      };
      const answer = await sdk.models.generateContent({ model, contents, config });
      assert.deepEqual(Place.parse(JSON.parse(answer.text ?? '')), { city: 'Oslo' });
      const sent = upstream.requests.at(-1)?.body.toString() ?? '';
      assert.match(sent, /"city":\{"type":"string"/);
    });

    it('counts tokens', async () => {
      const small = await sdk.models.countTokens({ model, contents });
      const large = await sdk.models.countTokens({ model, contents: 'lorem ipsum '.repeat(100) });
      assert.ok((small.totalTokens ?? 0) > 0);
      assert.ok((large.totalTokens ?? 0) > (small.totalTokens ?? 0) + 150);
    });

    for (const fault of FAULTS) {
      const [[status] = [0]] = fault.attempts;
      it(`${fault.name}: one attempt, then ApiError ${String(status)}`, async () => {
        const asked = upstream.requests.length;
        const ask = (): Promise<unknown> =>
          sdk.models.generateContent({ model: faultModel(pool.family, fault), contents });
        await assert.rejects(ask, isApiError(status, fault.first));
        assert.equal(upstream.requests.length, asked + 1);
      });
    }

    it('all accounts cooling down: one attempt, told with the wait', async () => {
      const [fault] = FAULTS;
      assert.equal(fault?.name, '429');
      const asked = upstream.requests.length;
      const ask = (): Promise<unknown> =>
        sdk.models.generateContent({ model: faultModel(pool.family, fault), contents });
      await assert.rejects(ask, isApiError(429, /"retryDelay":"\d+s"/));
      await assert.rejects(ask, isApiError(429, fault.last));
      assert.equal(upstream.requests.length, asked);
    });

    it('a stream that breaks off throws', async () => {
      const cut = breakOff(pool);
      const stream = await sdk.models.generateContentStream({ model, contents });
      let text = '';
      const reading = async (): Promise<void> => {
        for await (const chunk of stream) {
          text += chunk.text ?? '';
          cut();
        }
      };
      await assert.rejects(reading, Error);
      assert.match(text, /^Hello/);
    });
  });
}

describe('@google/genai', () => {
  it('a wrong key and an unknown model are told in the form that it reads', async () => {
    const ask = (apiKey: string, model: string): Promise<unknown> =>
      sdkOf(apiKey).models.generateContent({ model, contents });
    await assert.rejects(ask('wrong', 'big-1'), isApiError(401, /Invalid API key/));
    await assert.rejects(ask(KEY, 'nobody'), isApiError(400, /"status":"INVALID_ARGUMENT"/));
  });

  it('lists the models of all families, and one of them', async () => {
    const names = [];
    for await (const { name } of await sdk.models.list()) names.push(name);
    for (const { model } of pools) assert.ok(names.includes(`models/${model}`), names.join());
    assert.equal((await sdk.models.get({ model: 'gpt-5.5' })).name, 'models/gpt-5.5');
  });
});

/** A check of what the SDK throws: its message is the body of the answer. */
function isApiError(status: number, words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ApiError, String(thrown));
    assert.equal(thrown.status, status);
    assert.match(thrown.message, words);
    return true;
  };
}

const countsOf = (usage: GenerateContentResponseUsageMetadata | undefined): unknown[] => [
  usage?.promptTokenCount,
  usage?.cachedContentTokenCount,
  usage?.candidatesTokenCount,
  usage?.totalTokenCount,
];
