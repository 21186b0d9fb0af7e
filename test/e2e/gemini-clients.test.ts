/**
 * Gemini clients through the whole proxy: how Google's own SDK reads streams (more of it:
 * sdk/google.test.ts), the forms of paths, keys, lists and errors (clients.md 3, 3.1, 4.3, 8;
 * translate-gemini-thinking.md 1.3, 1.7). Recorded conversations: recordings/.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { GoogleGenAI } from '@google/genai';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import {
  chunksIn,
  EVENTS,
  finishesIn,
  geminiPath,
  partsIn,
  shortGeminiTurn,
  STREAM,
  textIn,
  type GeminiChunk,
} from '../support/gemini.ts';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const MODEL = 'gemini-2.5-pro';

async function chunksOf(answer: ClientAnswer): Promise<GeminiChunk[]> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  const type = answer.headers['content-type'] ?? '';
  return type.startsWith('text/event-stream') ? chunksIn(text) : [JSON.parse(text) as GeminiChunk];
}

async function checkWhole(answer: ClientAnswer): Promise<void> {
  const chunks = await chunksOf(answer);
  assert.equal(textIn(chunks), 'Hello from upstream');
  assert.deepEqual(finishesIn(chunks), ['STOP']);
  const last = chunks.at(-1);
  assert.equal(last?.candidates?.[0]?.finishReason, 'STOP', 'the last chunk ends the answer');
  assert.deepEqual(last.usageMetadata, {
    promptTokenCount: 120,
    candidatesTokenCount: 18,
    totalTokenCount: 150,
    thoughtsTokenCount: 12,
    cachedContentTokenCount: 100,
  });
}

describe("Google's SDK, in the release of Gemini CLI", async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1, [MODEL]),
      'api-keys': ['client-key'],
      streaming: { 'keepalive-seconds': 1 },
    },
  );
  const sdk = new GoogleGenAI({
    apiKey: 'client-key',
    httpOptions: { baseUrl: proxy.origin },
  });

  it('streams across a keep-alive', async () => {
    const rest = makeGate();
    const events = responsesTurn().map((event) => responsesSse([event]));
    const delta = events.findIndex((event) => event.includes('output_text.delta'));
    upstream.handler = async (call) => {
      call.sseHead();
      await call.write(events.slice(0, delta + 1).join(''));
      await rest.passed;
      call.end(events.slice(delta + 1).join(''));
    };
    // The same stream beside it shows when a beat is due, and what it is: a line feed, no comment.
    const path = geminiPath(MODEL, STREAM, EVENTS);
    const headers = { 'x-goog-api-key': 'client-key' };
    const stream = await sdk.models.generateContentStream({ model: MODEL, contents: 'Hi' });
    const seen = sendRequest(proxy.origin + path, { headers, body: shortGeminiTurn() });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.text ?? '';
    })();
    const answer = await seen;
    await waitUntil(() => answer.received.toString().endsWith('}\n\n\n'), 'a keep-alive');
    rest.open();
    await reading;
    assert.equal(text, 'Hello from upstream');
    assert.equal(textIn(chunksIn(await answer.text())), 'Hello from upstream');
  });

  it('fails when a stream ends too early, instead of taking it for whole', async () => {
    const [begin = '', ...rest] = responsesTurn().map((event) => responsesSse([event]));
    const delta = rest.findIndex((event) => event.includes('output_text.delta'));
    upstream.handler = (call) => call.sse(begin + rest.slice(0, delta + 1).join(''));
    const stream = await sdk.models.generateContentStream({ model: MODEL, contents: 'Hi' });
    await assert.rejects(async () => {
      for await (const chunk of stream)
        assert.equal(chunk.candidates?.[0]?.finishReason, undefined);
    });
  });
});

describe('paths and keys of Gemini clients', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': [
        { ...codexKeys(upstream.origin, 1, ['m'])[0], prefix: 'team-a' },
        { ...codexKeys(upstream.origin, 1, ['m'])[0], 'api-key': 'other' },
      ],
      'api-keys': ['client-key'],
    },
  );
  const ask = (path: string, headers: Record<string, string> = {}): Promise<ClientAnswer> =>
    sendRequest(proxy.origin + path, { headers, body: shortGeminiTurn() });
  const keyed = { 'x-goog-api-key': 'client-key' };

  const PATHS = [
    '/v1beta/models/m:generateContent',
    '/v1beta/models/m(high):generateContent',
    '/v1beta/models/m%28high%29:generateContent',
    '/v1/models/m(8192):generateContent',
    '/v1beta/models/team-a/m:generateContent',
    '/v1beta/team-a/m:generateContent',
    '/v1beta1/publishers/google/models/m:generateContent',
    '/v1beta/models/m:streamGenerateContent?alt=sse',
    '/v1/models/team-a/m(low):streamGenerateContent?alt=sse',
  ];
  for (const path of PATHS) {
    it(path, async () => {
      await checkWhole(await ask(path, keyed));
      assert.equal(upstream.requests.at(-1)?.json()['model'], 'm');
    });
  }

  it('vector 10: the suffix of the path decides about thinking', async () => {
    await checkWhole(await ask('/v1/models/m(64000):generateContent', keyed));
    const { effort } = upstream.requests.at(-1)?.json()['reasoning'] as { effort: string };
    assert.equal(effort, 'xhigh', 'a model of unknown abilities takes the word of the table');
  });

  const KEYS: [name: string, query: string, headers: Record<string, string>][] = [
    ['x-goog-api-key', '', keyed],
    ['the query', '?key=client-key', {}],
    ['Bearer beside the header (Gemini CLI)', '', { ...keyed, authorization: 'Bearer client-key' }],
  ];
  for (const [name, query, headers] of KEYS) {
    it(`a key in ${name}`, async () =>
      checkWhole(await ask(`/v1beta/models/m:generateContent${query}`, headers)));
  }

  it('without alt=sse a stream is one JSON array, element by element (differs from 1.3)', async () => {
    for (const query of ['', '?alt=json']) {
      const answer = await ask(`/v1beta/models/m:streamGenerateContent${query}`, keyed);
      assert.equal(answer.headers['content-type'], 'application/json');
      const chunks = JSON.parse(await answer.text()) as GeminiChunk[];
      assert.equal(textIn(chunks), 'Hello from upstream');
      assert.deepEqual(finishesIn(chunks), ['STOP']);
    }
  });

  const ERRORS: [name: string, path: string, headers: Record<string, string>, status: number][] = [
    ['an unknown verb', '/v1beta/models/m:embedContent', keyed, 404],
    ['no verb at a Vertex path', '/v1beta1/publishers/google/models/m', keyed, 404],
    ['an unknown model', '/v1beta/models/nobody:generateContent', keyed, 400],
  ];
  const WORDS: Record<number, string> = { 400: 'INVALID_ARGUMENT', 404: 'NOT_FOUND' };
  for (const [name, path, headers, status] of ERRORS) {
    it(`${name} is an error in Google's form`, async () => {
      const answer = await ask(path, headers);
      assert.equal(answer.status, status);
      const { error } = (await answer.json()) as GeminiChunk;
      assert.equal(error?.code, status);
      assert.equal(error.status, WORDS[status]);
      assert.notEqual(error.message, '');
    });
  }

  it('a body that is no JSON, and one that is no conversation', async () => {
    for (const body of ['{"contents": [', '{"contents": 7}']) {
      const answer = await sendRequest(`${proxy.origin}/v1beta/models/m:generateContent`, {
        headers: keyed,
        body,
      });
      assert.equal(answer.status, 400);
      const { error } = (await answer.json()) as GeminiChunk;
      assert.equal(error?.status, 'INVALID_ARGUMENT');
    }
  });

  it('a quota of the upstream is told with the time to wait', async () => {
    const before = upstream.handler;
    upstream.handler = (call) =>
      call.json(
        429,
        { error: { message: 'slow down', type: 'rate_limit' } },
        { 'retry-after': '7' },
      );
    const answer = await ask('/v1beta/models/team-a/m:generateContent', keyed);
    upstream.handler = before;
    assert.equal(answer.status, 429);
    const { error } = (await answer.json()) as GeminiChunk;
    assert.equal(error?.status, 'RESOURCE_EXHAUSTED');
    assert.match(error.details?.at(-1)?.['retryDelay'] ?? '', /^\d+s$/);
  });

  it('1.7: the size of a request, estimated', async () => {
    const contents = [{ parts: [{ text: 'one two three' }] }];
    for (const body of [{ contents }, { generateContentRequest: { contents } }]) {
      const path = `${proxy.origin}/v1beta/models/m:countTokens`;
      const answer = await sendRequest(path, { headers: keyed, body });
      const counted = await answer.json();
      assert.deepEqual(counted, {
        totalTokens: 7,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 7 }],
      });
    }
  });

  it('the models, one by one too', async () => {
    const get = (path: string): Promise<ClientAnswer> =>
      sendRequest(proxy.origin + path, { headers: keyed });
    const { models } = (await (await get('/v1beta/models')).json()) as { models: unknown[] };
    const one = await (await get('/v1beta/models/team-a/m')).json();
    assert.equal(one['name'], 'models/team-a/m');
    assert.ok(models.some((model) => JSON.stringify(model) === JSON.stringify(one)));
    const none = await get('/v1beta/models/nobody');
    assert.equal(none.status, 404);
    assert.equal(((await none.json()) as GeminiChunk).error?.status, 'NOT_FOUND');
  });
});

describe('parallel calls', () => {
  it('9.2: all of them arrive, in their order (the reference keeps one)', async (t) => {
    const call = (index: number): Record<string, unknown> => ({
      type: 'response.output_item.done',
      output_index: index,
      item: {
        type: 'function_call',
        id: `fc_${String(index)}`,
        call_id: `call_${String(index)}`,
        name: 'f',
        arguments: `{"n":${String(index)}}`,
      },
    });
    const [created, ...rest] = responsesTurn();
    const events = [created, call(0), call(1), call(2), rest.at(-1)] as never[];
    const upstream = await startFakeUpstream(t, (exchange) => exchange.sse(responsesSse(events)));
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1, [MODEL]) });
    const path = geminiPath(MODEL, STREAM, EVENTS);
    const chunks = await chunksOf(
      await sendRequest(proxy.origin + path, { body: shortGeminiTurn() }),
    );
    assert.deepEqual(
      partsIn(chunks).map(({ functionCall }) => functionCall),
      [0, 1, 2].map((n) => ({ id: `call_${String(n)}`, name: 'f', args: { n } })),
    );
  });
});
