/** Gemini requests read into the canonical model (translate-gemini-thinking.md 1.1, 7.1, 9.1). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { CanonicalRequest } from '../../../src/canonical/request.ts';
import { geminiClient } from '../../../src/formats/gemini/client.ts';
import { onWire } from '../chat/contexts.ts';

const decode = (body: Record<string, unknown>): CanonicalRequest =>
  onWire(geminiClient.decodeRequest(body)) as CanonicalRequest;

const messagesOf = (contents: unknown): unknown => decode({ contents }).messages;

const CAMEL = {
  systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'What is this?' },
        { inlineData: { mimeType: 'image/png', data: 'iVBO' } },
        { fileData: { mimeType: 'application/pdf', fileUri: 'https://f.example/a.pdf' } },
      ],
    },
    {
      role: 'model',
      parts: [
        {
          functionCall: { id: 'fc-1', name: 'lookup', args: { q: 'cat' } },
          thoughtSignature: 'EgQK',
        },
      ],
    },
    {
      role: 'user',
      parts: [{ functionResponse: { id: 'fc-1', name: 'lookup', response: { result: 'a cat' } } }],
    },
  ],
  tools: [
    {
      functionDeclarations: [{ name: 'lookup', description: 'find', parameters: SCHEMA('OBJECT') }],
    },
    { googleSearch: {} },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['lookup'] } },
  generationConfig: {
    temperature: 0.2,
    topP: 0.9,
    topK: 40,
    maxOutputTokens: 2048,
    candidateCount: 1,
    stopSequences: ['END'],
    responseJsonSchema: SCHEMA('OBJECT'),
    thinkingConfig: { thinkingBudget: 8192, includeThoughts: true },
  },
};

function SCHEMA(object: string): unknown {
  return { type: object, properties: { q: { type: 'STRING' }, type: { type: 'INTEGER' } } };
}

const LOWER = {
  type: 'object',
  properties: { q: { type: 'string' }, type: { type: 'integer' } },
};

/** The same body as protobuf's own JSON spells it. */
function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
      snake(member),
    ]),
  );
}

describe('Gemini request', () => {
  it('a whole one', () => {
    assert.deepEqual(decode(CAMEL), {
      model: '',
      stream: false,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', url: 'data:image/png;base64,iVBO' },
            {
              type: 'file',
              url: 'https://f.example/a.pdf',
              filename: 'document.pdf',
              mediaType: 'application/pdf',
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            {
              type: 'tool_call',
              kind: 'function',
              id: 'fc-1',
              name: 'lookup',
              arguments: '{"q":"cat"}',
              signature: 'EgQK',
            },
          ],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool_result',
              kind: 'function',
              callId: 'fc-1',
              name: 'lookup',
              content: 'a cat',
              wire: { result: 'a cat' },
            },
          ],
        },
      ],
      tools: [
        { type: 'function', name: 'lookup', description: 'find', parameters: LOWER },
        {
          type: 'builtin',
          family: 'gemini',
          kind: 'googleSearch',
          definition: { googleSearch: {} },
        },
      ],
      toolChoice: { type: 'tool', kind: 'function', name: 'lookup' },
      output: { type: 'json_schema', name: 'response', strict: false, schema: LOWER },
      reasoning: { budgetTokens: 8192, summary: { visible: true, detail: 'auto' } },
      options: {
        maxOutputTokens: 2048,
        temperature: 0.2,
        topP: 0.9,
        topK: 40,
        stop: ['END'],
        candidates: 1,
      },
      cache: {},
      identity: {},
    });
  });

  it('means the same in snake case', () => {
    const expected = decode(CAMEL);
    const request = decode(snake(CAMEL) as Record<string, unknown>);
    // A built-in tool is kept as it is spelled.
    assert.equal(request.tools[1]?.type, 'builtin');
    const [declared] = request.tools;
    assert.deepEqual({ ...request, tools: [declared] }, { ...expected, tools: [declared] });
    assert.deepEqual(declared, expected.tools[0]);
  });

  it('keeps what only Google understands as extensions', () => {
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }];
    const request = decode({
      contents: [],
      safetySettings,
      cachedContent: 'cachedContents/1',
      generationConfig: { responseModalities: ['TEXT'] },
    });
    assert.deepEqual(request.extensions, {
      safetySettings,
      cachedContent: 'cachedContents/1',
      responseModalities: ['TEXT'],
    });
  });

  it('refuses contents that are no list', () => {
    assert.throws(() => decode({ contents: 7 }), { code: 'invalid_request', param: 'contents' });
  });

  it('reads a bare text, a single turn and bare parts', () => {
    const expected = [{ role: 'user', content: 'Hi' }];
    assert.deepEqual(messagesOf('Hi'), expected);
    assert.deepEqual(messagesOf({ parts: { text: 'Hi' } }), expected);
    assert.deepEqual(messagesOf([{ parts: ['Hi'] }]), expected);
  });
});

