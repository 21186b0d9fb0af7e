/**
 * Clients of every dialect on a `gemini-api-key`: whole conversations with tools, pictures, errors
 * and the accounts that rest after them (providers.md 2; translate-gemini-thinking.md 4 to 6).
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { googleBody, startFakeGoogle, USAGE } from '../support/fake-google.ts';
import { SIGNATURE } from '../support/google-wire.ts';
import { parseFrames, sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { endingOf, PATHS, shortTurn } from '../support/endings.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import type { UpstreamExchange } from '../support/fake-upstream.ts';

type Json = Record<string, unknown>;

const MODEL = 'gemini-2.5-pro';
const TOOL = 'look up';
const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { q: { type: 'string', pattern: '^c' } },
  required: ['q'],
};
const PICTURE = 'data:image/png;base64,iVBORw0K';

const geminiKeys = (origin: string, count: number, more: Json = {}): Json[] =>
  Array.from({ length: count }, (_, index) => ({
    'api-key': `key-${String(index)}`,
    'base-url': origin,
    priority: -index,
    ...more,
  }));

const keyOf = (call: UpstreamExchange): string => call.request.headers['x-goog-api-key'] ?? '';

/** The last data of a stream that names an object with this member, or the whole body. */
async function lastWith(answer: ClientAnswer, member: string): Promise<Json> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
    return JSON.parse(text) as Json;
  }
  const frames = parseFrames(text).filter(({ data }) => data.startsWith('{'));
  const found = frames.map(({ data }) => JSON.parse(data) as Json).filter((one) => member in one);
  return found.at(-1) ?? {};
}

/** One dialect's way to say the same conversation. */
interface Speaker {
  path: string;
  /** The first question; then everything up to the tool's result. */
  first: Json;
  second(callId: string, answer: Json): Json;
  /** The call in an answer that did not stream. */
  call(answer: Json): { id: string; name: string; arguments: unknown };
  text(answer: Json): unknown;
}

const chatTool = { type: 'function', function: { name: TOOL, parameters: SCHEMA } };
const QUESTION = 'what is on this picture?';

const chat: Speaker = {
  path: '/v1/chat/completions',
  first: {
    tools: [chatTool],
    reasoning_effort: 'high',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: QUESTION },
          { type: 'image_url', image_url: { url: PICTURE } },
        ],
      },
    ],
  },
  second(callId, answer) {
    const [choice] = answer['choices'] as { message: Json }[];
    const messages = [
      ...(this.first['messages'] as Json[]),
      choice?.message,
      { role: 'tool', tool_call_id: callId, content: 'a cat' },
    ];
    return { ...this.first, messages };
  },
  call(answer) {
    const [choice] = answer['choices'] as { message: { tool_calls: Json[] } }[];
    const [call] = choice?.message.tool_calls ?? [];
    const { name, arguments: text } = call?.['function'] as { name: string; arguments: string };
    return { id: String(call?.['id']), name, arguments: JSON.parse(text) };
  },
  text(answer) {
    const [choice] = answer['choices'] as { message: Json; finish_reason: string }[];
    assert.equal(choice?.finish_reason, 'stop');
    return choice.message['content'];
  },
};

const outputOf = (answer: Json, type: string): Json =>
  (answer['output'] as Json[]).find((item) => item['type'] === type) ?? {};

const responses: Speaker = {
  path: '/v1/responses',
  first: {
    instructions: 'Be brief.',
    reasoning: { effort: 'high', summary: 'auto' },
    tools: [{ type: 'function', name: TOOL, parameters: SCHEMA }],
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: QUESTION },
          { type: 'input_image', image_url: PICTURE },
        ],
      },
    ],
  },
  second(callId, answer) {
    const input = [
      ...(this.first['input'] as Json[]),
      ...(answer['output'] as Json[]),
      { type: 'function_call_output', call_id: callId, output: 'a cat' },
    ];
    return { ...this.first, input };
  },
  call(answer) {
    const call = outputOf(answer, 'function_call');
    return {
      id: String(call['call_id']),
      name: String(call['name']),
      arguments: JSON.parse(String(call['arguments'])),
    };
  },
  text(answer) {
    assert.equal(answer['status'], 'completed');
    const [part] = outputOf(answer, 'message')['content'] as Json[];
    return part?.['text'];
  },
};

