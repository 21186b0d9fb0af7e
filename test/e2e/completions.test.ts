/** Text completions of the real SDK, through the whole proxy. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import OpenAI from 'openai';
import { sendRequest } from '../support/http-client.ts';
import { startProxy } from '../support/proxy.ts';

describe('POST /v1/completions', async () => {
  const proxy = await startProxy({ after }, {});
  const client = new OpenAI({ baseURL: `${proxy.origin}/v1`, apiKey: 'any', maxRetries: 0 });

  it('answers the SDK with one text', async () => {
    const answer = await client.completions.create({
      model: 'sandbox',
      prompt: 'Once upon a time',
    });
    assert.equal(answer.object, 'text_completion');
    assert.match(answer.choices[0]?.text ?? '', /Once upon a time/);
    assert.equal(answer.choices[0]?.finish_reason, 'stop');
    assert.ok((answer.usage?.total_tokens ?? 0) > 0);
  });

  it('streams to the SDK', async () => {
    const stream = await client.completions.create({
      model: 'sandbox',
      prompt: ['Once upon a time'],
      stream: true,
    });
    let text = '';
    const reasons: string[] = [];
    for await (const chunk of stream) {
      const [choice] = chunk.choices;
      text += choice?.text ?? '';
      // The type says it is always there; a stream says null until the end.
      const reason = choice?.finish_reason as string | null | undefined;
      if (typeof reason === 'string') reasons.push(reason);
    }
    assert.match(text, /Once upon a time/);
    assert.deepEqual(reasons, ['stop']);
  });

  it('refuses what it can not do in the dialect of the SDK', async () => {
    await assert.rejects(
      client.completions.create({ model: 'sandbox', prompt: [1, 2, 3] }),
      (error: unknown) => error instanceof OpenAI.BadRequestError && /prompt/.test(error.message),
    );
  });

  it('a Responses body on the chat endpoint gets a chat answer', async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/chat/completions`, {
      body: { model: 'sandbox', input: 'Hi there' },
    });
    assert.equal((await answer.json())['object'], 'chat.completion');
  });
});
