/**
 * How answers of Google end, for every client, streamed and whole: finish reasons, refused prompts,
 * usage (translate-gemini-thinking.md 4.4, 5.5, 6.2; vectors of 18 by number).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { chunksOf, responseContext } from '../chat/contexts.ts';
import { clientText, framesOf } from '../streams.ts';

const USAGE = {
  promptTokenCount: 11,
  toolUsePromptTokenCount: 2,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 3,
  totalTokenCount: 25,
};

/** What a client reads about the end of an answer. */
interface Ending {
  reason: unknown;
  usage: unknown;
}

function streamOf(client: ClientSide, answer: JsonObject): string {
  const translator = hubPair(client, geminiUpstream).response(responseContext());
  return clientText(translator, [Buffer.from(`data: ${JSON.stringify(answer)}\n\n`)]);
}

function bodyOf(client: ClientSide, answer: JsonObject): JsonObject {
  const translator = hubPair(client, geminiUpstream).response(responseContext({ stream: false }));
  return JSON.parse(String(translator.onBody(Buffer.from(JSON.stringify(answer))))) as JsonObject;
}

const chatEnding = (answer: JsonObject): Ending => {
  const [choice] = answer.choices as JsonObject[];
  return { reason: choice?.finish_reason, usage: answer.usage };
};
const responsesEnding = ({ status, incomplete_details: details, usage }: JsonObject): Ending => ({
  reason: (details as JsonObject | null)?.reason ?? status,
  usage,
});

/** The same end, told twice. */
const ENDINGS: Record<string, (answer: JsonObject) => Ending[]> = {
  chat: (answer) => [
    chatEnding(chunksOf(streamOf(chatClient, answer)).at(-1) as JsonObject),
    chatEnding(bodyOf(chatClient, answer)),
  ],
  responses: (answer) => {
    const frame = framesOf(streamOf(responsesClient, answer)).at(-1)?.data as JsonObject;
    const streamed = responsesEnding(frame.response as JsonObject);
    return [streamed, responsesEnding(bodyOf(responsesClient, answer))];
  },
  claude: (answer) => {
    const frames = framesOf(streamOf(claudeClient, answer));
    assert.equal(frames.at(-1)?.event, 'message_stop');
    const { delta, usage } = frames.at(-2)?.data as JsonObject;
    const whole = bodyOf(claudeClient, answer);
    return [
      { reason: (delta as JsonObject).stop_reason, usage },
      { reason: whole.stop_reason, usage: whole.usage },
    ];
  },
};

const said = (finishReason: string, parts: JsonObject[] = [{ text: 'x' }]): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, finishReason }],
  responseId: 'r',
  usageMetadata: USAGE,
});

const FILTERED = ['content_filter', 'content_filter', 'refusal'];

/** `native`: words of Google. The words of the clients: chat, Responses, Claude. */
const ENDS: [native: string, words: string[]][] = [
  ['STOP', ['stop', 'completed', 'end_turn']],
  // The reference: `max_tokens` for chat, `completed` for Responses.
  ['MAX_TOKENS', ['length', 'max_output_tokens', 'max_tokens']],
  // The reference calls all of these a good end.
  ['SAFETY', FILTERED],
  ['RECITATION', FILTERED],
  ['LANGUAGE', FILTERED],
  ['BLOCKLIST', FILTERED],
  ['PROHIBITED_CONTENT', FILTERED],
  ['SPII', FILTERED],
  ['IMAGE_SAFETY', FILTERED],
  ['MALFORMED_FUNCTION_CALL', ['stop', 'completed', 'end_turn']],
  ['OTHER', ['stop', 'completed', 'end_turn']],
  ['SOMETHING_NEW', ['stop', 'completed', 'end_turn']],
];

const reasons = (answer: JsonObject): unknown[][] =>
  Object.values(ENDINGS).map((endings) => endings(answer).map(({ reason }) => reason));

const twice = (words: readonly string[]): string[][] => words.map((word) => [word, word]);

