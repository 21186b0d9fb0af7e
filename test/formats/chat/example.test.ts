import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { chatBodyToCodex, chatToCodex } from '../hub-pairs.ts';
import { chunksOf, onWire, requestContext, responseContext, sse } from './contexts.ts';

type Json = Record<string, unknown>;

interface Example {
  request: Json;
  codex: Json;
  events: Json[];
  chunks: Json[];
  answer: Json;
}

const file = new URL('example.json', import.meta.url);
const example = JSON.parse(readFileSync(file, 'utf8')) as Example;
const requestBody = Buffer.from(JSON.stringify(example.request));

/** What the client reads for the example's stream. */
function read(stream: boolean): string {
  const translator = chatToCodex.response(responseContext({ stream, requestBody }));
  const text = example.events.map((event) => translator.onEvent(sse(event))).join('');
  return text + translator.onEnd();
}

describe('the example of 4.6', () => {
  it('request: the same JSON text, so also the same key order', () => {
    const body = onWire(chatBodyToCodex(example.request, requestContext()));
    assert.equal(JSON.stringify(body), JSON.stringify(example.codex));
  });

  it('stream', () => {
    const text = read(true);
    assert.deepEqual(chunksOf(text), example.chunks);
    assert.ok(text.endsWith('data: [DONE]\n\n'));
  });

  it('non-stream', () => {
    assert.deepEqual(JSON.parse(read(false)), example.answer);
  });
});
