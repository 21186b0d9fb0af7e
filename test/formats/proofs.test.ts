/**
 * Proofs of a model's reasoning survive a turn with any client that can keep them: what an upstream
 * sent comes back to it, on the next request of the conversation.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CanonicalEvent } from '../../src/canonical/events.ts';
import type { JsonObject } from '../../src/canonical/value.ts';
import { hubPair } from '../../src/formats/hub.ts';
import { requestContext, responseContext } from './chat/contexts.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import { clientText } from './streams.ts';

/** A Fernet token of one block, a proof of Anthropic and one of Google, by shape. */
const PROOFS: Record<string, string> = {
  responses: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(72, 0)]).toString('base64url'),
  claude: 'EhAKDggLEgZwcm9vZjEaAmFi',
  gemini: 'EgQKAgEC',
};

/** Which clients keep which proofs: chat ones only those of Google, on the call. */
const KEEPS: Record<string, readonly string[]> = {
  chat: ['gemini'],
  responses: ['claude', 'gemini'],
  claude: ['responses', 'gemini'],
  gemini: ['responses', 'claude'],
};

const TEXT = 'What is asked? Grüße.';

function answerOf(upstream: Dialect, proof: string): string {
  // Google signs the call, the others their reasoning.
  const isGoogle = upstream.name === 'gemini';
  const events: CanonicalEvent[] = [
    { type: 'start', id: 'r1', model: 'm' },
    { type: 'reasoning', kind: 'summary', item: 0, text: TEXT.slice(0, 5) },
    { type: 'reasoning', kind: 'summary', item: 0, text: TEXT.slice(5) },
    { type: 'item_done', kind: 'reasoning', item: 0, signature: isGoogle ? undefined : proof },
    {
      type: 'tool_call',
      kind: 'function',
      item: 1,
      id: 'call_1',
      name: 'f',
      arguments: '{}',
      signature: isGoogle ? proof : undefined,
    },
    { type: 'tool_call_done', item: 1 },
    { type: 'finish', reason: 'tool_calls', usage: { input: 1, output: 1, total: 2 } },
    { type: 'end' },
  ];
  const encoder = upstream.client.streamEncoder(responseContext());
  return events.map((event) => encoder.write(event)).join('');
}

/** The next body of each client, made of the whole answer as its SDK keeps it. */
const NEXT: Record<string, (answer: JsonObject) => JsonObject> = {
  chat: (answer) => {
    const [choice] = answer.choices as { message: JsonObject }[];
    const result = { role: 'tool', tool_call_id: 'call_1', content: 'r' };
    return { messages: [{ role: 'user', content: 'q' }, choice?.message, result] };
  },
  responses: ({ output }) => {
    const result = { type: 'function_call_output', call_id: 'call_1', output: 'r' };
    return { input: [{ role: 'user', content: 'q' }, ...(output as JsonObject[]), result] };
  },
  claude: ({ content }) => {
    const result = { type: 'tool_result', tool_use_id: 'call_1', content: 'r' };
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content },
      { role: 'user', content: [result] },
    ];
    return { ...THINKS, messages };
  },
  gemini: ({ candidates }) => {
    const [candidate] = candidates as { content: JsonObject }[];
    return { contents: turnsOf([candidate?.content ?? {}]) };
  },
};

/** A Claude client that reads thoughts. */
const THINKS = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 };

function turnsOf(contents: JsonObject[]): JsonObject[] {
  const functionResponse = { id: 'call_1', name: 'f', response: { result: 'r' } };
  const user = (part: JsonObject): JsonObject => ({ role: 'user', parts: [part] });
  return [user({ text: 'q' }), ...contents, user({ functionResponse })];
}

function nextRequest(client: Dialect, upstream: Dialect, body: JsonObject): string {
  const pair = hubPair(client.client, upstream.upstream);
  const bytes = pair.encodeRequest(Buffer.from(JSON.stringify(body)), requestContext());
  return Buffer.from(bytes).toString();
}

function readWhole(client: Dialect, upstream: Dialect, wire: string): JsonObject {
  const requestBody = Buffer.from(JSON.stringify(THINKS));
  const context = responseContext({ stream: false, requestBody });
  const translator = hubPair(client.client, upstream.upstream).response(context);
  return JSON.parse(clientText(translator, [Buffer.from(wire)])) as JsonObject;
}

