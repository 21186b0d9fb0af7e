/** Requests to Gemini upstreams (translate-gemini-thinking.md 4 to 6; vectors of 18 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { encodeCarrier } from '../../../src/formats/gemini/carrier.ts';
import { SENTINEL, nativeSignature } from '../../../src/formats/gemini/signatures.ts';
import { sanitiseName } from '../../../src/formats/gemini/tool-names.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { requestContext } from '../chat/contexts.ts';

/** Field 2 holds field 1, which begins with 0x01. */
const SIGNATURE = 'EgQKAgEC';
const PNG = 'data:image/png;base64,iVBORw0K';

function sent(
  client: ClientSide,
  body: JsonObject,
  over: Partial<RequestContext> = {},
): JsonObject {
  const context = requestContext({ model: 'gemini-2.5-pro', ...over });
  const bytes = hubPair(client, geminiUpstream).encodeRequest(
    Buffer.from(JSON.stringify(body)),
    context,
  );
  return JSON.parse(Buffer.from(bytes).toString()) as JsonObject;
}

const chat = (messages: unknown[], more: JsonObject = {}): JsonObject =>
  sent(chatClient, { messages, ...more });
const responses = (input: unknown, more: JsonObject = {}): JsonObject =>
  sent(responsesClient, { input, ...more });
const claude = (messages: unknown[], more: JsonObject = {}): JsonObject =>
  sent(claudeClient, { messages, ...more });

