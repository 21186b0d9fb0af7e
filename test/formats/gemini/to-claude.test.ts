/** Gemini clients on Anthropic (translate-gemini-thinking.md 8; vectors of 18 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { geminiToClaude } from '../../../src/formats/gemini/to-claude.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { chunksIn, finishesIn } from '../../support/gemini.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText } from '../streams.ts';

const HI = [{ role: 'user', parts: [{ text: 'Hi' }] }];

function sent(body: JsonObject): JsonObject {
  const bytes = Buffer.from(JSON.stringify({ contents: HI, ...body }));
  const context = requestContext({ model: 'claude-opus-4-1' });
  return JSON.parse(
    Buffer.from(geminiToClaude.encodeRequest(bytes, context)).toString(),
  ) as JsonObject;
}

const turns = (body: JsonObject): JsonObject[] => sent(body).messages as JsonObject[];

describe('Gemini requests on Anthropic', () => {
  it('is the pair of both', () => assert.equal(pairFor('gemini', 'claude'), geminiToClaude));

  it('54: a result without id or name answers the oldest call that waits', () => {
    const calls = ['a', 'b'].map((name) => ({ functionCall: { id: `id-${name}`, name } }));
    const [, , results] = turns({
      contents: [
        ...HI,
        { role: 'model', parts: calls },
        { role: 'user', parts: [{ functionResponse: { response: { result: 'x' } } }] },
      ],
    });
    const [result] = results?.content as JsonObject[];
    assert.equal(result?.tool_use_id, 'id-a');
    assert.equal(result.content, 'x');
  });

  it('8.1: limits and sampling (the reference drops the temperature)', () => {
    const body = sent({
      systemInstruction: { parts: [{ text: 'be' }] },
      generationConfig: { temperature: 1.5, topK: 4, maxOutputTokens: 9, stopSequences: ['Z'] },
      serviceTier: 'standard_only',
    });
    const blocks = body.system as JsonObject[];
    // The reference reads the snake-case spelling only, and makes the user say it.
    assert.deepEqual(
      blocks.map(({ text }) => text),
      ['be'],
    );
    assert.deepEqual(
      [body.temperature, body.top_k, body.max_tokens, body.stop_sequences, body.service_tier],
      [1, undefined, 9, ['Z'], 'standard_only'],
    );
    assert.equal(sent({}).max_tokens, 32_000);
    assert.equal(sent({ serviceTier: 'flex' }).service_tier, undefined);
  });

  it('8.1: media', () => {
    const inline = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data: 'AA' } });
    const file = (mimeType: string): JsonObject => ({
      fileData: { mimeType, fileUri: 'https://e/f' },
    });
    const types = ['image/png', 'application/pdf', 'audio/wav', 'video/mp4'];
    const [turn] = turns({
      contents: [{ role: 'user', parts: [...types.map(inline), ...types.map(file)] }],
    });
    const blocks = (turn?.content as JsonObject[]).map((block) => ({
      ...block,
      cache_control: undefined,
    }));
    const base64 = (type: string, media_type: string): JsonObject => ({
      type,
      source: { type: 'base64', media_type, data: 'AA' },
      cache_control: undefined,
    });
    const linked = (type: string): JsonObject => ({
      type,
      source: { type: 'url', url: 'https://e/f' },
      cache_control: undefined,
    });
    const text = (words: string): JsonObject => ({
      type: 'text',
      text: words,
      cache_control: undefined,
    });
    assert.deepEqual(blocks, [
      base64('image', 'image/png'),
      base64('document', 'application/pdf'),
      text('Media content: inline data (Type: audio/wav)'),
      text('Media content: inline data (Type: video/mp4)'),
      linked('image'),
      linked('document'),
      text('File: https://e/f (Type: audio/wav)'),
      text('File: https://e/f (Type: video/mp4)'),
    ]);
  });

  it('documents of text are text, which is all that Anthropic takes of them', () => {
    const inlineData = { mimeType: 'text/csv', data: Buffer.from('ä;b').toString('base64') };
    const [turn] = turns({ contents: [{ role: 'user', parts: [{ inlineData }] }] });
    const [block] = turn?.content as JsonObject[];
    assert.deepEqual(block?.source, { type: 'text', media_type: 'text/plain', data: 'ä;b' });
  });

  it('pictures that the model made are told of: Anthropic takes those of the user alone', () => {
    const inlineData = { mimeType: 'image/png', data: 'AA' };
    const [, model] = turns({
      contents: [...HI, { role: 'model', parts: [{ inlineData }] }, ...HI],
    });
    const text = 'Media content: inline data (Type: image)';
    assert.deepEqual(model?.content, [{ type: 'text', text }]);
  });

  it('limits of larger models end at what the model can write', () => {
    const limit = (model: string): unknown => {
      const body = { contents: HI, generationConfig: { maxOutputTokens: 65_536 } };
      const context = requestContext({ model });
      const bytes = geminiToClaude.encodeRequest(Buffer.from(JSON.stringify(body)), context);
      return (JSON.parse(Buffer.from(bytes).toString()) as JsonObject).max_tokens;
    };
    assert.equal(limit('claude-sonnet-4-5'), 64_000);
    assert.equal(limit('claude-sonnet-4-5-20250929'), 64_000);
    assert.equal(limit('claude-opus-5'), 65_536);
    assert.equal(limit('other'), 65_536);
  });

  it('the search of Google is that of Anthropic; code and pages have no counterpart', () => {
    const body = sent({ tools: [{ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }] });
    const [search, ...others] = body.tools as JsonObject[];
    assert.deepEqual([search?.type, search?.name], ['web_search_20250305', 'web_search']);
    assert.deepEqual(others, []);
  });
});

const frame = (data: JsonObject): string =>
  `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;

/** The answer of Anthropic with these blocks. */
function answer(blocks: JsonObject[], stop_reason: string): Buffer {
  const message = { id: 'msg_1', model: 'm', usage: { input_tokens: 3, output_tokens: 1 } };
  const events: JsonObject[] = [{ type: 'message_start', message }];
  for (const [index, content_block] of blocks.entries()) {
    events.push({ type: 'content_block_start', index, content_block });
    events.push({ type: 'content_block_stop', index });
  }
  const usage = { output_tokens: 5 };
  events.push({ type: 'message_delta', delta: { stop_reason }, usage }, { type: 'message_stop' });
  return Buffer.from(events.map(frame).join(''));
}

