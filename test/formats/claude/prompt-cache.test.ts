/**
 * Prompt caching (translate-openai-claude.md 3.3, 3.10, 10.3): marks for Anthropic from every client
 * dialect, and what came from a cache in the answers of every upstream.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_CACHE_MARKERS } from '../../../src/formats/claude/cache-markers.ts';
import type { ClientFormat, UpstreamFormat } from '../../../src/formats/format.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { claudeObject } from '../../support/claude-wire.ts';
import { chatObject, responsesObject } from '../../support/turns.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';

type Json = Record<string, unknown>;

const cache_control = { type: 'ephemeral' };
const marked = { cache_control };
const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };

/** A conversation in one dialect: without marks, and with a mark on system text, tool and message. */
interface Talk {
  body(marks: Json, toolMarks?: Json): Json;
}

const parameters = { type: 'object', properties: {} };

const TALKS: Partial<Record<ClientFormat, Talk>> = {
  openai: {
    body: (marks, toolMarks = marks) => ({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'S', ...marks }] },
        { role: 'user', content: 'q' },
        { role: 'user', content: [{ type: 'text', text: 'r', ...marks }] },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters }, ...toolMarks }],
    }),
  },
  'openai-response': {
    body: (marks, toolMarks = marks) => ({
      input: [
        { role: 'developer', content: [{ type: 'input_text', text: 'S', ...marks }] },
        { role: 'user', content: 'q' },
        { role: 'user', content: [{ type: 'input_text', text: 'r', ...marks }] },
      ],
      tools: [{ type: 'function', name: 'f', parameters, ...toolMarks }],
    }),
  },
  claude: {
    body: (marks, toolMarks = marks) => ({
      max_tokens: 9,
      system: [{ type: 'text', text: 'S', ...marks }],
      messages: [
        { role: 'user', content: 'q' },
        { role: 'user', content: [{ type: 'text', text: 'r', ...marks }] },
      ],
      tools: [{ name: 'f', description: '', input_schema: parameters, ...toolMarks }],
    }),
  },
  gemini: {
    body: () => ({
      systemInstruction: { parts: [{ text: 'S' }] },
      contents: [
        { role: 'user', parts: [{ text: 'q' }] },
        { role: 'user', parts: [{ text: 'r' }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', parameters }] }],
    }),
  },
};

interface Sent {
  system: Json[];
  tools: Json[];
  messages: { content: string | Json[] }[];
}

function sent(client: ClientFormat, body: Json): Sent {
  const context = requestContext({ model: 'claude-opus-4-6' });
  const pair = pairFor(client, 'claude') ?? assert.fail();
  const bytes = pair.encodeRequest(Buffer.from(JSON.stringify(body)), context);
  return JSON.parse(Buffer.from(bytes).toString()) as Sent;
}

const lastBlock = ({ messages }: Sent): Json | undefined => {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? undefined : content?.at(-1);
};

/** Values of all marks, in the order in which Anthropic reads them. */
const marksOf = ({ tools, system, messages }: Sent): unknown[] =>
  JSON.stringify([tools, system, messages]).match(/"cache_control":\{[^}]*\}/g) ?? [];

const clients = Object.entries(TALKS) as [ClientFormat, Talk][];

describe('marks for Anthropic', () => {
  for (const [client, talk] of clients) {
    it(`${client}: without marks the system text and the last message get them`, () => {
      const body = sent(client, talk.body({}));
      assert.deepEqual(body.system.at(-1), { type: 'text', text: 'S', cache_control });
      assert.deepEqual(lastBlock(body), { type: 'text', text: 'r', cache_control });
      assert.equal(marksOf(body).length, 2);
    });
  }

  for (const [client, talk] of clients.filter(([name]) => name !== 'gemini')) {
    it(`${client}: marks of the client stay where they are, and no other is set`, () => {
      const body = sent(client, talk.body(hour));
      assert.deepEqual(body.system.at(-1)?.cache_control, hour.cache_control);
      assert.deepEqual(body.tools.at(-1)?.cache_control, hour.cache_control);
      assert.deepEqual(lastBlock(body)?.cache_control, hour.cache_control);
      assert.equal(marksOf(body).length, 3);
    });

    it(`${client}: an hour behind a shorter mark becomes a shorter one`, () => {
      const body = sent(client, talk.body(hour, marked));
      assert.equal(JSON.stringify(body).includes('"1h"'), false);
      assert.equal(marksOf(body).length, 3);
    });
  }

  it('Responses: a mark of an item belongs to its last part', () => {
    const output = { type: 'function_call_output', call_id: 'c', output: 'o', ...marked };
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
    const custom = { type: 'custom', name: 'patch', ...marked };
    const body = sent('openai-response', { input: [call, output], tools: [custom] });
    assert.deepEqual(lastBlock(body)?.cache_control, cache_control);
    assert.deepEqual(body.tools[0]?.cache_control, cache_control);
  });

  it('never more than Anthropic takes', () => {
    const part = { type: 'text', text: 'x', ...marked };
    const messages = [{ role: 'user', content: Array.from({ length: 9 }, () => part) }];
    for (const client of ['openai', 'claude'] as const) {
      const body = sent(client, { messages, max_tokens: 9, system: [] });
      assert.equal(marksOf(body).length, MAX_CACHE_MARKERS);
      assert.deepEqual(lastBlock(body)?.cache_control, cache_control);
    }
  });
});

/** Whole answers that read 100 of 120 tokens from a cache. */
const ANSWERS: Record<UpstreamFormat, Json | undefined> = {
  openai: chatObject(),
  codex: responsesObject(),
  'openai-response': responsesObject(),
  claude: claudeObject(),
  gemini: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    usageMetadata: {
      promptTokenCount: 120,
      cachedContentTokenCount: 100,
      candidatesTokenCount: 30,
      totalTokenCount: 150,
    },
  },
  'openai-image': undefined,
};

