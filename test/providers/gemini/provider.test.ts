/** Requests to the Gemini API (providers.md 2.1; vectors of 17 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SwitchyardError } from '../../../src/errors.ts';
import { geminiProvider } from '../../../src/providers/gemini/provider.ts';
import type { BuildInput } from '../../../src/providers/types.ts';
import { asObject, input, keyRecord, turn } from '../support.ts';

const record = keyRecord({ provider: 'gemini', baseUrl: '' });

const build = (parts: Partial<BuildInput> = {}) =>
  geminiProvider.buildRequest(
    input({ record, model: 'gemini-2.5-pro', token: 'K', format: 'gemini', ...parts }),
  );

/** Where a model stands in the path. */
const pathOf = (model: string): string =>
  /\/v1beta\/(.*):stream/.exec(build({ model }).url)?.[1] ?? '';

describe('Gemini provider', () => {
  it('G1: a stream is asked for as events', () => {
    assert.equal(
      build().url,
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    );
  });

  it('G2 differs: a client’s own `alt` stays with its answer, Google is asked for events', () => {
    // `$alt=json` would bring an array, which needs a reader of its own.
    const path = '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=json';
    assert.match(build({ turn: turn([], { path, format: 'gemini' }) }).url, /:stream\w+\?alt=sse$/);
  });

  it('G3: an address of its own, without a stream', () => {
    const { url } = build({
      record: { ...record, baseUrl: 'https://g.example' },
      streaming: false,
    });
    assert.equal(url, 'https://g.example/v1beta/models/gemini-2.5-pro:generateContent');
  });

  it('a model can not leave its place in the path', () => {
    for (const [model, place] of [
      ['../x?y', 'models/..%2Fx%3Fy'],
      ['a/../x', 'models/a%2F..%2Fx'],
      ['models/..', 'models/models%2F..'],
      ['a//b', 'models/a%2F%2Fb'],
    ] as const) {
      assert.equal(pathOf(model), place);
    }
  });

  it('names with slashes, and those that say their kind, stand in the path as they are', () => {
    assert.equal(pathOf('google/gemini-2.5-pro'), 'models/google/gemini-2.5-pro');
    assert.equal(pathOf('models/gemini-2.5-pro'), 'models/gemini-2.5-pro');
    assert.equal(pathOf('tunedModels/mine-1'), 'tunedModels/mine-1');
    assert.equal(pathOf('.hidden/m'), 'models/.hidden/m');
  });

  it('2.1: headers', () => {
    const headers = asObject(
      build({
        record: { ...record, headers: { 'X-A': '$x-trace', 'X-B': '1' } },
        turn: turn(['x-trace', '7', 'x-goog-api-key', 'client']),
      }).headers,
    );
    assert.equal(headers['x-goog-api-key'], 'K');
    assert.equal(headers.authorization, undefined);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-a'], '7');
    assert.equal(headers['x-b'], '1');
    assert.equal('x-goog-api-key' in asObject(build({ token: '' }).headers), false);
  });

  it('1.1: there is no compaction', () => {
    assert.equal(geminiProvider.upstreamFormat('openai', '/v1/chat/completions'), 'gemini');
    assert.throws(
      () => geminiProvider.upstreamFormat('openai-response', '/v1/responses/compact'),
      (error) => error instanceof SwitchyardError && error.status === 501,
    );
  });
});
