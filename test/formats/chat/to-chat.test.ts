import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOpenRouter } from '../../../src/formats/chat/reasoning-switch.ts';
import { chatToChat } from '../../../src/formats/chat/to-chat.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import type {
  RequestContext,
  ResponseContext,
  ResponseTranslator,
} from '../../../src/formats/format.ts';
import { vector } from '../vectors.ts';
import { clientText, failedText } from '../streams.ts';
import { requestContext, responseContext } from './contexts.ts';

type Json = Record<string, unknown>;

function sent(text: string, over: Partial<RequestContext> = {}): string {
  const context = requestContext({ model: 'm', keepRetention: true, ...over });
  return Buffer.from(chatToChat.encodeRequest(Buffer.from(text), context)).toString();
}

const sentJson = (body: unknown, over: Partial<RequestContext> = {}): Json =>
  JSON.parse(sent(JSON.stringify(body), over)) as Json;

describe('chat to chat, request', () => {
  it(`Q01: ${vector('Q01').note}`, () => {
    const { in: body, out, model, stream } = vector('Q01');
    assert.deepEqual(sentJson(body, { model, stream }), out);
  });

  it('9.3: every byte but the model stays', () => {
    const text =
      '{ "model" : "acct/m",\n "messages":[{"role":"user","content":"\\u00e9"}],"n":1.0 }';
    assert.equal(sent(text, { stream: false }), text.replace('acct/m', 'm'));
    const same = text.replace('acct/m', 'm');
    assert.equal(sent(same, { stream: false }), same);
  });

  it('12.2: a stream is asked for its usage; other options of the client stay', () => {
    const messages: unknown[] = [];
    const asked = { include_usage: true };
    assert.deepEqual(sentJson({ messages }).stream_options, asked);
    assert.deepEqual(sentJson({ messages, stream_options: null }).stream_options, asked);
    const other = { x: 1, include_usage: false };
    const both = { x: 1, include_usage: true };
    assert.deepEqual(sentJson({ messages, stream_options: other }).stream_options, both);
    const text = '{"model":"m","messages":[],"stream_options":{ "include_usage":true }}';
    assert.equal(sent(text), text);
  });

  it('12.3: the continuity key is written where there is one', () => {
    const body = { messages: [], prompt_cache_key: 'mine' };
    assert.equal(sentJson(body, { cacheKey: 'k' }).prompt_cache_key, 'k');
    assert.equal(sentJson(body).prompt_cache_key, 'mine');
  });

  it('clients.md 2, row 7: camel-case names mean the same', () => {
    const body = { messages: [], promptCacheKey: 'mine', promptCacheRetention: '24h' };
    const renamed = sentJson(body, { stream: false });
    assert.deepEqual(renamed, {
      messages: [],
      prompt_cache_key: 'mine',
      prompt_cache_retention: '24h',
      model: 'm',
    });
    const decided = sentJson(body, { stream: false, cacheKey: 'k', keepRetention: false });
    assert.deepEqual(decided, { messages: [], prompt_cache_key: 'k', model: 'm' });
    const both = { ...body, prompt_cache_key: 'first' };
    assert.equal(sentJson(both).prompt_cache_key, 'first');
    assert.equal('promptCacheKey' in sentJson(both), false);
  });

  it('15.9: the suffix beats the body, a model that does not think gets no effort', () => {
    const body = { messages: [], reasoning_effort: 'low', reasoning: { effort: 'low' } };
    assert.equal(sentJson(body, { thinking: 'high' }).reasoning_effort, 'high');
    assert.equal(sentJson({ messages: [] }, { thinking: '8192' }).reasoning_effort, 'medium');
    const stripped = sentJson(body, { capability: {} });
    assert.deepEqual(['reasoning_effort' in stripped, 'reasoning' in stripped], [false, false]);
    const quiet = sentJson({ messages: [], reasoning: { exclude: true } }, { capability: {} });
    assert.equal('reasoning' in quiet, false);
    assert.throws(() => sentJson(body, { capability: { levels: ['high'] } }), {
      code: 'invalid_request',
      message: 'level "low" not supported, valid levels: high',
    });
  });

  it('15.8: OpenRouter is told whether reasoning is shown', () => {
    const told = (body: Json, over: Partial<RequestContext> = {}): unknown =>
      sentJson({ messages: [], ...body }, { openRouter: true, ...over }).reasoning;
    assert.deepEqual(told({ reasoning_effort: 'high' }), { exclude: false });
    const hidden = { extra_body: { google: { thinking_config: { include_thoughts: false } } } };
    assert.deepEqual(told({ ...hidden, reasoning: { max_tokens: 9 } }), {
      max_tokens: 9,
      exclude: true,
    });
    const claude = { messages: [], thinking: { type: 'adaptive', display: 'omitted' } };
    const context = requestContext({ openRouter: true });
    const bytes = Buffer.from(JSON.stringify(claude));
    const encoded = pairFor('claude', 'openai')?.encodeRequest(bytes, context);
    const { reasoning } = JSON.parse(Buffer.from(encoded ?? []).toString()) as Json;
    assert.deepEqual(reasoning, { exclude: true });
    assert.equal(told({}), undefined);
    assert.equal(told({ reasoning_effort: 'none' }), undefined, 'off shows nothing anyway');
    assert.equal(told({ reasoning_effort: 'high' }, { openRouter: undefined }), undefined);
    assert.deepEqual(['OpenRouter (EU)', 'open-router', 'myopenrouter2'].map(isOpenRouter), [
      true,
      false,
      false,
    ]);
  });

  it('refuses messages of a wrong type and bodies that are no object', () => {
    for (const messages of ['Hi', 7, {}]) {
      assert.throws(() => sentJson({ messages }), {
        code: 'invalid_request',
        param: 'messages',
        message: /messages/,
      });
    }
    for (const text of ['', '[]', '{"a":']) {
      assert.throws(() => sent(text), { code: 'invalid_json' });
    }
  });
});