/** Where a client reads its input tokens and those from a cache. */
const COUNTS: Partial<Record<ClientFormat, (answer: Json) => [unknown, unknown]>> = {
  openai: ({ usage }) => [
    at(usage, 'prompt_tokens'),
    at(usage, 'prompt_tokens_details', 'cached_tokens'),
  ],
  'openai-response': ({ usage }) => [
    at(usage, 'input_tokens'),
    at(usage, 'input_tokens_details', 'cached_tokens'),
  ],
  claude: ({ usage }) => [at(usage, 'input_tokens'), at(usage, 'cache_read_input_tokens')],
  gemini: ({ usageMetadata }) => [
    at(usageMetadata, 'promptTokenCount'),
    at(usageMetadata, 'cachedContentTokenCount'),
  ],
};

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce((place, name) => (place as Json)[name], value);
}

function countsRead(client: ClientFormat, upstream: UpstreamFormat): [unknown, unknown] {
  const pair = pairFor(client, upstream) ?? assert.fail();
  const translator = pair.response(responseContext({ stream: false }));
  const body = Buffer.from(JSON.stringify(ANSWERS[upstream]));
  const answer = JSON.parse(Buffer.from(translator.onBody(body)).toString()) as Json;
  return COUNTS[client]?.(answer) ?? assert.fail();
}

describe('tokens from a cache', () => {
  for (const [client] of clients) {
    it(`${client}: are told to the client of an Anthropic upstream`, () => {
      // Only Claude clients count them beside the input.
      assert.deepEqual(countsRead(client, 'claude'), [client === 'claude' ? 20 : 120, 100]);
    });
  }

  for (const upstream of ['openai', 'codex', 'openai-response', 'gemini'] as const) {
    it(`${upstream}: are told to Claude clients`, () => {
      assert.deepEqual(countsRead('claude', upstream), [20, 100]);
    });
  }
});