const read = (bytes: Buffer) =>
  chunksIn(clientText(geminiToClaude.response(responseContext()), [bytes]));

describe('answers of Anthropic for Gemini clients', () => {
  it('56: an answer that was cut says so (the reference: STOP)', () => {
    const chunks = read(answer([{ type: 'text', text: 'x' }], 'max_tokens'));
    assert.deepEqual(finishesIn(chunks), ['MAX_TOKENS']);
  });

  it('8.2: the other ends', () => {
    const ends = { end_turn: 'STOP', tool_use: 'STOP', stop_sequence: 'STOP', refusal: 'SAFETY' };
    for (const [reason, word] of Object.entries(ends)) {
      assert.deepEqual(finishesIn(read(answer([{ type: 'text', text: 'x' }], reason))), [word]);
    }
  });

  it('8.2: calls with their ids, usage with the cache', () => {
    const block = { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } };
    const last = read(answer([block], 'tool_use')).at(-1);
    const [part] = last?.candidates?.[0]?.content?.parts ?? [];
    assert.deepEqual(part?.functionCall, { id: 'toolu_1', name: 'f', args: { a: 1 } });
    assert.equal(last?.usageMetadata?.['candidatesTokenCount'], 5);
  });

  it('pages of a search are grounding', () => {
    const page = { type: 'web_search_result', url: 'https://a.example/', title: 'A' };
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [page, page] };
    const chunks = read(answer([found, { type: 'text', text: 'x' }], 'end_turn'));
    const candidate = chunks.at(-1)?.candidates?.[0] as JsonObject | undefined;
    assert.deepEqual(candidate?.groundingMetadata, {
      webSearchQueries: [],
      groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
    });
  });
});