const user = (text: string): JsonObject => ({ role: 'user', parts: [{ text }] });
const callOf = (id: string, name: string, args = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const declare = (name: string): JsonObject => ({ type: 'function', function: { name } });
const namesIn = (body: JsonObject): string[] => {
  const [node] = body.tools as { functionDeclarations: { name: string }[] }[];
  return (node?.functionDeclarations ?? []).map(({ name }) => name);
};

describe('chat client → Gemini', () => {
  it('43: the example of 4.2; a result is its JSON text', () => {
    const { contents } = chat([
      { role: 'user', content: 'w?' },
      { role: 'assistant', tool_calls: [callOf('c1', 'get w', '{"c":1}')] },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ]);
    assert.deepEqual(contents, [
      user('w?'),
      {
        role: 'model',
        parts: [{ functionCall: { name: 'get_w', args: { c: 1 } }, thoughtSignature: SENTINEL }],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'get_w', response: { result: '"ok"' } } }],
      },
    ]);
  });

  it('41: a system message alone is the user’s', () => {
    const body = chat([{ role: 'system', content: 'x' }]);
    assert.deepEqual(body.contents, [user('x')]);
    assert.equal(body.systemInstruction, undefined);
    const ofTwo = responses([
      { role: 'developer', content: 'x' },
      { role: 'developer', content: 'y' },
    ]);
    assert.deepEqual(ofTwo.contents, [user('y')]);
    assert.deepEqual(ofTwo.systemInstruction, { parts: [{ text: 'x' }] });
  });

  it('42: an assistant does not come last', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ];
    assert.deepEqual(chat(messages).contents, [user('a')]);
  });

  it('44: every call has a result', () => {
    const { contents } = chat([
      { role: 'user', content: 'a' },
      { role: 'assistant', tool_calls: [callOf('c1', 'f'), callOf('c2', 'g')] },
      { role: 'tool', tool_call_id: 'zz', content: 'of no call' },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'r' }] },
    ]);
    assert.deepEqual((contents as JsonObject[])[2]?.parts, [
      {
        functionResponse: { name: 'f', response: { result: '[{"type":"text","text":"r"}]' } },
      },
      { functionResponse: { name: 'g', response: { result: '{}' } } },
    ]);
  });

  it('45: names that would be the same stay apart (the reference declares one of them)', () => {
    const names = namesIn(chat([], { tools: [declare('a b'), declare('a/b'), declare('c')] }));
    assert.equal(new Set(names).size, 3);
    assert.match(names[0] ?? '', /^a_b_[0-9a-f]{12}$/);
    assert.match(names[1] ?? '', /^a_b_[0-9a-f]{12}$/);
    assert.equal(names[2], 'c');
  });

  it('4.1, 4.3: fields and tools', () => {
    const body = chat([{ role: 'user', content: 'x' }], {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      max_completion_tokens: 100_000,
      n: 2,
      stop: 'END',
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { a: 1 } } },
      modalities: ['text', 'image', 'audio'],
      image_config: { aspect_ratio: '16:9' },
      generationConfig: { responseSchema: {}, mediaResolution: 'LOW', temperature: 1 },
      tools: [
        { google_search: {} },
        {
          type: 'function',
          function: {
            name: 'f',
            strict: true,
            description: 'd',
            parameters: { type: 'object', properties: { q: { type: 'string', minLength: 1 } } },
          },
        },
        { type: 'function', function: { name: 'g' } },
      ],
    });
    assert.equal(body.model, 'gemini-2.5-pro');
    assert.deepEqual(body.generationConfig, {
      mediaResolution: 'LOW',
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      // providers.md G4: capped.
      maxOutputTokens: 65_536,
      candidateCount: 2,
      // Differs from the reference, which drops stop words and the choice of a tool (17).
      stopSequences: ['END'],
      responseMimeType: 'application/json',
      responseJsonSchema: { a: 1 },
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: { aspectRatio: '16:9' },
    });
    assert.deepEqual(body.toolConfig, {
      functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
    });
    const parameters = {
      type: 'object',
      properties: { q: { type: 'string', description: 'minLength: 1' } },
    };
    assert.deepEqual(body.tools, [
      {
        functionDeclarations: [
          { name: 'f', description: 'd', parametersJsonSchema: parameters },
          { name: 'g', parametersJsonSchema: { type: 'object', properties: {} } },
        ],
      },
      { googleSearch: {} },
    ]);
    assert.equal((body.safetySettings as unknown[]).length, 5);
  });

  it('4.2: media and system text', () => {
    const body = chat([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: PNG } },
          { type: 'image_url', image_url: { url: 'https://pictures.example/a.png' } },
          { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } },
          { type: 'file', file: { filename: 'a.PDF', file_data: 'JVBE' } },
          { type: 'file', file: { filename: 'a', file_data: 'JVBE' } },
          { type: 'input_audio', input_audio: { data: 'UklG', format: 'mp3' } },
        ],
      },
    ]);
    assert.deepEqual(body.systemInstruction, {
      role: 'user',
      parts: [{ text: 'a' }, { text: 'b' }],
    });
    const inline = (mime_type: string, data: string): JsonObject => ({
      inlineData: { mime_type, data },
    });
    assert.deepEqual((body.contents as JsonObject[])[0]?.parts, [
      { ...inline('image/png', 'iVBORw0K'), thoughtSignature: SENTINEL },
      // The reference drops addresses; Google can load them.
      { fileData: { fileUri: 'https://pictures.example/a.png', mimeType: 'image/png' } },
      inline('video/mp4', 'AAAA'),
      inline('application/pdf', 'JVBE'),
      inline('audio/mpeg', 'UklG'),
    ]);
  });

  it('2.5, 52: signatures of replayed calls', () => {
    const signed = (signature: string): JsonObject => ({
      extra_content: { google: { thought_signature: signature } },
    });
    const { contents } = chat([
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        reasoning_content: 'hm',
        tool_calls: [{ ...callOf('1', 'f'), ...signed(SIGNATURE) }, callOf('2', 'g')],
      },
      {
        role: 'assistant',
        tool_calls: [callOf('3', 'f'), { ...callOf('4', 'g'), ...signed(SENTINEL) }],
      },
    ]);
    const parts = (contents as JsonObject[]).flatMap(({ parts: all }) => all as JsonObject[]);
    const calls = parts.filter((part) => part.functionCall !== undefined);
    assert.deepEqual(
      calls.map(({ thoughtSignature }) => thoughtSignature),
      [SIGNATURE, undefined, SENTINEL, undefined],
    );
    assert.deepEqual(parts[1], { text: 'hm', thought: true });
  });

  it('38: effort, and thoughts shown', () => {
    const capability = { min: 128, max: 32_768, dynamicAllowed: true, levels: ['low', 'high'] };
    const messages = [{ role: 'user', content: 'x' }];
    const { generationConfig } = sent(
      chatClient,
      { messages, reasoning_effort: ' High ' },
      { capability },
    );
    assert.deepEqual(generationConfig, {
      thinkingConfig: { thinkingLevel: 'high', includeThoughts: true },
    });
  });
});

