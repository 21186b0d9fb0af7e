/**
 * Tools that an upstream runs itself, and those that Anthropic defines and the client runs: on Google,
 * and Google's own on Codex (translate-gemini-thinking.md 4.3, 5.2, 6.1, 9.1). The reference leaves
 * them out, apart from those that chat clients name in Google's words.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { geminiToCodex } from '../../../src/formats/gemini/to-codex.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { chunksIn } from '../../support/gemini.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText } from '../streams.ts';

function sent(client: ClientSide, body: JsonObject): JsonObject {
  const bytes = Buffer.from(JSON.stringify(body));
  const context = requestContext({ model: 'gemini-2.5-pro' });
  const upstream = hubPair(client, geminiUpstream).encodeRequest(bytes, context);
  return JSON.parse(Buffer.from(upstream).toString()) as JsonObject;
}

const SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 3 };

describe('hosted tools on Google', () => {
  const HOSTED: [client: ClientSide, tools: JsonObject[], nodes: JsonObject[]][] = [
    [
      claudeClient,
      [SEARCH, { type: 'code_execution_20250825', name: 'code_execution' }],
      [{ googleSearch: {} }, { codeExecution: {} }],
    ],
    [
      claudeClient,
      [SEARCH, { type: 'web_search_20260209', name: 'again' }],
      [{ googleSearch: {} }],
    ],
    [claudeClient, [{ type: 'web_fetch_20250910', name: 'web_fetch' }], [{ urlContext: {} }]],
    [
      responsesClient,
      [{ type: 'web_search_preview' }, { type: 'code_interpreter', container: { type: 'auto' } }],
      [{ googleSearch: {} }, { codeExecution: {} }],
    ],
    [chatClient, [{ type: 'web_search' }], [{ googleSearch: {} }]],
    [chatClient, [{ google_search: { x: 1 } }], [{ googleSearch: { x: 1 } }]],
  ];
  for (const [client, tools, nodes] of HOSTED) {
    it(`${client.format}: ${JSON.stringify(tools)}`, () => {
      const body = sent(client, { tools, tool_choice: 'required' });
      assert.deepEqual(body.tools, nodes);
      // Google refuses a choice without functions.
      assert.equal(body.toolConfig, undefined);
    });
  }

  it('chat: the options of a search', () => {
    assert.deepEqual(sent(chatClient, { messages: [], web_search_options: {} }).tools, [
      { googleSearch: {} },
    ]);
  });

  it('10.4: not beside functions, which Google refuses; a choice of them is none', () => {
    const own = { name: 'f', input_schema: { type: 'object' } };
    const body = sent(claudeClient, {
      tools: [SEARCH, own],
      tool_choice: { type: 'tool', name: 'web_search' },
    });
    assert.deepEqual(body.tools, [
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }] },
    ]);
    assert.equal(body.toolConfig, undefined);
  });
});

describe('tools that Anthropic defines and the client runs', () => {
  it('are functions (the reference leaves them out)', () => {
    const tools = [
      { type: 'bash_20250124', name: 'bash' },
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
      { type: 'memory_20250818', name: 'memory' },
      // Its schema is too much to tell.
      { type: 'computer_20250124', name: 'computer', display_width_px: 9 },
    ];
    const [node] = sent(claudeClient, { tools }).tools as { functionDeclarations: JsonObject[] }[];
    assert.deepEqual(
      node?.functionDeclarations.map(({ name }) => name),
      ['bash', 'str_replace_based_edit_tool', 'memory'],
    );
    const schemas = node.functionDeclarations.map(
      ({ parametersJsonSchema }) => parametersJsonSchema,
    );
    assert.ok(
      schemas.every((schema) => Object.keys((schema as JsonObject).properties ?? {}).length),
    );
  });
});

describe('tools of Responses clients in other forms', () => {
  const named = (tool: JsonObject): unknown =>
    (sent(responsesClient, { tools: [tool] }).tools as { functionDeclarations: unknown[] }[])[0]
      ?.functionDeclarations[0];
  const parameters = { type: 'object', properties: { q: { type: 'string' } } };
  const want = { name: 'f', parametersJsonSchema: parameters };

  it('5.2: schemas under every name', () => {
    for (const key of ['parameters', 'parametersJsonSchema', 'input_schema']) {
      assert.deepEqual(named({ type: 'function', name: 'f', [key]: parameters }), want);
    }
    assert.deepEqual(named({ type: 'function', function: { name: 'f', parameters } }), want);
    assert.deepEqual(named({ type: '', name: 'f', parameters }), want);
  });

  it('5.2: a direct tool beats one of a namespace', () => {
    const child = { type: 'function', name: 'f', description: 'child' };
    const tools = [
      { type: 'namespace', name: 'ns', tools: [child] },
      { type: 'function', name: 'ns__f', description: 'direct' },
    ];
    const [node] = sent(responsesClient, { tools }).tools as {
      functionDeclarations: JsonObject[];
    }[];
    assert.deepEqual(
      node?.functionDeclarations.map(({ description }) => description),
      ['direct'],
    );
  });

  it('5.2: choices in every form', () => {
    const choices = [
      { type: 'function', name: 'f' },
      { type: 'tool', name: 'f' },
      { type: 'function', function: { name: 'f' } },
    ];
    for (const tool_choice of choices) {
      const tools = [{ type: 'function', name: 'f' }];
      assert.deepEqual(sent(responsesClient, { tools, tool_choice }).toolConfig, {
        functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
      });
    }
  });

  it('5.1: stop words, and a schema in the form of chat', () => {
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
    const body = sent(responsesClient, { stop_sequences: ['Z'], text: { format } });
    assert.deepEqual(body.generationConfig, {
      stopSequences: ['Z'],
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
    });
  });
});

describe('content in other forms, on Google', () => {
  it('chat: one part instead of a list (4.2)', () => {
    const content = { type: 'text', text: 'x' };
    const messages = ['system', 'user'].map((role) => ({ role, content }));
    const body = sent(chatClient, { messages });
    assert.deepEqual(body.systemInstruction, { role: 'user', parts: [{ text: 'x' }] });
    assert.deepEqual(body.contents, [{ role: 'user', parts: [{ text: 'x' }] }]);
  });

  it('Responses: sound, flat (5.3) and as in the public API', () => {
    const sound = { data: 'UklG', format: 'mp3' };
    const content = [
      { type: 'input_audio', ...sound },
      { type: 'input_audio', input_audio: sound },
    ];
    const inline_data = { mime_type: 'audio/mpeg', data: 'UklG' };
    assert.deepEqual(sent(responsesClient, { input: [{ role: 'user', content }] }).contents, [
      { role: 'user', parts: [{ inline_data }, { inline_data }] },
    ]);
  });

  it('4.1: single keys of a picture’s form are overwritten, the others stay', () => {
    const { generationConfig } = sent(chatClient, {
      messages: [],
      generationConfig: { imageConfig: { imageSize: '2K', aspectRatio: '1:1' } },
      image_config: { aspect_ratio: '16:9' },
    });
    assert.deepEqual(generationConfig, { imageConfig: { imageSize: '2K', aspectRatio: '16:9' } });
  });
});

describe('the search of Google on Codex', () => {
  const TOOLS = [{ googleSearch: {} }, { codeExecution: {} }, { google_search: {} }];

  it('is that of Codex (the reference leaves it out)', () => {
    const body = Buffer.from(JSON.stringify({ contents: 'q', tools: TOOLS.slice(0, 2) }));
    const upstream = geminiToCodex.encodeRequest(body, requestContext());
    const { tools } = JSON.parse(Buffer.from(upstream).toString()) as JsonObject;
    assert.deepEqual(tools, [{ type: 'web_search' }]);
  });

  const page = { type: 'url_citation', url: 'https://a.example/', title: 'A', start_index: 0 };
  const call = { type: 'web_search_call', id: 'ws', action: { type: 'search', query: 'cats' } };
  const message = { type: 'message', content: [{ type: 'output_text', text: 'x' }] };
  const EVENTS: JsonObject[] = [
    { type: 'response.created', response: { id: 'r' } },
    { type: 'response.output_item.done', output_index: 0, item: call },
    { type: 'response.output_text.delta', output_index: 1, delta: 'x' },
    { type: 'response.output_text.annotation.added', output_index: 1, annotation: page },
    { type: 'response.output_item.done', output_index: 1, item: message },
    { type: 'response.completed', response: { id: 'r', output: [call, message] } },
  ];
  const wire = Buffer.from(EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  const grounding = {
    webSearchQueries: ['cats'],
    groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
  };

  it('what it found is grounding, streamed and whole', () => {
    for (const stream of [true, false]) {
      const text = clientText(geminiToCodex.response(responseContext({ stream })), [wire]);
      const chunks = (stream ? chunksIn(text) : [JSON.parse(text)]) as JsonObject[];
      const [candidate] = chunks.at(-1)?.candidates as JsonObject[];
      assert.deepEqual(candidate?.groundingMetadata, grounding);
    }
  });
});
