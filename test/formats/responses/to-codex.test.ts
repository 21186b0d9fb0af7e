import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planItemIds, type ItemFacts } from '../../../src/formats/responses/item-ids.ts';
import { isOpenAiEncrypted } from '../../../src/formats/responses/encrypted.ts';
import { responsesToCodex } from '../../../src/formats/responses/to-codex.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { vector, vectors } from '../vectors.ts';
import { requestContext } from '../chat/contexts.ts';

type Json = Record<string, unknown>;

const ENCRYPTED =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';

function sentText(text: string, over: Partial<RequestContext> = {}): string {
  const bytes = Buffer.from(text);
  const before = Buffer.from(bytes);
  const sent = responsesToCodex.encodeRequest(bytes, requestContext(over));
  assert.deepEqual(bytes, before, 'the client body is never changed');
  return Buffer.from(sent).toString();
}

const sent = (body: unknown, over: Partial<RequestContext> = {}): Json =>
  JSON.parse(sentText(JSON.stringify(body), over)) as Json;

/** What 10.1 steps 1, 4, 5 and 8 do to every body right after the translation. */
function afterTranslation(translated: Json, model: string): Json {
  const body: Json = { instructions: '', ...translated, model };
  delete body.previous_response_id;
  delete body.safety_identifier;
  if (body.tools === undefined) delete body.parallel_tool_calls;
  return body;
}

describe('Responses to codex, request vectors', () => {
  for (const { id, note, model, stream, in: body, out } of vectors('req', 'D')) {
    it(`${id}: ${note}`, () => {
      assert.deepEqual(sent(body, { model, stream }), afterTranslation(out as Json, model));
    });
  }

  it('the same vectors with white space between all tokens', () => {
    for (const { model, stream, in: body, out } of vectors('req', 'D')) {
      const text = ` ${JSON.stringify(body, null, 2)}\n`;
      const loose = JSON.parse(sentText(text, { model, stream })) as Json;
      assert.deepEqual(loose, afterTranslation(out as Json, model));
    }
  });
});

describe('codex.md 9.5, outgoing body', () => {
  const input = {
    model: 'gpt-5.5(high)',
    input: 'ping',
    store: true,
    temperature: 0.2,
    service_tier: 'flex',
    parallel_tool_calls: false,
  };
  const over = { thinking: 'high', stream: false, cacheKey: 'key-1' };
  const expected = {
    model: 'gpt-5.5',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ping' }] }],
    store: false,
    stream: true,
    instructions: '',
    include: ['reasoning.encrypted_content'],
    reasoning: { effort: 'high' },
    prompt_cache_key: 'key-1',
  };

  it('37, 38, 39: differs: no image tool is injected, hence no parallel_tool_calls', () => {
    assert.deepEqual(sent(input, over), expected);
  });

  it('37: with a tool of the client parallel_tool_calls is true', () => {
    const tools = [{ type: 'function', name: 'f' }];
    assert.equal(sent({ ...input, tools }, over).parallel_tool_calls, true);
  });

  it('40: a Responses-Lite request calls no tools in parallel', () => {
    const lite = { ...expected, parallel_tool_calls: false };
    assert.deepEqual(sent(input, { ...over, lite: true }), lite);
    const flag = 'ws_request_header_x_openai_internal_codex_responses_lite';
    for (const value of [true, 'true']) {
      const client_metadata = { [flag]: value };
      assert.deepEqual(sent({ ...input, client_metadata }, over), { ...lite, client_metadata });
    }
    const client_metadata = { [flag]: 'no' };
    assert.deepEqual(sent({ ...input, client_metadata }, over), { ...expected, client_metadata });
  });

  it('41: only the delivery of summaries is left of stream_options, and only in a stream', () => {
    const stream_options = { include_usage: true, reasoning_summary_delivery: 'x' };
    const body = { input: [], stream_options };
    assert.deepEqual(sent(body).stream_options, { reasoning_summary_delivery: 'x' });
    assert.equal('stream_options' in sent(body, { stream: false }), false);
    assert.equal('stream_options' in sent({ input: [], stream_options: null }), false);
  });

  it('42: previous_response_id is removed over HTTP', () => {
    assert.equal('previous_response_id' in sent({ input: [], previous_response_id: 'r' }), false);
  });

  it('43: a reasoning item without content loses its id', () => {
    const body = { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] };
    assert.deepEqual(sent(body).input, [{ type: 'reasoning', summary: [] }]);
  });

  it('44: both old names of web search become the current one', () => {
    const body = {
      input: [],
      tools: [{ type: 'web_search_preview' }],
      tool_choice: { type: 'web_search_preview_2025_03_11' },
    };
    const { tools, tool_choice } = sent(body);
    assert.deepEqual([tools, tool_choice], [[{ type: 'web_search' }], { type: 'web_search' }]);
  });
});

