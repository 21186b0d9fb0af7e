import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../../src/credentials/record.ts';
import { chatBodyToCodex, chatToCodex } from '../hub-pairs.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { vector, vectors } from '../vectors.ts';
import { onWire, requestContext } from './contexts.ts';

const question = [{ role: 'user', content: 'q' }];

/** Vectors where Switchyard says more than the reference; the whole expected member. */
const DIFFERS: Record<string, { why: string; change: Record<string, unknown> }> = {
  A17: {
    why: 'json_object is mapped, Q4',
    change: { text: { format: { type: 'json_object' } } },
  },
};

describe('chat to codex, request vectors', () => {
  for (const { id, note, model, stream, in: body, out } of vectors('req', 'A')) {
    const differs = DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      const context = requestContext({ model, stream });
      const expected = { ...(out as object), ...differs?.change };
      assert.deepEqual(onWire(chatBodyToCodex(body, context)), expected);
    });
  }

  it('4.1: key order is that of the specification', () => {
    const body = {
      messages: question,
      reasoning_effort: 'high',
      response_format: { type: 'text' },
      tools: [{ type: 'web_search' }],
      tool_choice: 'auto',
    };
    const keys = Object.keys(onWire(chatBodyToCodex(body, requestContext())) as object);
    assert.deepEqual(keys, [
      'instructions',
      'stream',
      'reasoning',
      'parallel_tool_calls',
      'include',
      'model',
      'input',
      'text',
      'tools',
      'tool_choice',
      'store',
    ]);
  });
});

describe('chat to codex, thinking vectors', () => {
  const known: ThinkingCapability = { levels: ['low', 'medium', 'high', 'xhigh'] };
  for (const id of ['T01', 'T02', 'T03', 'T04', 'T05', 'T06']) {
    const { note, model, in: body, out, error } = vector(id);
    const [base = '', suffix] = model.split(/[()]/);
    const capability = base === 'my-model' ? undefined : known;
    const context = requestContext({ model: base, thinking: suffix, capability });
    it(`${id}: ${note}`, () => {
      if (error === undefined) {
        assert.deepEqual(onWire(chatBodyToCodex(body, context)), out);
        return;
      }
      const expected = { code: 'invalid_request', status: 400, message: error };
      assert.throws(() => chatBodyToCodex(body, context), expected);
    });
  }
});

describe('chat to codex, body for the upstream', () => {
  const sent = (body: unknown, over: Partial<RequestContext> = {}): Record<string, unknown> => {
    const bytes = chatToCodex.encodeRequest(
      Buffer.from(JSON.stringify(body)),
      requestContext(over),
    );
    return JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
  };
  const tools = [{ type: 'function', function: { name: 'f' } }];

  it('codex 1.4: always streams, also for a client that does not', () => {
    assert.equal(sent({ messages: question }, { stream: false }).stream, true);
  });

  it('10.1 step 8: parallel calls only together with tools, never for Responses-Lite', () => {
    assert.equal('parallel_tool_calls' in sent({ messages: question }), false);
    assert.equal(sent({ messages: question, tools }).parallel_tool_calls, true);
    assert.equal(sent({ messages: question, tools }, { lite: true }).parallel_tool_calls, false);
  });

  it('10.2: the continuity key is written; without one the body keeps its own', () => {
    const body = { messages: question, prompt_cache_key: 'mine' };
    assert.equal(sent(body, { cacheKey: 'k' }).prompt_cache_key, 'k');
    assert.equal(sent(body).prompt_cache_key, 'mine');
    assert.equal('prompt_cache_key' in sent({ messages: question }), false);
  });

  it('codex 4.7: retention is kept only where the upstream takes it', () => {
    const body = { messages: question, prompt_cache_retention: '24h' };
    assert.equal(sent(body, { keepRetention: true }).prompt_cache_retention, '24h');
    assert.equal('prompt_cache_retention' in sent(body), false);
  });

  it('15.5: a model that does not think gets no reasoning', () => {
    const body = { messages: question, reasoning_effort: 'high' };
    assert.equal('reasoning' in sent(body, { capability: {} }), false);
  });

  it('15.1: an unusable suffix hides nothing the translator wrote', () => {
    const body = { messages: question, reasoning_effort: 'weird' };
    const context = { thinking: 'ultra', capability: { levels: ['low'] } };
    assert.deepEqual(sent(body, context).reasoning, { effort: 'weird', summary: 'auto' });
  });

  it('3.5: no summary once the suffix switches thinking off', () => {
    const body = { messages: question, reasoning_effort: 'high' };
    assert.deepEqual(sent(body, { thinking: 'none' }).reasoning, { effort: 'none' });
  });

  it('differs: the default effort is moved to a level the model has, instead of refused', () => {
    const capability = { levels: ['low', 'high'] };
    assert.deepEqual(sent({ messages: question }, { capability }).reasoning, { effort: 'low' });
  });

  it('Q14: explicit nulls count as missing', () => {
    const nulls = {
      messages: question,
      tools: null,
      tool_choice: null,
      stop: null,
      max_tokens: null,
      response_format: null,
      reasoning_effort: null,
      text: null,
    };
    assert.deepEqual(sent(nulls), sent({ messages: question }));
  });

  it('refuses bodies that are no JSON object', () => {
    const encode = (text: string) => () =>
      chatToCodex.encodeRequest(Buffer.from(text), requestContext());
    assert.throws(encode('{"a":'), { code: 'invalid_json' });
    assert.throws(encode('[]'), { code: 'invalid_request' });
  });

  it('refuses messages of a wrong type and names them', () => {
    for (const messages of ['Hi', 7, {}]) {
      const expected = { code: 'invalid_request', param: 'messages', message: /messages/ };
      assert.throws(() => sent({ messages }), expected);
    }
  });

  it('clients.md 2, row 7: camel-case names mean the same', () => {
    const body = { messages: question, promptCacheKey: 'mine', promptCacheRetention: '24h' };
    const { prompt_cache_key, prompt_cache_retention } = sent(body, { keepRetention: true });
    assert.deepEqual([prompt_cache_key, prompt_cache_retention], ['mine', '24h']);
  });

  it('never changes the client body', () => {
    const bytes = Buffer.from(JSON.stringify({ messages: question, tools }));
    const before = Buffer.from(bytes);
    chatToCodex.encodeRequest(bytes, requestContext());
    assert.deepEqual(bytes, before);
  });
});