describe('Responses client → Gemini', () => {
  it('5.1 to 5.3: a conversation with tools', () => {
    const body = responses(
      [
        { role: 'developer', content: [{ type: 'input_text', text: 'dev' }] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'q' },
            { type: 'input_image', image_url: PNG },
          ],
        },
        { type: 'function_call', call_id: 'c1', name: 'f', namespace: 'ns', arguments: 'raw' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'shell', input: 'ls' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: 'plain' },
        { type: 'function_call_output', call_id: 'c1', output: '{"a":1}' },
        { type: 'function_call_output', call_id: 'zz', output: '' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'idle' }] },
      ],
      {
        instructions: 'be',
        max_output_tokens: 5,
        tool_choice: 'required',
        tools: [
          { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }] },
          { type: 'custom', name: 'shell', description: 'd' },
          { type: 'web_search' },
        ],
      },
    );
    assert.deepEqual(body.systemInstruction, { parts: [{ text: 'be' }, { text: 'dev' }] });
    assert.deepEqual(body.contents, [
      {
        role: 'user',
        parts: [{ text: 'q' }, { inline_data: { mime_type: 'image/png', data: 'iVBORw0K' } }],
      },
      {
        role: 'model',
        parts: [
          {
            functionCall: { name: 'ns__f', args: { arguments: 'raw' }, id: 'c1' },
            thoughtSignature: SENTINEL,
          },
          { functionCall: { name: 'shell', args: { input: 'ls' }, id: 'c2' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c1', name: 'ns__f', response: { result: { a: 1 } } } },
          { functionResponse: { id: 'c2', name: 'shell', response: { result: 'plain' } } },
          { functionResponse: { id: 'zz', name: 'unknown', response: {} } },
        ],
      },
    ]);
    assert.deepEqual(namesIn(body), ['ns__f', 'shell']);
    assert.deepEqual(body.toolConfig, { functionCallingConfig: { mode: 'ANY' } });
    assert.deepEqual(body.generationConfig, { maxOutputTokens: 5 });
  });

  it('5.3: pictures in a result', () => {
    const { contents } = responses([
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '' },
      {
        type: 'function_call_output',
        call_id: 'c',
        output: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: PNG },
          { type: 'input_text', text: 'b' },
        ],
      },
    ]);
    // The model can not begin (2.6).
    assert.deepEqual((contents as JsonObject[])[0], user(''));
    assert.deepEqual((contents as JsonObject[])[2]?.parts, [
      { functionResponse: { id: 'c', name: 'f', response: { result: 'a\nb' } } },
      { inline_data: { mime_type: 'image/png', data: 'iVBORw0K' } },
    ]);
  });

  const reasoning = (encrypted_content: string, text = ''): JsonObject => ({
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content,
  });
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  const said = { role: 'assistant', content: [{ type: 'output_text', text: 'said' }] };
  const asked = { role: 'user', content: 'q' };
  const carrier = (direction: 'next' | 'previous' | 'standalone', target: 'text' | 'function') =>
    encodeCarrier({ direction, target, signature: SIGNATURE });
  const functionCall = { name: 'f', args: {}, id: 'c' };
  const thought = { text: 'hm', thought: true };
  const CARRIERS: [name: string, items: JsonObject[], parts: JsonObject[]][] = [
    [
      'next function',
      [reasoning(carrier('next', 'function'), 'hm'), call],
      [thought, { functionCall, thoughtSignature: SIGNATURE }],
    ],
    [
      'next, another neighbour',
      [reasoning(carrier('next', 'text'), 'hm'), call],
      [thought, { functionCall, thoughtSignature: SENTINEL }],
    ],
    [
      'previous text',
      [said, reasoning(carrier('previous', 'text')), call],
      [
        { text: 'said', thoughtSignature: SIGNATURE },
        { functionCall, thoughtSignature: SENTINEL },
      ],
    ],
    [
      'standalone',
      [reasoning(carrier('standalone', 'text'), 'hm')],
      [{ ...thought, thoughtSignature: SIGNATURE }],
    ],
    [
      'unmarked, before a call',
      [reasoning(SIGNATURE, 'hm'), call],
      [thought, { functionCall, thoughtSignature: SIGNATURE }],
    ],
    [
      'unmarked, alone',
      [reasoning(`gemini#${SIGNATURE}`, 'hm')],
      [{ ...thought, thoughtSignature: SIGNATURE }],
    ],
    [
      'foreign',
      [reasoning('gAAAAABo', 'hm'), reasoning('gAAAAABo'), call],
      [thought, { functionCall, thoughtSignature: SENTINEL }],
    ],
  ];
  for (const [name, items, parts] of CARRIERS) {
    it(`5.4: carrier, ${name}`, () => {
      const { contents } = responses([asked, ...items, asked]);
      assert.deepEqual((contents as JsonObject[])[1], { role: 'model', parts });
    });
  }
});

