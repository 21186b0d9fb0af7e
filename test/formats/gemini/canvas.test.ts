/** The ratio of pictures for a model that does not read it (translate-gemini-thinking.md 3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inflateSync } from 'node:zlib';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { geminiToGemini } from '../../../src/formats/gemini/pass-through.ts';
import { blankPng } from '../../../src/formats/gemini/png.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import type { FormatPair } from '../../../src/formats/format.ts';
import { hubPair } from '../../../src/formats/hub.ts';
import { requestContext } from '../chat/contexts.ts';

const MODEL = 'gemini-2.5-flash-image-preview';

function sent(pair: FormatPair, body: JsonObject, model = MODEL): JsonObject {
  const bytes = pair.encodeRequest(Buffer.from(JSON.stringify(body)), requestContext({ model }));
  return JSON.parse(Buffer.from(bytes).toString()) as JsonObject;
}

const TEXT = { role: 'user', parts: [{ text: 'a cat' }] };
const wide = { generationConfig: { temperature: 1, imageConfig: { aspectRatio: '16:9' } } };

function canvasIn(body: JsonObject): Buffer {
  const [content] = body.contents as { parts: JsonObject[] }[];
  const [instruction, picture, ...own] = content?.parts ?? [];
  assert.equal(typeof instruction?.text, 'string');
  assert.deepEqual(own, TEXT.parts);
  const inline = picture?.inlineData as { mimeType: string; data: string };
  assert.equal(inline.mimeType, 'image/png');
  return Buffer.from(inline.data, 'base64');
}

describe('a blank picture of the wanted ratio', () => {
  it('stands before the words of Gemini clients', () => {
    const body = sent(geminiToGemini, { contents: [TEXT], ...wide });
    assert.deepEqual(body.generationConfig, {
      temperature: 1,
      responseModalities: ['IMAGE', 'TEXT'],
    });
    const png = canvasIn(body);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1344, 768]);
  });

  it('and of others', () => {
    const body = sent(hubPair(chatClient, geminiUpstream), {
      messages: [{ role: 'user', content: 'a cat' }],
      image_config: { aspect_ratio: '9:16' },
    });
    const png = canvasIn(body);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [768, 1344]);
  });

  it('not beside a picture of the client, nor for another model', () => {
    const inlineData = { mimeType: 'image/png', data: 'AA' };
    const contents = [{ role: 'user', parts: [{ inlineData }] }];
    const body = sent(geminiToGemini, { contents, ...wide });
    assert.deepEqual(body.contents, contents);
    assert.deepEqual(body.generationConfig, { temperature: 1 });
    const other = sent(geminiToGemini, { contents: [TEXT], ...wide }, 'gemini-3-pro-image-preview');
    assert.deepEqual(other.generationConfig, wide.generationConfig);
    assert.deepEqual(other.contents, [TEXT]);
  });

  it('is a white PNG', () => {
    const png = blankPng(9, 2);
    const data = png.indexOf('IDAT');
    const size = png.readUInt32BE(data - 4);
    const rows = inflateSync(png.subarray(data + 4, data + 4 + size));
    assert.deepEqual([...rows], [0, 0xff, 0xff, 0, 0xff, 0xff]);
    // The checksum of an end is the same in every picture.
    assert.equal(png.subarray(-4).toString('hex'), 'ae426082');
  });
});