describe('Gemini thinking', () => {
  const CASES: [name: string, config: unknown, expected: unknown][] = [
    ['level', { thinkingConfig: { thinkingLevel: 'HIGH' } }, { effort: 'high' }],
    ['level outside of its object', { thinking_level: 'low' }, { effort: 'low' }],
    ['no level', { thinkingConfig: { thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' } }, {}],
    ['off', { thinkingConfig: { thinkingBudget: 0 } }, { budgetTokens: 0 }],
    ['the model decides', { thinkingConfig: { thinking_budget: -1 } }, { budgetTokens: -1 }],
    ['hidden', { thinkingConfig: { include_thoughts: false } }, { summary: { visible: false } }],
    ['only booleans count', { thinkingConfig: { includeThoughts: 'true' } }, {}],
  ];
  for (const [name, generationConfig, expected] of CASES) {
    it(name, () =>
      assert.deepEqual(decode({ contents: [], generationConfig }).reasoning, expected),
    );
  }
});

describe('Gemini output format', () => {
  const CASES: [name: string, config: unknown, expected: unknown][] = [
    ['any JSON', { responseMimeType: 'application/json' }, { type: 'json_object' }],
    ['a list, which no other upstream takes', { responseSchema: { type: 'ARRAY' } }, undefined],
    [
      'a root that refers to a definition, which contains itself',
      {
        responseJsonSchema: {
          $ref: '#/$defs/N',
          $defs: { N: { type: 'OBJECT', properties: { n: { $ref: '#/$defs/N' } } } },
        },
      },
      {
        type: 'json_schema',
        name: 'response',
        strict: false,
        schema: {
          type: 'object',
          properties: { n: { $ref: '#/$defs/N' } },
          $defs: { N: { type: 'object', properties: { n: { $ref: '#/$defs/N' } } } },
        },
      },
    ],
    ['one word of several', { responseMimeType: 'text/x.enum' }, undefined],
  ];
  for (const [name, generationConfig, expected] of CASES) {
    it(name, () => assert.deepEqual(decode({ contents: [], generationConfig }).output, expected));
  }
});

describe('Gemini tool configuration', () => {
  const CASES: [config: unknown, expected: unknown][] = [
    [{ mode: 'NONE' }, { type: 'mode', mode: 'none' }],
    [{ mode: 'AUTO' }, { type: 'mode', mode: 'auto' }],
    [{ mode: 'VALIDATED' }, { type: 'mode', mode: 'auto' }],
    [{ mode: 'ANY' }, { type: 'mode', mode: 'required' }],
    [
      { mode: 'ANY', allowedFunctionNames: ['a', 'b'] },
      { type: 'mode', mode: 'required' },
    ],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined],
  ];
  for (const [functionCallingConfig, expected] of CASES) {
    it(JSON.stringify(functionCallingConfig), () =>
      assert.deepEqual(
        decode({ contents: [], toolConfig: { functionCallingConfig } }).toolChoice,
        expected,
      ),
    );
  }
});

describe('Gemini parts', () => {
  const CASES: [name: string, part: unknown, expected: unknown][] = [
    [
      'a sound',
      { inlineData: { mimeType: 'audio/ogg; codecs=opus', data: 'AA' } },
      { type: 'audio', data: 'AA', format: 'opus' },
    ],
    [
      'a film',
      { inline_data: { mime_type: 'video/mp4', data: 'AA' } },
      {
        type: 'file',
        data: 'data:video/mp4;base64,AA',
        filename: 'video',
        mediaType: 'video/mp4',
      },
    ],
    [
      'a linked picture',
      { fileData: { mimeType: 'image/png', fileUri: 'https://e/i.png' } },
      { type: 'image', url: 'https://e/i.png' },
    ],
    [
      'a link nobody else can follow',
      { fileData: { mimeType: 'audio/wav', fileUri: 'gs://b/a.wav' } },
      { type: 'text', text: 'File: gs://b/a.wav (Type: audio/wav)' },
    ],
    [
      'a signed text',
      { text: 'x', thought_signature: 'S' },
      { type: 'text', text: 'x', signature: 'S' },
    ],
    [
      'a thought',
      { text: 'hm', thought: true, thoughtSignature: 'S' },
      {
        type: 'verbatim',
        family: 'gemini',
        value: { text: 'hm', thought: true, thoughtSignature: 'S' },
      },
    ],
    [
      'code that Google ran',
      { executableCode: { code: '1' } },
      { type: 'verbatim', family: 'gemini', value: { executableCode: { code: '1' } } },
    ],
  ];
  for (const [name, part, expected] of CASES) {
    it(name, () => {
      const text = { text: 'and' };
      assert.deepEqual(messagesOf([{ role: 'user', parts: [part, text] }]), [
        { role: 'user', content: [expected, { type: 'text', text: 'and' }] },
      ]);
    });
  }
});

const call = (name: string, id?: string): unknown => ({
  functionCall: { ...(id !== undefined && { id }), name, args: { a: 1 } },
});
const result = (name: string, id?: string): unknown => ({
  functionResponse: { ...(id !== undefined && { id }), name, response: { result: name } },
});

/** Ids of the calls and of the results, in their order. */
function idsOf(contents: unknown): { calls: string[]; results: string[] } {
  const parts = decode({ contents }).messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content,
  );
  return {
    calls: parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])),
    results: parts.flatMap((part) => (part.type === 'tool_result' ? [part.callId] : [])),
  };
}

