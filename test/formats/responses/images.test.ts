/** Pictures that a model made, for Responses clients: items of OpenAI's image tool. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { responseContext } from '../chat/contexts.ts';
import { clientText, framesOf } from '../streams.ts';

type Json = Record<string, unknown>;

const picture = (data: string): Json => ({ inlineData: { mimeType: 'image/png', data } });
const ANSWER = {
  responseId: 'r',
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'Two.' }, picture('AAAA'), picture('BBBB')] },
      finishReason: 'STOP',
    },
  ],
};
const pair = hubPair(responsesClient, geminiUpstream);

describe('pictures for Responses clients', () => {
  const made = (number: number, result: string): Json => ({
    id: `ig_resp_r_0${number === 0 ? '' : `_${String(number)}`}`,
    type: 'image_generation_call',
    status: 'completed',
    result,
    output_format: 'png',
  });
  const expected = [made(0, 'AAAA'), made(1, 'BBBB')];

  it('a stream tells each as a finished item, in its place', () => {
    const bytes = Buffer.from(`data: ${JSON.stringify(ANSWER)}\n\n`);
    const frames = framesOf(clientText(pair.response(responseContext()), [bytes]));
    const { output } = (frames.at(-1)?.data as { response: { output: Json[] } }).response;
    assert.deepEqual(output.slice(1), expected);
    assert.equal(output[0]?.type, 'message');
    const ofFirst = frames.filter(({ data }) => (data as Json).output_index === 1);
    assert.deepEqual(
      ofFirst.map(({ event }) => event),
      [
        'response.output_item.added',
        'response.image_generation_call.in_progress',
        'response.image_generation_call.generating',
        'response.image_generation_call.completed',
        'response.output_item.done',
      ],
    );
    const begun = { ...expected[0], status: 'in_progress', result: null };
    assert.deepEqual((ofFirst[0]?.data as Json).item, begun);
  });

  it('a whole body holds the same items', () => {
    const translator = pair.response(responseContext({ stream: false }));
    const body = translator.onBody(Buffer.from(JSON.stringify(ANSWER)));
    assert.deepEqual((JSON.parse(String(body)) as { output: Json[] }).output.slice(1), expected);
  });
});
