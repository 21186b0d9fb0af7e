/** Whole turns through front, actor and a scripted upstream: each client format on each upstream. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { sendRequest } from '../support/http-client.ts';
import { chatObject, chatSse, chatTurn, responsesSse, responsesTurn } from '../support/turns.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

describe('a turn through the proxy', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1),
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${upstream.origin}/acme/v1`,
          'api-key-entries': [{ 'api-key': 'acme-key' }],
          models: [{ name: 'vendor/big', alias: 'big' }],
        },
      ],
    },
  );
  const chat = `${proxy.origin}/v1/chat/completions`;
  const responses = `${proxy.origin}/v1/responses`;
  const messages = [{ role: 'user', content: 'Hi' }];

  it('chat on Codex, streamed: chunks, one [DONE], diagnostic headers', async () => {
    upstream.handler = (call) => call.turn({ text: 'Hello there' });
    const answer = await sendRequest(chat, { body: { model: 'gpt-5.5', stream: true, messages } });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
    assert.match(answer.headers['x-switchyard-account'] ?? '', /^[0-9a-f]{16}$/);
    assert.equal(answer.headers['x-switchyard-continuity'], 'request_affinity');
    const frames = await answer.frames();
    const text = frames
      .filter((frame) => frame.data !== '[DONE]')
      .map((frame) => JSON.parse(frame.data) as { choices: { delta: { content?: string } }[] })
      .map((chunk) => chunk.choices[0]?.delta.content ?? '')
      .join('');
    assert.equal(text, 'Hello there');
    assert.equal(frames.filter((frame) => frame.data === '[DONE]').length, 1);
    assert.equal(frames.at(-1)?.data, '[DONE]');
    const sent = upstream.requests.at(-1);
    assert.equal(sent?.path, '/v1/responses');
    assert.equal(sent.headers['authorization'], 'Bearer key-0');
    assert.equal(sent.json()['stream'], true);
    assert.equal(sent.headers['session-id'], sent.json()['prompt_cache_key']);
  });

  it('chat on Codex, whole: one chat.completion with usage', async () => {
    upstream.handler = (call) => call.turn({ text: 'Hello there', usage: { cachedTokens: 64 } });
    const answer = await sendRequest(chat, { body: { model: 'gpt-5.5', messages } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.ok(Number(answer.headers['content-length']) > 0);
    const body = (await answer.json()) as {
      object: string;
      choices: { message: { content: string } }[];
      usage: { prompt_tokens_details: { cached_tokens: number } };
    };
    assert.equal(body.object, 'chat.completion');
    assert.equal(body.choices[0]?.message.content, 'Hello there');
    assert.equal(body.usage.prompt_tokens_details.cached_tokens, 64);
  });

  it('Responses on Codex, streamed: the upstream events reach the client byte for byte', async () => {
    upstream.handler = (call) => call.turn({ text: 'Hello there' });
    const answer = await sendRequest(responses, {
      body: { model: 'gpt-5.5', stream: true, input: 'Hi', prompt_cache_key: 'conv-1' },
    });
    assert.equal(await answer.text(), responsesSse(responsesTurn({ text: 'Hello there' })));
    assert.equal(upstream.requests.at(-1)?.json()['prompt_cache_key'], 'conv-1');
    assert.equal(upstream.requests.at(-1)?.headers['session-id'], 'conv-1');
    assert.equal(answer.headers['x-switchyard-continuity'], 'prompt_cache_key');
  });

  it('Responses on Codex, whole: the response object', async () => {
    upstream.handler = (call) => call.turn({ text: 'Hello there' });
    const answer = await sendRequest(responses, { body: { model: 'gpt-5.5', input: 'Hi' } });
    const body = await answer.json();
    assert.equal(body['object'], 'response');
    assert.equal(body['status'], 'completed');
  });

  it('chat on a compatible provider: only the model changes, the alias is mapped', async () => {
    upstream.handler = (call) => call.sse(chatSse(chatTurn({ text: 'Hello there' })));
    const answer = await sendRequest(chat, {
      body: { model: 'big', stream: true, messages, seed: 7 },
    });
    const frames = await answer.frames();
    assert.equal(frames.filter((frame) => frame.data === '[DONE]').length, 1);
    const sent = upstream.requests.at(-1);
    assert.equal(sent?.path, '/acme/v1/chat/completions');
    assert.deepEqual(sent.json(), {
      model: 'vendor/big',
      stream: true,
      messages,
      seed: 7,
      stream_options: { include_usage: true },
    });
  });

  it('chat on a compatible provider, whole: the upstream bytes', async () => {
    const whole = JSON.stringify(chatObject({ text: 'Hello there' }), null, 1);
    upstream.handler = (call) => call.json(200, whole);
    const answer = await sendRequest(chat, { body: { model: 'big', messages } });
    assert.equal(await answer.text(), whole);
  });

  it('Responses on a compatible provider: translated both ways', async () => {
    upstream.handler = (call) => call.sse(chatSse(chatTurn({ text: 'Hello there' })));
    const answer = await sendRequest(responses, {
      body: { model: 'big', stream: true, input: 'Hi' },
    });
    const frames = await answer.frames();
    assert.equal(frames.at(-1)?.event, 'response.completed');
    assert.deepEqual(upstream.requests.at(-1)?.json()['messages'], [
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('lists the models of all credentials, sorted', async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/models`);
    const body = (await answer.json()) as { object: string; data: { id: string }[] };
    assert.equal(body.object, 'list');
    const ids = body.data.map((model) => model.id);
    assert.deepEqual(ids, [...ids].sort());
    assert.ok(ids.includes('big') && ids.includes('gpt-5.5'));
  });
});