describe('Claude client → Gemini', () => {
  it('49: tools keep the names of their calls (the reference reads them out of ids)', () => {
    const body = claude(
      [
        { role: 'user', content: 'q' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'tool_use', id: 'get_w-3', name: 'other', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_01', content: 'x' },
            {
              type: 'tool_result',
              tool_use_id: 'get_w-3',
              content: [
                { type: 'text', text: 'y' },
                {
                  type: 'image',
                  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' },
                },
              ],
            },
            { type: 'text', text: 'go on' },
          ],
        },
      ],
      {
        system: 'be',
        max_tokens: 10,
        stop_sequences: ['Z'],
        tool_choice: { type: 'tool', name: 'other' },
        tools: [{ name: 'other', input_schema: { type: 'object' }, cache_control: {} }],
      },
    );
    assert.deepEqual(body.contents, [
      user('q'),
      {
        role: 'model',
        parts: [{ functionCall: { name: 'other', args: { a: 1 } }, thoughtSignature: SENTINEL }],
      },
      {
        role: 'user',
        parts: [
          {
            functionResponse: {
              name: 'other',
              response: { result: { type: 'text', text: 'y' } },
            },
          },
          { inline_data: { mime_type: 'image/png', data: 'iVBORw0K' } },
          { functionResponse: { name: 'toolu_01', response: { result: 'x' } } },
          { text: 'go on' },
        ],
      },
    ]);
    assert.deepEqual(body.systemInstruction, { role: 'user', parts: [{ text: 'be' }] });
    // Differs from the reference, which drops both (17).
    assert.deepEqual(body.generationConfig, { maxOutputTokens: 10, stopSequences: ['Z'] });
    assert.deepEqual(body.tools, [
      { functionDeclarations: [{ name: 'other', parametersJsonSchema: { type: 'object' } }] },
    ]);
  });
});

describe('names and signatures', () => {
  const NAMES: [string, string][] = [
    ['9lives', '_9lives'],
    ['a b/c', 'a_b_c'],
    ['x'.repeat(70), 'x'.repeat(64)],
    ['…', '_'],
    ['', ''],
    [`9${'x'.repeat(70)}`, `_9${'x'.repeat(62)}`],
  ];
  for (const [name, want] of NAMES) {
    it(`68: ${name.slice(0, 10)}`, () => assert.equal(sanitiseName(name), want));
  }

  it('2.5: what Google issued', () => {
    const uuid = Buffer.from('123e4567-e89b-12d3-a456-426614174000');
    const inner = Buffer.concat([Buffer.from([0x0a, 36]), uuid]);
    const withUuid = Buffer.concat([Buffer.from([0x12, inner.length]), inner]).toString('base64');
    assert.equal(nativeSignature(SIGNATURE), SIGNATURE);
    assert.equal(nativeSignature(`claude#${SIGNATURE}`), SIGNATURE);
    assert.equal(nativeSignature(withUuid), withUuid);
    for (const foreign of ['', SENTINEL, 'EgQKAgIC', 'EgQK', 'not base64', 'AAAA', undefined]) {
      assert.equal(nativeSignature(foreign), undefined, foreign);
    }
  });
});