const count = (text: string, mark: string): number => text.split(mark).length - 1;

describe('proofs of reasoning', () => {
  for (const client of DIALECTS) {
    for (const upstream of DIALECTS) {
      if (KEEPS[client.name]?.includes(upstream.name) !== true) continue;
      it(`${client.name} on ${upstream.name}: come back once, from a whole answer`, () => {
        const proof = PROOFS[upstream.name] ?? '';
        const answer = readWhole(client, upstream, answerOf(upstream, proof));
        const next = NEXT[client.name]?.(answer) ?? {};
        assert.equal(count(nextRequest(client, upstream, next), proof), 1);
        // Nobody else is bothered with them.
        for (const other of DIALECTS) {
          const foreign = other.name !== upstream.name && other.name !== client.name;
          if (!foreign) continue;
          assert.equal(count(nextRequest(client, other, next), proof), 0, other.name);
        }
      });
    }
  }
});

describe('proofs of reasoning, Gemini clients that keep a stream', () => {
  const client = DIALECTS.find(({ name }) => name === 'gemini') as Dialect;

  /** Contents as an SDK keeps them: one for each chunk. */
  function kept(upstream: Dialect): JsonObject[] {
    const wire = answerOf(upstream, PROOFS[upstream.name] ?? '');
    const translator = hubPair(client.client, upstream.upstream).response(responseContext());
    const frames = clientText(translator, [Buffer.from(wire)])
      .split('\n\n')
      .filter(Boolean);
    return frames.map((frame) => {
      const chunk = JSON.parse(frame.slice('data: '.length)) as { candidates: JsonObject[] };
      return chunk.candidates[0]?.content as JsonObject;
    });
  }

  for (const upstream of DIALECTS.filter(({ name }) => KEEPS.gemini?.includes(name))) {
    it(`${upstream.name}: chunk by chunk, with the text of the thought`, () => {
      const next = { contents: turnsOf(kept(upstream)) };
      const sent = nextRequest(client, upstream, next);
      assert.equal(count(sent, PROOFS[upstream.name] ?? ''), 1);
      if (upstream.name === 'claude') assert.equal(count(sent, TEXT), 1);
    });
  }

  it('claude: proof and thought are on the call, too, and come back in front of what was said', () => {
    const upstream = DIALECTS.find(({ name }) => name === 'claude') as Dialect;
    const thoughtless = ({ thought }: JsonObject): boolean => thought !== true;
    const streamed = kept(upstream);
    const answer = readWhole(client, upstream, answerOf(upstream, PROOFS.claude ?? ''));
    const [whole] = answer.candidates as { content: JsonObject }[];
    for (const contents of [streamed, [whole?.content ?? {}]]) {
      const calls = contents.flatMap(({ parts }) => (parts as JsonObject[]).filter(thoughtless));
      const parts = [{ text: 'I look. #1' }, ...calls];
      const body = { contents: turnsOf([{ role: 'model', parts }]) };
      const { messages } = JSON.parse(nextRequest(client, upstream, body)) as {
        messages: { content: JsonObject[] }[];
      };
      const [thinking, said, call] = messages[1]?.content ?? [];
      assert.deepEqual(thinking, { type: 'thinking', thinking: TEXT, signature: PROOFS.claude });
      assert.deepEqual([said?.text, call?.type], ['I look. #1', 'tool_use']);
    }
  });

  it('responses: the proof is on the call, too, for clients that throw thoughts away', () => {
    const upstream = DIALECTS.find(({ name }) => name === 'responses') as Dialect;
    const contents = kept(upstream).filter(({ parts }) =>
      (parts as JsonObject[]).every(({ thought }) => thought !== true),
    );
    const sent = nextRequest(client, upstream, { contents: turnsOf(contents) });
    assert.equal(count(sent, PROOFS.responses ?? ''), 1);
    const { input } = JSON.parse(sent) as { input: JsonObject[] };
    assert.deepEqual(
      input.map(({ type }) => type),
      ['message', 'reasoning', 'function_call', 'function_call_output'],
    );
  });
});