describe('finish reasons of Google', () => {
  for (const [native, words] of ENDS) {
    const vector = native === 'MAX_TOKENS' ? '47: ' : '';
    it(`${vector}${native} is ${words.join(', ')}`, () => {
      assert.deepEqual(reasons(said(native)), twice(words));
    });
  }

  it('a fault of the model is an error, in its words, where it did nothing but think', () => {
    const fault = {
      candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'f(' }],
    };
    for (const client of [chatClient, responsesClient, claudeClient]) {
      for (const stream of [true, false]) {
        const translator = hubPair(client, geminiUpstream).response(responseContext({ stream }));
        const take = (json: JsonObject): string =>
          translator.onEvent({ event: undefined, data: '', json });
        take({ candidates: [{ content: { parts: [{ text: 'hm', thought: true }] } }] });
        assert.throws(() => take(fault), /MALFORMED_FUNCTION_CALL: f\(/);
      }
    }
  });

  it('“not said” is none: what follows is part of the answer', () => {
    const chunk = (text: string, finishReason: string): string =>
      `data: ${JSON.stringify(said(finishReason, [{ text }]))}\n\n`;
    const bytes = Buffer.from(chunk('a', 'FINISH_REASON_UNSPECIFIED') + chunk('b', 'STOP'));
    const translator = hubPair(chatClient, geminiUpstream).response(responseContext());
    const choices = (chunksOf(clientText(translator, [bytes])) as JsonObject[]).map(
      ({ choices: all }) => (all as JsonObject[])[0] ?? {},
    );
    const texts = choices.map(({ delta }) => (delta as JsonObject).content);
    assert.deepEqual(texts, ['a', 'b', undefined]);
    assert.equal(choices.at(-1)?.finish_reason, 'stop');
  });

  it('a whole body without one has ended: some relays forget it', () => {
    const body = { candidates: [{ content: { parts: [{ text: 'x' }] } }], usageMetadata: USAGE };
    assert.equal(chatEnding(bodyOf(chatClient, body)).reason, 'stop');
    assert.equal(responsesEnding(bodyOf(responsesClient, body)).reason, 'completed');
    assert.equal(bodyOf(claudeClient, body).stop_reason, 'end_turn');
  });

  it('calls are the reason, unless the answer was cut', () => {
    const call = [{ functionCall: { name: 'f', args: {} } }];
    assert.deepEqual(reasons(said('STOP', call)), twice(['tool_calls', 'completed', 'tool_use']));
    const [chat, responses] = reasons(said('MAX_TOKENS', call));
    assert.deepEqual([chat, responses], twice(['length', 'max_output_tokens']));
  });

  it('an answer that was cut amid its thoughts has an end too', () => {
    const thought = [{ text: 'hm', thought: true }];
    const words = ['length', 'max_output_tokens', 'max_tokens'];
    assert.deepEqual(reasons(said('MAX_TOKENS', thought)), twice(words));
    assert.deepEqual(reasons(said('SAFETY', [])), twice(FILTERED));
  });
});

describe('a prompt that the filters refused', () => {
  for (const blockReason of ['SAFETY', 'PROHIBITED_CONTENT', 'OTHER', 'JAILBREAK']) {
    it(blockReason, () => {
      const refused = { promptFeedback: { blockReason }, responseId: 'r', usageMetadata: USAGE };
      assert.deepEqual(reasons(refused), twice(FILTERED));
    });
  }

  it('amid an answer', () => {
    const candidates = [{ content: { parts: [{ text: 'x' }] } }];
    const refused = { candidates, promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: USAGE };
    assert.deepEqual(reasons(refused), twice(FILTERED));
  });
});

describe('usage of Google', () => {
  const USAGES: Record<string, JsonObject> = {
    // Thoughts stand beside the output; what Google's own tools read is input (4.4, 5.5).
    chat: {
      prompt_tokens: 13,
      completion_tokens: 7,
      total_tokens: 25,
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
    responses: {
      input_tokens: 13,
      input_tokens_details: { cached_tokens: 3 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 25,
    },
    // 48: thoughts are output; input without the cache, streamed and whole (17, 10.4).
    claude: { input_tokens: 10, output_tokens: 12, cache_read_input_tokens: 3 },
  };
  for (const [name, usage] of Object.entries(USAGES)) {
    it(name, () => {
      const told = ENDINGS[name]?.(said('STOP')).map((ending) => ending.usage);
      assert.deepEqual(told, [usage, usage]);
    });
  }
});
