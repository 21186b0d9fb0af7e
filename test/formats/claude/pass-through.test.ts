import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeToClaude } from '../../../src/formats/claude/pass-through.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { claudeModel } from '../../../src/formats/claude/models.ts';
import { withOwnHistory } from '../../../src/formats/claude/own-history.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText } from '../streams.ts';
import { vector, vectors } from '../vectors.ts';
import { readClaudeStream } from '../../support/claude.ts';

type Json = Record<string, unknown>;

const bytesSent = (body: string, over: Partial<RequestContext> = {}): string => {
  const context = requestContext({ model: 'claude-x', ...over });
  return Buffer.from(claudeToClaude.encodeRequest(Buffer.from(body), context)).toString();
};
const sent = (body: Json, over?: Partial<RequestContext>): Json =>
  JSON.parse(bytesSent(JSON.stringify(body), over)) as Json;

/** Does the same text arrive, apart from the model? */
const onlyModelChanged = (body: Json, over: Partial<RequestContext>): boolean =>
  bytesSent(JSON.stringify({ model: 'a', ...body }), over) ===
  JSON.stringify({ model: 'claude-x', ...body });

const cache_control = { type: 'ephemeral' };

describe('Claude to Claude, the request', () => {
  it(`Q03: ${vector('Q03').note}`, () => {
    const { in: body, out, model } = vector('Q03');
    assert.deepEqual(sent(body, { model }), out);
  });

  it('every other byte stays, spaces and number forms included', () => {
    const rest = `"messages" : [ {"role":"user","content":[{"type":"text","text":"\\u00e9",
      "cache_control":{"type":"ephemeral"}}]} ],  "max_tokens":1e3`;
    assert.equal(bytesSent(`{ "model":"a/b", ${rest} }`), `{ "model":"claude-x", ${rest} }`);
  });

  it('10.3: a client that sets no marks gets them, and only those elements are written again', () => {
    const body = `{"model":"claude-x","system":"S","messages":[ {"role" : "user","content":"a"},
      {"role":"user","content":"b"} ]}`;
    const marked = JSON.stringify({
      role: 'user',
      content: [{ type: 'text', text: 'b', cache_control }],
    });
    const text = bytesSent(body);
    assert.ok(text.includes('[ {"role" : "user","content":"a"},'), text);
    assert.ok(text.includes(marked), text);
    const { system } = JSON.parse(text) as Json;
    assert.deepEqual(system, [{ type: 'text', text: 'S', cache_control }]);
  });

  it('without system text the last tool is marked', () => {
    const { tools } = sent({ messages: [], tools: [{ name: 'a' }, { name: 'b' }] });
    assert.deepEqual(tools, [{ name: 'a' }, { name: 'b', cache_control }]);
  });

  it('8: more marks than Anthropic takes go, the others stay where they are', () => {
    const marked = (text: string): Json => ({ type: 'text', text, cache_control });
    const system = `[${[1, 2, 3, 4].map((n) => JSON.stringify(marked(`s${String(n)}`))).join(' , ')}]`;
    const message = JSON.stringify({ role: 'user', content: [marked('q')] });
    const body = `{"model":"claude-x","system":${system},"messages":[ ${message} ]}`;
    const bare = { type: 'text', text: 's1' };
    const expected = body.replace(JSON.stringify(marked('s1')), JSON.stringify(bare));
    assert.equal(bytesSent(body), expected);
  });

  it('8: a mark of the whole request is one of them, and enough', () => {
    const blocks = [1, 2, 3, 4].map((n) => ({ type: 'text', text: String(n), cache_control }));
    const { system } = sent({ system: blocks, messages: [], cache_control });
    const kept = (system as Json[]).map((block) => 'cache_control' in block);
    assert.deepEqual(kept, [false, true, true, true]);
    const messages = [{ role: 'user', content: 'q' }];
    assert.deepEqual(sent({ messages, cache_control }).messages, messages);
  });

  it('9: an hour behind a shorter life becomes the shorter one', () => {
    const hour = { type: 'ephemeral', ttl: '1h' };
    const content = [
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'r' }] },
      { type: 'text', text: 'q', cache_control: hour },
    ];
    const body = { messages: [{ role: 'user', content }] };
    const tools = [{ name: 'f', cache_control }];
    const { messages } = sent({ tools, ...body });
    assert.deepEqual(
      (messages as { content: Json[] }[])[0]?.content[1]?.cache_control,
      cache_control,
    );
    assert.deepEqual(sent(body).messages, body.messages);
  });

  it('10.3: empty lists of domains are taken out of web searches', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', blocked_domains: ['b'] };
    const tools = [{ ...search, allowed_domains: [], cache_control }, { name: 'f' }];
    assert.deepEqual(sent({ messages: [], tools }).tools, [
      { ...search, cache_control },
      { name: 'f' },
    ]);
  });

  describe('rebuild-mid-system-message', () => {
    const mid = { role: 'system', content: 'M' };
    const user = { role: 'user', content: [{ type: 'text', text: 'q', cache_control }] };
    const text = (value: string): Json => ({ type: 'text', text: value });

    it('without it system messages stay amid the conversation', () => {
      const messages = [user, mid];
      assert.deepEqual(sent({ messages }).messages, messages);
    });

    it('with it they go to the end of the system text, in order', () => {
      const last = { role: 'system', content: [text('N'), text('O')] };
      const body = { messages: [mid, user, last] };
      const moved = sent({ system: 'S', ...body }, { movesSystem: true });
      assert.deepEqual(moved.system, ['S', 'M', 'N', 'O'].map(text));
      assert.deepEqual(moved.messages, [user]);
      assert.deepEqual(sent(body, { movesSystem: true }).system, ['M', 'N', 'O'].map(text));
    });
  });

  it('the suffix decides about thinking; the display stays the wish of the client', () => {
    const capability = claudeModel('claude-opus-4-6')?.thinking;
    const thinking = { type: 'disabled', display: 'omitted' };
    const body = { messages: [], max_tokens: 9000, thinking, output_config: { effort: 'low' } };
    const effort = sent(body, { thinking: 'high', capability });
    assert.deepEqual(effort.thinking, { type: 'adaptive', display: 'omitted' });
    assert.deepEqual(effort.output_config, { effort: 'high' });
    const budget = sent(body, { thinking: '4096', capability });
    const expected = { type: 'enabled', budget_tokens: 4096, display: 'omitted' };
    assert.deepEqual(budget.thinking, expected);
    assert.equal('output_config' in budget, false);
    assert.deepEqual(sent(body, { thinking: 'none', capability }).thinking, { type: 'disabled' });
  });

  describe('an amount of the body, for a model that is known', () => {
    const known = (id: string) => ({ capability: claudeModel(id)?.thinking });
    const OPUS = known('claude-opus-4-6');
    const limited = { messages: [], max_tokens: 9000 };

    it('stays as it is when it fits, with the effort beside it', () => {
      const thinking = { budget_tokens: 4096, type: 'enabled', display: 'omitted' };
      const body = { ...limited, thinking, output_config: { effort: 'low' } };
      assert.ok(onlyModelChanged(body, OPUS));
      const free = { ...limited, thinking: { type: 'adaptive' } };
      assert.ok(onlyModelChanged(free, OPUS));
    });

    it('is lowered below the limit of the answer', () => {
      const body = { ...limited, thinking: { type: 'enabled', budget_tokens: 9000 } };
      const expected = { type: 'enabled', budget_tokens: 8999 };
      assert.deepEqual(sent(body, OPUS).thinking, expected);
    });

    it('gets the form the model takes', () => {
      const body = { ...limited, thinking: { type: 'enabled', budget_tokens: 4096 } };
      const levels = sent(body, known('claude-opus-5'));
      assert.deepEqual(levels.thinking, { type: 'adaptive' });
      assert.deepEqual(levels.output_config, { effort: 'medium' });
    });

    it('is taken out where the model can not think', () => {
      const output_config = { effort: 'high', format: { type: 'json_schema' } };
      const body = { ...limited, thinking: { type: 'adaptive' }, output_config };
      const bare = sent(body, known('claude-3-5-haiku-20241022'));
      assert.equal('thinking' in bare, false);
      assert.deepEqual(bare.output_config, { format: { type: 'json_schema' } });
    });

    it('stays unchecked under a suffix that says nothing', () => {
      const thinking = { type: 'enabled', budget_tokens: 200_000, display: 'summarized' };
      const body = { ...limited, thinking };
      assert.ok(onlyModelChanged(body, { ...OPUS, thinking: 'ultra' }));
    });
  });

  it('D7: temperature reaches Anthropic wherever it takes it', () => {
    const body = { messages: [], temperature: 0.2, top_k: 5 };
    assert.equal(sent(body).temperature, 0.2);
    const thinking = { type: 'enabled', budget_tokens: 2000 };
    const { temperature, top_k } = sent({ ...body, thinking });
    assert.deepEqual([temperature, top_k], [undefined, undefined]);
    const { top_p } = sent({ ...body, top_p: 0.9 });
    assert.equal(top_p, undefined);
  });

  it('C10: a forced tool turns thinking off', () => {
    const thinking = { type: 'enabled', budget_tokens: 2000 };
    assert.equal(
      'thinking' in sent({ messages: [], thinking, tool_choice: { type: 'any' } }),
      false,
    );
  });

  it('without thinking Anthropic refuses the edits of thinking that Claude Code asks for', () => {
    const thinks = { type: 'clear_thinking_20251015', keep: 'all' };
    const tools = { type: 'clear_tool_uses_20250919' };
    const asked = (...edits: Json[]): Json => ({
      messages: [],
      thinking: { type: 'enabled', budget_tokens: 2000 },
      context_management: { edits },
    });
    const forced = { tool_choice: { type: 'tool', name: 'f' } };
    assert.deepEqual(sent(asked(thinks)).context_management, { edits: [thinks] });
    assert.equal('context_management' in sent({ ...asked(thinks), ...forced }), false);
    assert.equal('context_management' in sent(asked(thinks), { thinking: 'none' }), false);
    assert.deepEqual(sent({ ...asked(thinks, tools), ...forced }).context_management, {
      edits: [tools],
    });
  });

  it('thinking that other providers issued is left out', () => {
    const foreign = { type: 'thinking', thinking: 't', signature: 'gAAAAA' };
    const content = [foreign, { type: 'text', text: 'a', cache_control }];
    const { messages } = sent({ messages: [{ role: 'assistant', content }] });
    assert.deepEqual(messages, [{ role: 'assistant', content: content.slice(1) }]);
  });

  it('C18: a missing limit is that of the model; of an unknown model it is left out', () => {
    const limitOf = (model: string): unknown => sent({ messages: [] }, { model }).max_tokens;
    assert.equal(limitOf('claude-opus-4-1-20250805'), 32_000);
    assert.equal(limitOf('claude-x'), undefined);
  });

  it('a body that is no object is refused', () => {
    assert.throws(() => bytesSent('[]'), { code: 'invalid_json' });
  });
});