const translator = (body: Json = {}, over: Partial<ResponseContext> = {}): ResponseTranslator =>
  chatToChat.response(responseContext({ requestBody: Buffer.from(JSON.stringify(body)), ...over }));

const read = (text: string, body: Json = {}): string =>
  clientText(translator(body), [Buffer.from(text)]);

const DONE = 'data: [DONE]\n\n';
const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const usageChunk =
  'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,' +
  '"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":2}}}\n\n';
const counts = {
  inputTokens: 12,
  outputTokens: 3,
  cachedTokens: 5,
  reasoningTokens: 2,
  totalTokens: 15,
};

describe('chat to chat, stream', () => {
  it(`Q02: ${vector('Q02').note}; the frame of the client is around it (10.5)`, () => {
    const { lines, out } = vector('Q02');
    const upstream = lines.map((line) => `${line}\n\n`).join('');
    const chunks = (out as [number, unknown][]).map(([, chunk]) =>
      typeof chunk === 'string' ? `${chunk}\n\n` : `data: ${JSON.stringify(chunk)}\n\n`,
    );
    assert.equal(read(upstream), chunks.join('') + DONE);
  });

  it('chunks keep their bytes', () => {
    const text = `data: {"choices": [ {"delta":{"content":"\\u00e9"}} ] }\n\n${finish}${DONE}`;
    assert.equal(read(text), text);
  });

  it('O8: for a Chat client [DONE] is added once the answer was whole', () => {
    assert.equal(read(finish), finish + DONE);
    assert.equal(read(finish + DONE + DONE), finish + DONE);
  });

  it('differs: an answer without finish reason and [DONE] is broken, not whole', () => {
    const { text, error } = failedText(translator(), Buffer.from('data: {"choices":[]}\n\n'));
    assert.equal(text, 'data: {"choices":[]}\n\n');
    assert.equal((error as { code: string }).code, 'upstream_incomplete_stream');
  });

  it('differs: the usage chunk reaches only clients that asked for it, it is read always', () => {
    for (const include_usage of [true, false]) {
      const target = translator({ stream_options: { include_usage } });
      const text = clientText(target, [Buffer.from(finish + usageChunk + DONE)]);
      assert.equal(text, finish + (include_usage ? usageChunk : '') + DONE);
      assert.deepEqual(target.usage, counts);
    }
    assert.equal(read(finish + usageChunk + DONE), finish + DONE);
  });

  it('usage beside the last choice stays where it is', () => {
    const last = finish.replace(']}', '],"usage":{"prompt_tokens":1,"total_tokens":2}}');
    const target = translator();
    assert.equal(clientText(target, [Buffer.from(last + DONE)]), last + DONE);
    assert.equal(target.usage?.totalTokens, 2);
  });

  it('a comment before the first chunk is held back, it would commit the turn', () => {
    assert.equal(read(`: ping\n\n${finish}: ping\n\n${DONE}`), `${finish}: ping\n\n${DONE}`);
  });
});

describe('chat to chat, whole answers', () => {
  const body =
    '{ "choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],\n' +
    ' "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,' +
    '"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":2}} }';

  it('the bytes of the upstream', () => {
    const bytes = Buffer.from(body);
    const target = translator({}, { stream: false });
    assert.equal(target.onBody(bytes), bytes);
    assert.deepEqual([target.usage, target.terminal, target.onEnd()], [counts, true, '']);
  });

  it('a client that wants a stream gets one', () => {
    const target = translator();
    const text = String(target.onBody(Buffer.from(body)));
    assert.match(text, /"content":"x"/);
    assert.equal(text.split(DONE).length, 2);
    assert.deepEqual([target.usage, target.terminal], [counts, true]);
  });
});
