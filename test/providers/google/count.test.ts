/** Requests for a token count (providers.md 2.1, 2.2, 3.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { geminiProvider } from '../../../src/providers/gemini/provider.ts';
import type { BuildInput, Provider } from '../../../src/providers/types.ts';
import { vertexProvider } from '../../../src/providers/vertex/provider.ts';
import { input, keyRecord } from '../support.ts';

const CONTENTS = '"contents":[ {"role":"user","parts":[{"text":"q"}]} ]';
const TURN = `"model":"x","generationConfig":{},"safetySettings":[],"session_id":"s"`;

function counted(provider: Provider, body: string): { url: string; body: string } {
  const parts: Partial<BuildInput> = {
    record: keyRecord({ provider: 'gemini', baseUrl: '' }),
    model: 'gemini-2.5-pro',
    token: 'K',
    streaming: false,
    body: Buffer.from(body),
  };
  const request = provider.countRequest?.(input(parts)) ?? assert.fail();
  return { url: request.url, body: Buffer.from(request.body ?? '').toString() };
}

describe('token counts of Google', () => {
  it('G6: a bare conversation is counted as it is, without settings', () => {
    const { url, body } = counted(geminiProvider, `{${TURN},${CONTENTS}}`);
    assert.equal(
      url,
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:countTokens',
    );
    assert.equal(body, `{${CONTENTS}}`);
  });

  it('G6 differs: what stands before the conversation is counted as well, in a whole request', () => {
    const prefix = '"systemInstruction":{"parts":[{"text":"S"}]},"tools":[ ]';
    const { body } = counted(geminiProvider, `{${TURN},${CONTENTS},${prefix}}`);
    const whole = `{"model":"models/gemini-2.5-pro",${CONTENTS},${prefix}}`;
    assert.equal(body, `{"generateContentRequest":${whole}}`);
  });

  it('Vertex AI takes the prompt without a frame, and calls without ids', () => {
    const call = '"contents":[{"role":"model","parts":[{"functionCall":{"id":"1","name":"f"}}]}]';
    const { url, body } = counted(vertexProvider, `{${TURN},${call},"tools":[]}`);
    assert.match(url, /\/publishers\/google\/models\/gemini-2.5-pro:countTokens$/);
    assert.deepEqual(JSON.parse(body), {
      contents: [{ role: 'model', parts: [{ functionCall: { name: 'f' } }] }],
      tools: [],
    });
  });
});