const claude: Speaker = {
  path: '/v1/messages',
  first: {
    max_tokens: 4000,
    system: 'Be brief.',
    thinking: { type: 'enabled', budget_tokens: 2000 },
    tools: [{ name: TOOL, input_schema: SCHEMA }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: QUESTION },
          {
            type: 'image',
            source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' },
          },
        ],
      },
    ],
  },
  second(callId, answer) {
    const messages = [
      ...(this.first['messages'] as Json[]),
      { role: 'assistant', content: answer['content'] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: callId, content: 'a cat' }],
      },
    ];
    return { ...this.first, messages };
  },
  call(answer) {
    assert.equal(answer['stop_reason'], 'tool_use');
    const call = (answer['content'] as Json[]).find(({ type }) => type === 'tool_use') ?? {};
    return { id: String(call['id']), name: String(call['name']), arguments: call['input'] };
  },
  text(answer) {
    assert.equal(answer['stop_reason'], 'end_turn');
    return (answer['content'] as Json[]).find(({ type }) => type === 'text')?.['text'];
  },
};

const SPEAKERS: [string, Speaker][] = [
  ['chat', chat],
  ['responses', responses],
  ['claude', claude],
];

describe('conversations with tools on Gemini', async () => {
  const google = await startFakeGoogle({ after });
  const proxy = await startProxy({ after }, { 'gemini-api-key': geminiKeys(google.origin, 1) });

  for (const [name, speaker] of SPEAKERS) {
    it(`${name}: a call, its result, the answer`, async () => {
      const ask = async (body: Json): Promise<Json> => {
        const answer = await sendRequest(proxy.origin + speaker.path, {
          headers: { 'anthropic-version': '2023-06-01' },
          body: { model: MODEL, ...body },
        });
        assert.equal(answer.status, 200, await answer.text());
        return answer.json();
      };
      const first = await ask(speaker.first);
      const call = speaker.call(first);
      assert.deepEqual(
        { name: call.name, arguments: call.arguments },
        { name: TOOL, arguments: { q: 'cat' } },
      );
      const second = await ask(speaker.second(call.id, first));
      assert.equal(speaker.text(second), 'Hello there');

      const [asked, replayed] = google.calls.slice(-2).map(googleBody);
      const parts = asked?.contents[0]?.parts ?? [];
      assert.equal(parts[0]?.['text'], QUESTION);
      assert.match(JSON.stringify(parts[1]), /"inline_?[dD]ata":\{"mime_type":"image\/png"/);
      assert.deepEqual((asked?.['systemInstruction'] as Json)['parts'], [{ text: 'Be brief.' }]);
      const thinking = (asked?.['generationConfig'] as Json)['thinkingConfig'] as Json;
      assert.equal(thinking['thinkingBudget'], name === 'claude' ? 2000 : 24_576);
      const turn = replayed?.contents.find(({ role }) => role === 'model');
      const signed = turn?.parts.find((part) => part['functionCall'] !== undefined);
      assert.equal(signed?.['thoughtSignature'], SIGNATURE);
    });
  }

  it('streams: chat', async () => {
    const body = { ...chat.first, model: MODEL, stream: true, tools: [] };
    const answer = await sendRequest(proxy.origin + chat.path, { body });
    assert.equal((await endingOf(answer, 'chat')).kind, 'ok');
    const { usage, choices } = await lastWith(answer, 'usage');
    assert.deepEqual(usage, {
      completion_tokens: USAGE.candidatesTokenCount,
      total_tokens: USAGE.totalTokenCount,
      prompt_tokens: USAGE.promptTokenCount,
      prompt_tokens_details: { cached_tokens: USAGE.cachedContentTokenCount },
      completion_tokens_details: { reasoning_tokens: USAGE.thoughtsTokenCount },
    });
    assert.equal((choices as Json[])[0]?.['finish_reason'], 'stop');
    assert.match(google.calls.at(-1)?.request.path ?? '', /:streamGenerateContent\?alt=sse$/);
  });

  it('streams: responses, with a call', async () => {
    const body = { ...responses.first, model: MODEL, stream: true };
    const answer = await sendRequest(proxy.origin + responses.path, { body });
    assert.equal((await endingOf(answer, 'responses')).kind, 'ok');
    const whole = (await lastWith(answer, 'response'))['response'] as Json;
    assert.equal(responses.call(whole).name, TOOL);
  });

  it('streams: claude', async () => {
    const body = { ...claude.first, model: MODEL, stream: true, tools: [] };
    const answer = await sendRequest(proxy.origin + claude.path, { body });
    const { delta, usage } = await lastWith(answer, 'usage');
    assert.equal((delta as Json)['stop_reason'], 'end_turn');
    assert.equal((usage as Json)['output_tokens'], 12);
    assert.equal(parseFrames(await answer.text()).at(-1)?.event, 'message_stop');
  });

  it('Gemini clients: chunks as they came', async () => {
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
    const path = `/v1beta/models/${MODEL}`;
    const stream = await sendRequest(`${proxy.origin}${path}:streamGenerateContent?alt=sse`, {
      body: { contents },
    });
    const last = await lastWith(stream, 'candidates');
    assert.deepEqual(last['usageMetadata'], USAGE);
    const whole = await sendRequest(`${proxy.origin}${path}:generateContent`, {
      body: { contents },
    });
    const { candidates } = await lastWith(whole, 'candidates');
    assert.equal((candidates as Json[])[0]?.['finishReason'], 'STOP');
    assert.deepEqual(googleBody(google.calls.at(-1)).contents, contents);
  });

  it('the models of a key', async () => {
    const list = await (await sendRequest(`${proxy.origin}/v1/models`)).json();
    const found = (list['data'] as Json[]).find(({ id }) => id === MODEL);
    assert.equal(found?.['owned_by'], 'google');
  });
});

const googleError = (code: number, status: string, details: Json[] = []): string =>
  JSON.stringify({ error: { code, status, message: `told by Google: ${status}`, details } });

const TYPE = 'type.googleapis.com/google.rpc.';
const BAD_KEY = { '@type': `${TYPE}ErrorInfo`, reason: 'API_KEY_INVALID' };
const LATER = { '@type': `${TYPE}RetryInfo`, retryDelay: '1800s' };

const json =
  (status: number, body: string) =>
  (call: UpstreamExchange): void =>
    call.json(status, body);

const MOVES: [name: string, refuse: (call: UpstreamExchange) => void][] = [
  ['out of quota', json(429, googleError(429, 'RESOURCE_EXHAUSTED', [LATER]))],
  ['a wrong key', json(400, googleError(400, 'INVALID_ARGUMENT', [BAD_KEY]))],
  ['a forbidden project', json(403, googleError(403, 'PERMISSION_DENIED'))],
  ['overload', json(503, googleError(503, 'UNAVAILABLE'))],
  [
    'an error as the first chunk',
    (call) => call.sse(`data: ${googleError(503, 'UNAVAILABLE')}\n\n`),
  ],
];

describe('Gemini keys that can not serve', async () => {
  let refuse: ((call: UpstreamExchange) => void) | undefined;
  let refused: readonly string[] = ['key-0'];
  const google = await startFakeGoogle({ after }, (call) => {
    if (refuse === undefined || !refused.includes(keyOf(call))) return false;
    refuse(call);
    return true;
  });
  const names = [...MOVES.keys()].map((index) => `m-${String(index)}`);
  const models = [...names, 'fault', 'quota', 'cut'].map((name) => ({ name }));
  const proxy: TestProxy = await startProxy(
    { after },
    {
      routing: { strategy: 'fill-first' },
      'gemini-api-key': geminiKeys(google.origin, 2, { models }),
    },
  );
  const ask = (model: string, stream: boolean): Promise<ClientAnswer> =>
    sendRequest(proxy.origin + PATHS.chat, { body: shortTurn('chat', model, stream) });

  for (const [index, [name, play]] of MOVES.entries()) {
    it(`${name}: the other key answers, and the first one rests`, async () => {
      refuse = play;
      refused = ['key-0'];
      const before = google.calls.length;
      for (let turn = 0; turn < 2; turn += 1) {
        const ending = await endingOf(await ask(`m-${String(index)}`, true), 'chat');
        assert.deepEqual(ending, { kind: 'ok', status: 200, message: '' });
      }
      assert.deepEqual(google.calls.slice(before).map(keyOf), ['key-0', 'key-1', 'key-1']);
    });
  }

  it('a wrong request is answered as Google answered it: asked once', async () => {
    const body = googleError(400, 'INVALID_ARGUMENT');
    refuse = json(400, body);
    const before = google.calls.length;
    const answer = await ask('fault', false);
    assert.equal(answer.status, 400);
    assert.equal(await answer.text(), body);
    assert.equal(google.calls.length - before, 1);
  });

  it('nobody left: the time that Google told', async () => {
    refuse = json(429, googleError(429, 'RESOURCE_EXHAUSTED', [LATER]));
    refused = ['key-0', 'key-1'];
    assert.equal((await ask('quota', true)).status, 429);
    const second = await ask('quota', false);
    assert.equal(second.status, 429);
    const { error } = (await second.json()) as { error: Json };
    assert.equal(error['code'], 'model_cooldown');
    assert.ok(Number(error['reset_seconds']) > 1700);
  });

  it('a stream that breaks off is told to the client', async () => {
    refused = ['key-0'];
    const chunk = { candidates: [{ content: { parts: [{ text: 'Hel' }] } }], responseId: 'r' };
    refuse = (call) => call.sse(`data: ${JSON.stringify(chunk)}\n\n`);
    const ending = await endingOf(await ask('cut', true), 'chat');
    assert.equal(ending.kind, 'broken');
    assert.match(ending.message, /before the answer had a finish reason/);
  });

  it('a conversation can not be compacted there', async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/responses/compact`, {
      body: { model: 'fault', input: [] },
    });
    assert.equal(answer.status, 501);
    assert.match(await answer.text(), /\/responses\/compact not supported/);
  });
});
