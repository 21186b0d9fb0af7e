/** Answers for Gemini clients, streamed and whole (translate-gemini-thinking.md 1.2, 1.3, 7.2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerCollector } from '../../../src/canonical/answer.ts';
import type { CanonicalEvent, FinishReason } from '../../../src/canonical/events.ts';
import { geminiClient } from '../../../src/formats/gemini/client.ts';
import { argumentsJson } from '../../../src/formats/gemini/loose-arguments.ts';
import { chunksOf, responseContext } from '../chat/contexts.ts';

const context = responseContext({ requestedModel: 'gpt-5.5(high)' });

function streamed(events: readonly CanonicalEvent[], streamForm?: 'sse' | 'array'): string {
  const encoder = geminiClient.streamEncoder({ ...context, streamForm });
  return events.map((event) => encoder.write(event)).join('');
}

function whole(events: readonly CanonicalEvent[]): unknown {
  const collector = new AnswerCollector();
  for (const event of events) collector.add(event);
  return JSON.parse(geminiClient.encodeAnswer(collector.answer, context));
}

const USAGE = { input: 11, output: 12, total: 23, cachedInput: 3, reasoning: 5 };
const USAGE_METADATA = {
  promptTokenCount: 11,
  candidatesTokenCount: 7,
  totalTokenCount: 23,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 3,
};

const TURN: readonly CanonicalEvent[] = [
  { type: 'start', id: 'r-1', model: 'gpt-5.5', created: 1_760_000_000 },
  { type: 'reasoning', item: 0, kind: 'summary', text: 'Think' },
  { type: 'reasoning', item: 0, kind: 'summary', text: 'ing' },
  { type: 'reasoning_part_done', item: 0 },
  { type: 'reasoning', item: 0, kind: 'summary', text: 'More' },
  { type: 'reasoning_part_done', item: 0 },
  { type: 'text', item: 1, text: 'Hel' },
  { type: 'text', item: 1, text: 'lo' },
  { type: 'tool_call', item: 2, kind: 'function', id: 'c1', name: 'f' },
  { type: 'tool_arguments', item: 2, text: '{"a":' },
  { type: 'tool_call', item: 3, kind: 'function', id: 'c2', name: 'g', arguments: '{}' },
  { type: 'tool_arguments', item: 2, text: '12345678901234567890}' },
  { type: 'tool_call_done', item: 2 },
  { type: 'finish', reason: 'tool_calls', usage: USAGE },
  { type: 'end' },
];

const FACTS = {
  modelVersion: 'gpt-5.5',
  createTime: '2025-10-09T08:53:20.000Z',
  responseId: 'r-1',
};

const delta = (part: unknown): unknown => ({
  candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }],
  ...FACTS,
});

const CALLS = [
  { functionCall: { id: 'c1', name: 'f', args: { a: Number('12345678901234567890') } } },
  { functionCall: { id: 'c2', name: 'g', args: {} } },
];

describe('Gemini stream', () => {
  it('is deltas and one last chunk with all calls, the finish reason and the usage', () => {
    assert.deepEqual(chunksOf(streamed(TURN)), [
      delta({ text: 'Think', thought: true }),
      delta({ text: 'ing', thought: true }),
      delta({ text: '\n\nMore', thought: true }),
      delta({ text: 'Hel' }),
      delta({ text: 'lo' }),
      {
        candidates: [{ content: { role: 'model', parts: CALLS }, finishReason: 'STOP', index: 0 }],
        usageMetadata: USAGE_METADATA,
        ...FACTS,
      },
    ]);
  });

  it('keeps arguments as the upstream wrote them', () => {
    assert.match(streamed(TURN), /"args":\{"a":12345678901234567890\}/);
  });

  it('begins with content: the first chunk of the reference is empty, and no [DONE] follows', () => {
    const text = streamed(TURN);
    assert.equal(streamed(TURN.slice(0, 1)), '');
    assert.ok(!text.includes('[DONE]'));
    assert.ok(text.endsWith('}\n\n'));
  });

  it('as one JSON array, of the same chunks', () => {
    assert.deepEqual(JSON.parse(streamed(TURN, 'array')), chunksOf(streamed(TURN)));
  });

  it('as an array of one chunk', () => {
    const array = JSON.parse(streamed([{ type: 'end' }], 'array')) as { candidates: unknown }[];
    assert.deepEqual(
      array.map(({ candidates }) => candidates),
      [[{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }]],
    );
  });

  it('7.2: usage behind the finish reason is not lost', () => {
    const text = streamed([
      { type: 'text', item: 0, text: 'x' },
      { type: 'finish', reason: 'length' },
      { type: 'usage', usage: USAGE },
      { type: 'end' },
    ]);
    const last = chunksOf(text).at(-1) as Record<string, unknown>;
    assert.deepEqual(last['usageMetadata'], USAGE_METADATA);
    assert.equal((last['candidates'] as { finishReason: string }[])[0]?.finishReason, 'MAX_TOKENS');
  });

  it('shows the requested model until the upstream names its own', () => {
    const [chunk] = chunksOf(streamed([{ type: 'text', item: 0, text: 'x' }]));
    assert.equal((chunk as { modelVersion: string }).modelVersion, 'gpt-5.5(high)');
  });

  it('pictures are data, or addresses', () => {
    const image = (url: string): CanonicalEvent => ({
      type: 'image',
      item: 0,
      url,
      partial: false,
    });
    const text = streamed([image('data:image/webp;base64,AA=='), image('https://e/i.png')]);
    const parts = chunksOf(text).map(
      (chunk) => (chunk as { candidates: { content: { parts: unknown[] } }[] }).candidates[0],
    );
    assert.deepEqual(
      parts.map((candidate) => candidate?.content.parts),
      [
        [{ inlineData: { mimeType: 'image/webp', data: 'AA==' } }],
        [{ fileData: { fileUri: 'https://e/i.png' } }],
      ],
    );
  });
});

describe('Gemini answer', () => {
  it('says what the stream says, texts joined', () => {
    assert.deepEqual(whole(TURN), {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [{ text: 'Thinking\n\nMore', thought: true }, { text: 'Hello' }, ...CALLS],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: USAGE_METADATA,
      ...FACTS,
    });
  });

  it('7.2 differs: every choice is a candidate of its own', () => {
    const events: CanonicalEvent[] = [0, 1].flatMap((choice) => [
      { type: 'text', item: choice, choice, text: `answer ${String(choice)}` },
      { type: 'finish', choice, reason: 'stop' },
    ]);
    const { candidates } = whole(events) as { candidates: { index: number; content: unknown }[] };
    assert.deepEqual(
      candidates.map(({ index, content }) => [index, content]),
      [0, 1].map((index) => [
        index,
        { role: 'model', parts: [{ text: `answer ${String(index)}` }] },
      ]),
    );
  });

  const FINISHES: Record<FinishReason, string> = {
    stop: 'STOP',
    tool_calls: 'STOP',
    stop_sequence: 'STOP',
    pause: 'STOP',
    length: 'MAX_TOKENS',
    content_filter: 'SAFETY',
    error: 'OTHER',
  };
  for (const [reason, word] of Object.entries(FINISHES)) {
    it(`${reason} is ${word}`, () => {
      const body = whole([{ type: 'finish', reason: reason as FinishReason }]);
      const [candidate] = (body as { candidates: { finishReason: string }[] }).candidates;
      assert.equal(candidate?.finishReason, word);
    });
  }
});

describe('arguments of a call', () => {
  const CASES: [text: string, json: string][] = [
    ['{"a": 1}', '{"a": 1}'],
    ['{"a":\n1}', '{"a":1}'],
    ['', '{}'],
    ['[1]', '{}'],
    ['"text"', '{}'],
    ['no object', '{}'],
    [
      '{ "city": Paris, "n": 3, "ok": true, "no": null }',
      '{"city":"Paris","n":3,"ok":true,"no":null}',
    ],
    ['{"a": [1, 2], "b": {"c": "}"}, "d": bare word}', '{"a":[1,2],"b":{"c":"}"},"d":"bare word"}'],
    ['{"cut": "off', '{"cut":"\\"off"}'],
    ['{"a": 1, b}', '{"a":1}'],
  ];
  it('of megabytes', () => {
    const long = 'x'.repeat(16 * 1024 * 1024);
    assert.equal(argumentsJson(`{"a": "${long}", b}`), `{"a":"${long}"}`);
  });

  for (const [text, json] of CASES) {
    it(JSON.stringify(text), () => {
      assert.equal(argumentsJson(text), json);
      assert.doesNotThrow(() => JSON.parse(argumentsJson(text)) as unknown);
    });
  }
});
