/** Image clients on upstreams with image endpoints: bytes through (codex.md 8.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imagesToImages } from '../../../src/formats/images/pass-through.ts';
import type { ResponseTranslator } from '../../../src/formats/format.ts';
import { IMAGE_USAGE, PNG } from '../../support/images.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText } from '../streams.ts';

const translator = (stream: boolean, body = '{}'): ResponseTranslator =>
  imagesToImages.response(responseContext({ stream, requestBody: Buffer.from(body) }));

const frame = (type: string): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, b64_json: PNG, usage: IMAGE_USAGE })}\n\n`;
const PARTIAL = frame('image_generation.partial_image');
const COMPLETED = frame('image_generation.completed');

describe('images on an upstream of their own', () => {
  it('only the model of the request changes', () => {
    const body = Buffer.from('{ "model": "pix", "prompt":"a\\u0062", "n": 2 }');
    const sent = imagesToImages.encodeRequest(body, requestContext({ model: 'vendor/pix' }));
    const text = Buffer.from(sent).toString();
    assert.equal(text, '{ "model": "vendor/pix", "prompt":"a\\u0062", "n": 2 }');
  });

  it('a JSON answer keeps its bytes; usage is read', () => {
    const subject = translator(false);
    const body = Buffer.from(JSON.stringify({ data: [{ b64_json: PNG }], usage: IMAGE_USAGE }));
    assert.deepEqual(subject.onBody(body), body);
    assert.equal(subject.usage?.totalTokens, 33);
  });

  it('events keep their bytes; the last image ends the answer', () => {
    const subject = translator(true);
    const text = clientText(subject, [Buffer.from(PARTIAL + COMPLETED + PARTIAL)]);
    assert.equal(text, PARTIAL + COMPLETED);
    assert.equal(subject.usage?.outputTokens, 22);
  });

  it('with n=2 the second image ends it; fewer are enough when the upstream closes', () => {
    const body = '{"n":2}';
    const two = clientText(translator(true, body), [Buffer.from(COMPLETED.repeat(3))]);
    assert.equal(two, COMPLETED.repeat(2));
    const one = clientText(translator(true, body), [Buffer.from(COMPLETED)]);
    assert.equal(one, COMPLETED);
  });

  it('a stream that ends before its image is a 504', () => {
    const { text, error } = failedText(translator(true), Buffer.from(PARTIAL));
    assert.equal(text, PARTIAL);
    assert.equal((error as { status: number }).status, 504);
  });

  it('a JSON answer becomes events for a client that streams', () => {
    const body = { data: [{ b64_json: PNG }, { b64_json: PNG }], usage: IMAGE_USAGE };
    const text = translator(true).onBody(Buffer.from(JSON.stringify(body)));
    assert.equal(text, COMPLETED.repeat(2));
    assert.throws(() => translator(true).onBody(Buffer.from('{"data":[]}')), { status: 502 });
  });
});
