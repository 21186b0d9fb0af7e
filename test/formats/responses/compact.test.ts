/** Bodies of compactions, codex.md 3.4 and the compact column of 1.7. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { responsesToResponses } from '../../../src/formats/responses/pass-through.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import type { RequestContext } from '../../../src/formats/format.ts';

type Json = Record<string, unknown>;

const ENCRYPTED =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';

function sentText(text: string, over: Partial<RequestContext> = {}): string {
  const context = requestContext({ compact: 'codex', stream: false, ...over });
  return Buffer.from(responsesToResponses.encodeRequest(Buffer.from(text), context)).toString();
}

const sent = (body: unknown, over: Partial<RequestContext> = {}): Json =>
  JSON.parse(sentText(JSON.stringify(body), over)) as Json;

const KEPT = {
  previous_response_id: 'resp_1',
  generate: false,
  prompt_cache_retention: '24h',
  safety_identifier: 's',
  stream_options: { include_usage: true },
  include: ['file_search_call.results'],
  service_tier: 'flex',
  temperature: 1,
  max_output_tokens: 9,
  truncation: 'auto',
  user: 'u',
  store: false,
};

describe('a compaction at Codex', () => {
  it('42: keeps previous_response_id and all that a turn may not say', () => {
    assert.deepEqual(sent({ model: 'm', instructions: 'I', input: [], ...KEPT }), {
      model: 'gpt-5.5',
      instructions: 'I',
      input: [],
      ...KEPT,
    });
  });

  it('3.4: a stream member of any value is removed', () => {
    for (const stream of [false, null, 'true', 1, { a: 1 }]) {
      assert.equal('stream' in sent({ model: 'm', input: [], stream }), false);
    }
    const twice = '{"stream":false,"model":"m","input":[],"stream":false}';
    assert.equal(sentText(twice), '{"model":"gpt-5.5","input":[],"instructions":""}');
  });

  it('1.7: missing or null instructions are empty', () => {
    assert.equal(sent({ model: 'm', input: [] }).instructions, '');
    assert.equal(sent({ model: 'm', input: [], instructions: null }).instructions, '');
  });

  it('1.7: parallel_tool_calls goes without tools, and is false for Responses-Lite', () => {
    const body = { model: 'm', input: [], parallel_tool_calls: false };
    const tools = [{ type: 'function', name: 'f' }];
    assert.equal('parallel_tool_calls' in sent(body), false);
    assert.equal('parallel_tool_calls' in sent({ ...body, tools: [] }), false);
    assert.equal(sent({ ...body, tools }).parallel_tool_calls, false, 'the client decides');
    assert.equal(sent({ ...body, parallel_tool_calls: true, tools }).parallel_tool_calls, true);
    assert.equal(sent({ ...body, tools }, { lite: true }).parallel_tool_calls, false);
    assert.equal(sent({ model: 'm', input: [] }, { lite: true }).parallel_tool_calls, false);
  });

  it('model, thinking and continuity key as in a turn', () => {
    const body = { model: 'gpt-5.5(high)', input: [] };
    const result = sent(body, { thinking: 'high', cacheKey: 'key-1' });
    assert.deepEqual(result.reasoning, { effort: 'high' });
    assert.equal(result.prompt_cache_key, 'key-1');
    assert.equal(result.model, 'gpt-5.5');
  });

  it('1.3: input is not translated, but ids and reasoning are put right', () => {
    const input = [
      { role: 'system', content: [{ type: 'input_text', text: 'x', prompt_cache_breakpoint: {} }] },
      { type: 'message', id: 'abc', role: 'user', content: 'hi' },
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { type: 'reasoning', id: 'rs_2', encrypted_content: 'other' },
      { type: 'reasoning', id: 'rs_3', encrypted_content: ENCRYPTED },
    ];
    const rest = [input[0], { ...input[1], id: 'msg_abc' }];
    assert.deepEqual(sent({ model: 'm', input }).input, [
      ...rest,
      { type: 'reasoning', summary: [] },
      { type: 'reasoning' },
      input[4],
    ]);
    assert.deepEqual(sent({ model: 'm', input, store: true }).input, [
      ...rest,
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { type: 'reasoning', id: 'rs_2' },
      input[4],
    ]);
    assert.equal(sent({ model: 'm', input: 'text' }).input, 'text');
  });

  it('the image tool is taken out on demand, and never added', () => {
    const tools = [{ type: 'image_generation' }];
    const body = { model: 'm', input: [], tools, parallel_tool_calls: true };
    const without = { model: 'gpt-5.5', input: [], instructions: '' };
    assert.deepEqual(sent(body, { imageTool: 'remove' }), without);
    assert.equal('tools' in sent({ model: 'm', input: [] }, { imageTool: 'add' }), false);
  });

  it('every byte that needs no change stays', () => {
    const text =
      '{ "input" : [ {"type":"message" ,"role":"system"} ],"instructions":"I", "model":"m"}';
    assert.equal(sentText(text), text.replace('"m"', '"gpt-5.5"'));
  });
});

describe('a compaction at another upstream', () => {
  it('loses its stream member, and nothing else is changed', () => {
    const input = [{ type: 'reasoning', id: 'rs_2', encrypted_content: 'its own' }];
    const body = { model: 'm', input, stream: false, prompt_cache_retention: '24h' };
    assert.deepEqual(sent(body, { compact: 'other' }), {
      model: 'gpt-5.5',
      input,
      prompt_cache_retention: '24h',
    });
  });
});

describe('the answer to a compaction', () => {
  it('1.11: goes through unchanged, and its usage is counted', () => {
    const text =
      '{"id":"resp_c", "object":"response.compaction","output":[{"type":"compaction"}],' +
      '"usage":{"input_tokens":900,"output_tokens":60,"total_tokens":960}}';
    const translator = responsesToResponses.response(responseContext({ stream: false }));
    assert.equal(Buffer.from(translator.onBody(Buffer.from(text))).toString(), text);
    assert.equal(translator.usage?.inputTokens, 900);
    assert.equal(translator.usage.totalTokens, 960);
  });
});