describe('history for Claude models', () => {
  for (const { id, note, in: body, out } of vectors('sanitize', 'S')) {
    it(`${id}: ${note}`, () => {
      const bytes = withOwnHistory(Buffer.from(JSON.stringify(body)));
      assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), out);
    });
  }

  const PROOF = 'EgQKAggL';
  const answer = (...blocks: Json[]): Json => ({ role: 'assistant', content: blocks });
  const thinking = (signature?: string): Json => ({ type: 'thinking', thinking: 't', signature });
  const said = { type: 'text', text: 'a' };

  it('what is its own stays byte for byte', () => {
    const messages = JSON.stringify([answer(thinking(PROOF), said)]).replaceAll(':', ' : ');
    const own = `{"model":"claude-x","max_tokens":1,"messages":${messages},"cache_control":{}}`;
    assert.equal(bytesSent(own), own);
  });

  it('thinking of any other provider is found, and only its message is written again', () => {
    for (const signature of ['CiQBjz0KX0I', undefined, '']) {
      const own = '{"role" : "user","content":"q"}';
      const foreign = JSON.stringify(answer(thinking(PROOF), thinking(signature), said));
      const body = `{"model":"claude-x","max_tokens":1,"messages":[${own}, ${foreign}],"cache_control":{}}`;
      const kept = JSON.stringify(answer(thinking(PROOF), said));
      assert.equal(bytesSent(body), body.replace(foreign, kept));
    }
  });

  it('models of other names may know other proofs', () => {
    const messages = [answer(thinking('CiQBjz0KX0I'), { ...said, cache_control })];
    assert.deepEqual(sent({ messages }, { model: 'glm-4' }).messages, messages);
    const relayed = sent({ messages }, { model: 'anthropic/claude-opus-4.6' }).messages;
    assert.deepEqual(relayed, [answer({ ...said, cache_control })]);
  });

  it('3.8: an upstream that takes unsigned thinking gets it', () => {
    const messages = [answer(thinking(''), { ...said, cache_control })];
    assert.deepEqual(sent({ messages }, { keepsUnsigned: true }).messages, messages);
    assert.deepEqual(sent({ messages }).messages, [answer({ ...said, cache_control })]);
  });

  it('12: an empty text is refused by Anthropic', () => {
    const messages = [
      { role: 'user', content: [{ type: 'text', text: '' }] },
      { role: 'user', content: [{ ...said, cache_control }] },
    ];
    assert.deepEqual(sent({ messages }).messages, messages.slice(1));
  });

  it('12: so is a blank one, as chat models write in front of their calls', () => {
    const call = { type: 'tool_use', id: 't', name: 'f', input: {}, cache_control };
    for (const text of ['\n\n', ' \t', '\r\n']) {
      const messages = [answer({ type: 'text', text }, call)];
      assert.deepEqual(sent({ messages }).messages, [answer(call)]);
    }
  });

  it('searches of other providers and what they cite: Anthropic refuses their ids and proofs', () => {
    const cited = (encrypted_index: string) => ({
      type: 'web_search_result_location',
      url: 'https://e',
      encrypted_index,
    });
    const run = (id: string): Json[] => [
      { type: 'server_tool_use', id, name: 'web_search', input: {} },
      { type: 'web_search_tool_result', tool_use_id: id, content: [] },
    ];
    const own = answer(...run('srvtoolu_1'), { ...said, citations: [cited('proof')] });
    const foreign = answer(...run('ws_68af'), { ...said, citations: [cited('')] });
    const both = answer({ ...said, citations: [cited('proof'), cited('')] });
    const end = { role: 'user', content: [{ ...said, cache_control }] };
    assert.deepEqual(sent({ messages: [own, foreign, both, end] }).messages, [
      own,
      answer(said),
      answer({ ...said, citations: [cited('proof')] }),
      end,
    ]);
    assert.deepEqual(sent({ messages: [foreign, end] }, { model: 'glm-4' }).messages, [
      foreign,
      end,
    ]);
  });
});