describe('Gemini calls and results', () => {
  it('53: an id from the place, the name and the arguments', () => {
    const expected = createHash('sha256').update('call|1|0|f|{"a":1}').digest('hex').slice(0, 24);
    const contents = [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [call('f')] },
    ];
    assert.deepEqual(idsOf(contents).calls, [`call_${expected}`]);
  });

  it('54: without an id the oldest call is answered, of that name first', () => {
    const contents = [
      { role: 'model', parts: [call('f', 'c1'), call('g', 'c2'), call('f', 'c3')] },
      { role: 'user', parts: [result('g'), result('f'), result('unknown')] },
    ];
    assert.deepEqual(idsOf(contents).results, ['c2', 'c1', 'c3']);
  });

  it('the other spellings of an id', () => {
    const part = (key: string): unknown => ({ functionCall: { [key]: key, name: 'f' } });
    const contents = [{ role: 'model', parts: [part('id'), part('call_id'), part('callId')] }];
    assert.deepEqual(idsOf(contents).calls, ['id', 'call_id', 'callId']);
  });

  it('a result that comes twice counts once (Gemini CLI after --resume)', () => {
    const contents = [
      { role: 'model', parts: [call('f', 'c1')] },
      { role: 'user', parts: [result('f', 'c1'), result('f', 'c1')] },
    ];
    assert.deepEqual(idsOf(contents).results, ['c1']);
  });

  it('two calls of one id that wait together are kept apart', () => {
    const { calls, results } = idsOf([
      { role: 'model', parts: [call('f', 'c'), call('f', 'c')] },
      { role: 'user', parts: [result('f', 'c'), result('f', 'c')] },
    ]);
    assert.equal(new Set(calls).size, 2);
    assert.deepEqual(results, calls);
  });

  it('an id may come again once its call was answered', () => {
    const turn = [
      { role: 'model', parts: [call('f', 'c')] },
      { role: 'user', parts: [result('f', 'c')] },
    ];
    assert.deepEqual(idsOf([...turn, ...turn]), { calls: ['c', 'c'], results: ['c', 'c'] });
  });

  it('a result of an id that no call had answers the waiting call', () => {
    const contents = [
      { role: 'model', parts: [call('f')] },
      { role: 'user', parts: [result('f', 'made-up')] },
    ];
    const { calls, results } = idsOf(contents);
    assert.deepEqual(results, calls);
  });

  it('results stand before what the user says in the same turn', () => {
    const contents = [
      { role: 'model', parts: [call('f', 'c1')] },
      { role: 'user', parts: [{ text: 'and then?' }, result('f', 'c1')] },
    ];
    assert.deepEqual(
      decode({ contents }).messages.map(({ role }) => role),
      ['assistant', 'tool', 'user'],
    );
  });

  it('7.1: a turn of results alone leaves no empty message behind', () => {
    const contents = [
      { role: 'model', parts: [call('f', 'c1')] },
      { role: 'function', parts: [result('f', 'c1')] },
    ];
    assert.deepEqual(
      decode({ contents }).messages.map(({ role }) => role),
      ['assistant', 'tool'],
    );
  });

  it('model turns that an SDK kept chunk by chunk are one message', () => {
    const contents = [
      { role: 'model', parts: [{ text: 'Let me ' }] },
      { role: 'model', parts: [{ text: 'look.' }, call('f', 'c1')] },
      { role: 'model', parts: [{ text: '' }] },
      { role: 'user', parts: [result('f', 'c1')] },
    ];
    const [first, ...others] = decode({ contents }).messages;
    assert.deepEqual(
      typeof first?.content === 'string' ? [] : first?.content.map(({ type }) => type),
      ['text', 'text', 'tool_call'],
    );
    assert.deepEqual(
      others.map(({ role }) => role),
      ['tool'],
    );
  });

  const RESULTS: [response: unknown, text: string][] = [
    [{ result: 'plain' }, 'plain'],
    [{ content: 'plain', name: 'f' }, 'plain'],
    [{ content: 'plain', isError: true }, '{"content":"plain","isError":true}'],
    // The reference tells the result alone.
    [{ result: 'plain', exitCode: 1 }, '{"result":"plain","exitCode":1}'],
    [{ result: 'plain', content: 'more' }, '{"result":"plain","content":"more"}'],
    [{ output: 'x' }, '{"output":"x"}'],
    [{ result: { deep: 1 } }, '{"result":{"deep":1}}'],
  ];
  for (const [response, text] of RESULTS) {
    it(`result ${JSON.stringify(response)}`, () => {
      const contents = [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }];
      const [message] = decode({ contents }).messages;
      const [part] = typeof message?.content === 'string' ? [] : (message?.content ?? []);
      assert.equal(part?.type === 'tool_result' && part.content, text);
    });
  }

  it('pictures of a result stay with it', () => {
    const functionResponse = {
      name: 'f',
      response: { result: 'a cat' },
      parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }],
    };
    const [message] = decode({ contents: [{ parts: [{ functionResponse }] }] }).messages;
    assert.deepEqual(typeof message?.content === 'string' ? '' : message?.content[0], {
      type: 'tool_result',
      kind: 'function',
      callId: (message?.content[0] as { callId: string }).callId,
      name: 'f',
      content: [
        { type: 'text', text: 'a cat' },
        { type: 'image', url: 'data:image/png;base64,AA' },
      ],
      wire: { result: 'a cat' },
    });
  });
});