describe('codex.md 9.4, input item ids', () => {
  const a70 = 'a'.repeat(70);
  const items = (...input: Json[]): unknown => sent({ input }).input;

  it('32: prefixes by type', () => {
    const reasoning = { type: 'reasoning', id: 'rs_1', encrypted_content: ENCRYPTED };
    const result = items(
      { type: 'message', id: 'abc' },
      { type: 'function_call', id: 'call_1' },
      reasoning,
    );
    assert.deepEqual(result, [
      { type: 'message', id: 'msg_abc' },
      { type: 'function_call', id: 'fc_call_1' },
      reasoning,
    ]);
  });

  it('33: an id that another item has stays with that item, in either order', () => {
    const short = { type: 'message', id: 'abc' };
    const long = { type: 'message', id: 'msg_abc' };
    const renamed = { type: 'message', id: 'msg_abc_15bea77f609a0ace' };
    assert.deepEqual(items(short, long), [renamed, long]);
    assert.deepEqual(items(long, short), [long, renamed]);
    assert.deepEqual(items(short, { ...short }), [long, long], 'the same id stays the same');
  });

  it('34: other types keep their id, cut to the limit', () => {
    const id = `${'a'.repeat(47)}_6bd5e5034855a112`;
    const type = 'function_call_output';
    assert.deepEqual(items({ type, id: a70 }), [{ type, id }]);
  });

  it('35: encrypted reasoning under an overlong id can not be kept', () => {
    const dropped = { type: 'reasoning', id: `rs_${a70}`, encrypted_content: ENCRYPTED };
    const message = { type: 'message', id: `msg_${a70}` };
    const kept = { type: 'message', id: `msg_${'a'.repeat(43)}_287ec9481f56b6a8` };
    assert.deepEqual(items(dropped, message), [kept]);
    assert.deepEqual(items(message, dropped), [kept]);
    assert.deepEqual(items(dropped, message, dropped, dropped), [kept]);
    assert.deepEqual(items(dropped, { ...dropped }), []);
  });

  it('36: custom tool calls and their outputs', () => {
    const result = items(
      { type: 'custom_tool_call_output', id: 'x1' },
      { type: 'custom_tool_call', id: 'x2' },
    );
    assert.deepEqual(result, [
      { type: 'custom_tool_call_output', id: 'ctco_x1' },
      { type: 'custom_tool_call', id: 'ctc_x2' },
    ]);
  });

  it('only string ids are touched', () => {
    const input = [{ type: 'message', id: 7 }, { type: 'message', id: null }, 'text', 5];
    assert.deepEqual(sent({ input }).input, input);
  });
});