describe('Claude to Claude, the answer', () => {
  const frames = vector('J01').events.map(
    (event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`,
  );

  it('frames pass as they are, and usage is read', () => {
    const translator = claudeToClaude.response(responseContext());
    assert.equal(clientText(translator, [Buffer.from(frames.join(''))]), frames.join(''));
    assert.deepEqual(translator.usage, {
      inputTokens: 16,
      outputTokens: 9,
      cachedTokens: 4,
      reasoningTokens: 0,
      totalTokens: 25,
    });
  });

  it('a stream that breaks off is told', () => {
    const translator = claudeToClaude.response(responseContext());
    const { text, error } = failedText(translator, Buffer.from(frames.slice(0, 4).join('')));
    assert.equal(text, frames.slice(0, 4).join(''));
    assert.equal((error as { code: string }).code, 'upstream_incomplete_stream');
  });

  it('relays that leave out the names of events and the last one', () => {
    const bare = frames.slice(0, -1).map((frame) => frame.replace(/^event: .*\n/, ''));
    const translator = claudeToClaude.response(responseContext());
    assert.equal(clientText(translator, [Buffer.from(bare.join(''))]), frames.join(''));
  });

  it('a whole body for a client that wants a stream: every block, by deltas where it has any', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'EgQKAgEC' },
      { type: 'text', text: 'Grüße' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'tool_use', id: 'toolu_1', name: 'track', input: { code: 'ZX10' } },
    ];
    const usage = { input_tokens: 1, output_tokens: 2 };
    const body = { id: 'msg_1', type: 'message', content, stop_reason: 'tool_use', usage };
    const translator = claudeToClaude.response(responseContext());
    const text = String(translator.onBody(Buffer.from(JSON.stringify(body))));
    assert.deepEqual(readClaudeStream(text), {
      id: 'msg_1',
      content,
      stopReason: 'tool_use',
      usage,
    });
    assert.equal(text.match(/"delta":\{"type":/g)?.length, 4);
    assert.equal(translator.usage?.totalTokens, 3);
  });

  it('a whole body passes as it is', () => {
    const translator = claudeToClaude.response(responseContext({ stream: false }));
    const body = Buffer.from('{ "usage":{"input_tokens":1,"output_tokens":2} }');
    assert.equal(translator.onBody(body), body);
    assert.equal(translator.usage?.totalTokens, 3);
    assert.equal(translator.onEnd(), '');
  });
});
