/** The hosted image tool in requests, codex.md 1.6, 1.8 and vectors 37 to 40. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatToChat } from '../../../src/formats/chat/to-chat.ts';
import { chatToCodex } from '../hub-pairs.ts';
import { responsesToCodex } from '../../../src/formats/responses/to-codex.ts';
import { requestContext } from '../chat/contexts.ts';
import { vector } from '../vectors.ts';
import type { FormatPair, RequestContext } from '../../../src/formats/format.ts';

type Json = Record<string, unknown>;

const IMAGE = { type: 'image_generation', output_format: 'png' };
const OWN = { type: 'image_generation', size: '1024x1024' };
const OTHER = { type: 'function', name: 'f', parameters: {} };

const add = { imageTool: 'add' } as const;
const remove = { imageTool: 'remove' } as const;

function sentBy(pair: FormatPair, body: unknown, over: Partial<RequestContext>): Json {
  const bytes = Buffer.from(JSON.stringify(body));
  const sent = pair.encodeRequest(bytes, requestContext(over));
  return JSON.parse(Buffer.from(sent).toString()) as Json;
}

const responses = (body: Json, over: Partial<RequestContext>): Json =>
  sentBy(responsesToCodex, { model: 'm', input: [], ...body }, over);
const chat = (body: Json, over: Partial<RequestContext>): Json =>
  sentBy(chatToCodex, { model: 'm', messages: [{ role: 'user', content: 'q' }], ...body }, over);

/** The two clients whose requests are made for Codex. */
const CLIENTS = { responses, chat };

describe('vectors of codex.md 9.5 with disable-image-generation: false', () => {
  const ping = { model: 'gpt-5.5(high)', input: 'ping', store: true, parallel_tool_calls: false };
  const over = { ...add, thinking: 'high', stream: false, cacheKey: 'key-1' };

  it('37: the tool is added, so parallel_tool_calls is true', () => {
    assert.deepEqual(sentBy(responsesToCodex, ping, over), {
      model: 'gpt-5.5',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ping' }] }],
      store: false,
      stream: true,
      instructions: '',
      include: ['reasoning.encrypted_content'],
      parallel_tool_calls: true,
      reasoning: { effort: 'high' },
      tools: [IMAGE],
      prompt_cache_key: 'key-1',
    });
  });

  it('40: a Responses-Lite request gets none', () => {
    const flag = { ws_request_header_x_openai_internal_codex_responses_lite: 'true' };
    for (const sent of [
      sentBy(responsesToCodex, ping, { ...over, lite: true }),
      sentBy(responsesToCodex, { ...ping, client_metadata: flag }, over),
      chat({}, { ...add, lite: true }),
    ]) {
      assert.equal('tools' in sent, false);
      assert.equal(sent.parallel_tool_calls, false);
    }
  });
});

for (const [client, send] of Object.entries(CLIENTS)) {
  describe(`image tool of a ${client} client`, () => {
    it('is appended to the tools there are', () => {
      const tools = [{ ...OTHER, ...(client === 'chat' && { function: { name: 'f' } }) }];
      const sent = send({ tools }, add).tools as Json[];
      assert.equal(sent.length, 2);
      assert.deepEqual(sent[1], IMAGE);
      assert.deepEqual(send({ tools: [] }, add).tools, [IMAGE]);
      assert.deepEqual(send({}, add).tools, [IMAGE]);
      assert.equal(send({}, add).parallel_tool_calls, true);
    });

    it('is not added beside one that is there', () => {
      assert.deepEqual(send({ tools: [OWN] }, add).tools, [OWN]);
    });

    it('goes with a choice of it; the last tool takes the list along', () => {
      const sent = send({ tools: [OWN], tool_choice: { type: 'image_generation' } }, remove);
      for (const gone of ['tools', 'tool_choice', 'parallel_tool_calls']) {
        assert.equal(gone in sent, false, gone);
      }
    });

    it('stays as it is without a wish', () => {
      assert.deepEqual(send({ tools: [OWN] }, {}).tools, [OWN]);
      assert.equal('tools' in send({}, {}), false);
    });
  });
}

describe('image tool, what a Responses body may hold', () => {
  const TWINS: Json[] = [
    { type: 'function', name: 'image_gen.imagegen' },
    { type: 'namespace', name: 'image_gen', tools: [{ type: 'function', name: 'imagegen' }] },
  ];
  for (const twin of TWINS) {
    it(`1.8: a ${String(twin.type)} of the client that makes images keeps it out`, () => {
      assert.deepEqual(responses({ tools: [twin] }, add).tools, [twin]);
      assert.deepEqual(responses({ tools: [twin] }, remove).tools, [twin]);
    });
  }

  it('1.8: look-alikes do not', () => {
    const tools = [
      { type: 'function', name: 'image_gen' },
      { type: 'namespace', name: 'image_gen', tools: [{ type: 'function', name: 'other' }] },
      { type: 'namespace', name: 'image_gen' },
      { type: 'namespace', name: 'my', tools: [{ type: 'function', name: 'image_gen.x' }] },
    ];
    assert.deepEqual(responses({ tools }, add).tools, [...tools, IMAGE]);
  });

  it('a value that is no list is replaced', () => {
    assert.deepEqual(responses({ tools: null }, add).tools, [IMAGE]);
  });

  it('is cut out wherever it stands', () => {
    for (const tools of [
      [OWN, OTHER],
      [OTHER, OWN],
      [OWN, OTHER, OWN, OWN],
    ]) {
      assert.deepEqual(responses({ tools }, remove).tools, [OTHER]);
    }
  });

  it('beside the old names of other tools', () => {
    const tools = [{ type: 'web_search_preview' }, OWN, { type: 'web_search_preview' }];
    const search = { type: 'web_search' };
    assert.deepEqual(responses({ tools }, remove).tools, [search, search]);
    assert.deepEqual(responses({ tools: tools.slice(2) }, add).tools, [search, IMAGE]);
  });

  const GONE: unknown[] = [
    'image_generation',
    { type: 'Image_Generation' },
    { type: 'tool', name: 'image_generation' },
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'image_generation' }] },
  ];
  for (const tool_choice of GONE) {
    it(`the choice ${JSON.stringify(tool_choice)} goes`, () => {
      assert.equal('tool_choice' in responses({ tools: [OTHER], tool_choice }, remove), false);
    });
  }

  it('a choice among several tools only loses this one', () => {
    const tool_choice = { type: 'allowed_tools', mode: 'auto', tools: [OWN, OTHER] };
    const expected = { ...tool_choice, tools: [OTHER] };
    assert.deepEqual(responses({ tools: [OTHER], tool_choice }, remove).tool_choice, expected);
    assert.deepEqual(chat({ tool_choice }, remove).tool_choice, expected);
  });

  it('other choices stay', () => {
    for (const tool_choice of ['auto', 'required', { type: 'function', name: 'image_gen' }]) {
      assert.deepEqual(responses({ tools: [OTHER], tool_choice }, remove).tool_choice, tool_choice);
    }
  });
});

it('R11: chat clients of chat upstreams lose it, too', () => {
  const { in: body, out } = vector('R11');
  const messages = [{ role: 'user', content: 'q' }];
  const sent = sentBy(chatToChat, { ...body, messages }, { ...remove, stream: false });
  assert.deepEqual(sent, { model: 'gpt-5.5', messages, ...(out as Json) });
});