describe('vectors S01, S02, S10 to S17', () => {
  it(`S01: ${vector('S01').note}`, () => {
    const { in: body, out } = vector('S01');
    const input = body.input as Json[];
    const plans = planItemIds(input.map(factsOf));
    const planned = input.flatMap((item, place) => {
      const plan = plans[place];
      if (plan === 'drop') return [];
      return typeof plan === 'object' ? [{ ...item, ...plan }] : [item];
    });
    assert.deepEqual({ input: planned }, out);
  });

  it(`S02: ${vector('S02').note}`, () => {
    const { in: body, out } = vector('S02');
    const expected = ((out as Json).input as Json[]).map((item) =>
      item.id === 'm' ? { ...item, id: 'msg_m' } : item,
    );
    assert.deepEqual(sent(body).input, expected, 'S01 follows at once: m becomes msg_m');
  });

  for (const { id, note, raw, out } of vectors('sig', 'S') as {
    id: string;
    note: string;
    raw?: string;
    out: unknown;
  }[]) {
    // The families of other providers are not told apart here: only S10 is one of OpenAI's.
    it(out === 'gpt' ? `${id}: ${note}` : `not OpenAI's: ${id}`, () => {
      assert.equal(isOpenAiEncrypted(raw), out === 'gpt');
    });
  }

  it('1.9: null, other types, white space and wrong lengths are no encrypted content', () => {
    for (const bad of [null, 7, {}, '', ` ${ENCRYPTED}`, `${ENCRYPTED}\n`, ENCRYPTED.slice(4)]) {
      const body = { input: [{ type: 'reasoning', id: 'rs_1', encrypted_content: bad }] };
      assert.deepEqual(sent(body).input, [{ type: 'reasoning' }], String(bad));
    }
    assert.equal(isOpenAiEncrypted(`${ENCRYPTED}AAAA`), false);
    assert.equal(isOpenAiEncrypted(`gAAAA${'A'.repeat(93)}==`), true, 'padding is optional');
  });

  const factsOf = ({ type, id, encrypted_content }: Json): ItemFacts => ({
    type: type as string,
    id: id as string,
    encrypted: encrypted_content !== undefined,
  });
});

describe('Responses to codex, the rest of the rules', () => {
  it('1.4: instructions that are missing or null are empty, others stay', () => {
    assert.equal(sent({ input: [] }).instructions, '');
    assert.equal(sent({ input: [], instructions: null }).instructions, '');
    assert.equal(sent({ input: [], instructions: 'I' }).instructions, 'I');
  });

  it('4.7: retention is kept where the upstream takes it', () => {
    const body = { input: [], prompt_cache_retention: '24h' };
    assert.equal(sent(body, { keepRetention: true }).prompt_cache_retention, '24h');
    assert.equal('prompt_cache_retention' in sent(body), false);
  });

  it('10.2: the continuity key is written; without one the body keeps its own', () => {
    const body = { input: [], prompt_cache_key: 'mine' };
    assert.equal(sent(body, { cacheKey: 'k"1' }).prompt_cache_key, 'k"1');
    assert.equal(sent(body).prompt_cache_key, 'mine');
  });

  it('a text as input is whole when all members after it are left out', () => {
    const { input } = sent({ input: 'q', temperature: 1, top_p: 1 });
    const content = [{ type: 'input_text', text: 'q' }];
    assert.deepEqual(input, [{ type: 'message', role: 'user', content }]);
  });

  it('1.5: the suffix beats the body; off asks for no summary; strip removes it all', () => {
    const body = { input: [], reasoning: { effort: 'low', summary: 'auto' } };
    assert.deepEqual(sent(body, { thinking: 'high' }).reasoning, {
      effort: 'high',
      summary: 'auto',
    });
    assert.deepEqual(sent(body, { thinking: 'none' }).reasoning, { effort: 'none' });
    assert.equal('reasoning' in sent(body, { capability: {} }), false);
    const levels = { levels: ['low', 'high'] };
    assert.throws(() => sent({ input: [], reasoning: { effort: 'max' } }, { capability: levels }), {
      code: 'invalid_request',
      message: 'level "max" not supported, valid levels: low, high',
    });
  });

  it('refuses an input of a wrong type and names it', () => {
    for (const input of [7, true, { a: 1 }]) {
      assert.throws(() => sent({ input }), { code: 'invalid_request', param: 'input' });
    }
    assert.doesNotThrow(() => sent({ input: null }));
    assert.doesNotThrow(() => sent({}));
  });

  it('refuses what is no JSON object', () => {
    for (const text of ['', '[]', '{"a":', '{"input":[}', '{"input":[]} x']) {
      assert.throws(() => sentText(text), { code: 'invalid_json' }, text);
    }
  });

  it('Q14: duplicate members count once, the last one wins', () => {
    const text = sentText('{"model":"a","stream":false,"store":1,"stream":true,"input":[]}');
    assert.equal(text.match(/"stream"/g)?.length, 1);
    assert.equal((JSON.parse(text) as Json).stream, true);
  });
});
