/** What a newcomer sees: no credential at all, and still answers, caches and moves. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import OpenAI from 'openai';
import { sendRequest } from '../support/http-client.ts';
import { connectSocket, type SocketEvent } from '../support/socket-client.ts';
import { startProxy } from '../support/proxy.ts';
import { waitUntil } from '../support/wait.ts';

interface Usage {
  cached_tokens?: number;
}

describe('a proxy without credentials', async () => {
  const proxy = await startProxy({ after }, {});
  const client = new OpenAI({ baseURL: `${proxy.origin}/v1`, apiKey: 'any', maxRetries: 0 });

  it('says that the sandbox answers', () => {
    const line = proxy.lines.find(({ msg }) => String(msg).includes('sandbox answers'));
    assert.deepEqual(line?.['models'], ['sandbox', 'sandbox-mini']);
  });

  it('streams a chat answer to the real SDK, with usage', async () => {
    const stream = await client.chat.completions.create({
      model: 'sandbox',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello from the SDK' }],
    });
    let text = '';
    let total = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      total = chunk.usage?.total_tokens ?? total;
    }
    assert.match(text, /Hello from the SDK/);
    assert.ok(total > 0);
  });

  it('reports cached tokens on the second turn of a conversation', async () => {
    const ask = (...turns: string[]) =>
      client.responses.create({
        model: 'sandbox',
        prompt_cache_key: 'newcomer',
        input: turns.map((content) => ({ role: 'user' as const, content })),
      });
    const long = 'A long first message that is worth caching. '.repeat(20);
    const first = await ask(long);
    const second = await ask(long, 'And now?');
    const cached = (usage: { input_tokens_details?: Usage } | undefined): number =>
      usage?.input_tokens_details?.cached_tokens ?? 0;
    assert.equal(cached(first.usage), 0);
    assert.ok(cached(second.usage) > 0);
  });

  it('moves a conversation to the other account when the first is exhausted', async () => {
    const ask = (content: string) =>
      sendRequest(`${proxy.origin}/v1/chat/completions`, {
        headers: { 'x-session-id': 'mover' },
        body: { model: 'sandbox', messages: [{ role: 'user', content }] },
      });
    const before = await ask('Hello');
    const moved = await ask('sandbox:429 30');
    const after429 = await ask('Still there?');
    const account = (answer: { headers: Record<string, string> }): string | undefined =>
      answer.headers['x-switchyard-account'];
    for (const answer of [before, moved, after429]) assert.equal(answer.status, 200);
    assert.notEqual(account(moved), account(before));
    assert.equal(account(after429), account(moved));
  });

  it('calls a tool and streams Responses events in order to the SDK', async () => {
    const stream = client.responses.stream({
      model: 'sandbox-mini',
      input: 'sandbox:tool read {"path":"a.txt"}',
      tools: [
        {
          type: 'function',
          name: 'read',
          strict: false,
          parameters: { type: 'object', properties: { path: { type: 'string' } } },
        },
      ],
    });
    const final = await stream.finalResponse();
    const call = final.output.find((item) => item.type === 'function_call');
    assert.equal(call?.name, 'read');
    assert.deepEqual(JSON.parse(call?.arguments ?? ''), { path: 'a.txt' });
  });

  it('speaks the WebSocket of Codex, and knows the quota of its accounts', async (test) => {
    const socket = await connectSocket(test, proxy.origin);
    const frame = (input: unknown[], more: object = {}): object => ({
      type: 'response.create',
      model: 'sandbox',
      prompt_cache_key: 'codex',
      input,
      ...more,
    });
    const idOf = (events: SocketEvent[]): string =>
      (events.at(-1)?.['response'] as { id: string }).id;
    const base = { role: 'developer', content: 'Base instructions. '.repeat(30) };
    const warm = await socket.turn(frame([base], { generate: false }));
    const ask = { role: 'user', content: 'Hello over a socket' };
    const answer = await socket.turn(frame([ask], { previous_response_id: idOf(warm) }));
    const text = JSON.stringify(answer.at(-1));
    assert.match(text, /Hello over a socket.*\d+ of its \d+ input tokens came from the cache/);
    const quota = await waitUntil(
      () => proxy.supervisor.accounts().find((account) => account.quota !== undefined)?.quota,
      'a quota reading',
    );
    assert.equal(quota.plan, 'sandbox');
    assert.equal(quota.limits[0]?.primary?.windowMinutes, 300);
  });

  it('answers an error that the SDK understands', async () => {
    await assert.rejects(
      client.chat.completions.create({ model: 'nothing', messages: [] }),
      (error: unknown) =>
        error instanceof OpenAI.BadRequestError && error.code === 'model_not_found',
    );
  });
});
