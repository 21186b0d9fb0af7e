/** What tools of chat clients gave back, on Google. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { onWire, requestContext } from '../chat/contexts.ts';

const TEXT = { type: 'text', text: 'seen' };
const PICTURE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } };

/** Parts that stand for a result with this content. */
function partsFor(content: unknown): unknown {
  const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } };
  const request = chatClient.decodeRequest({
    messages: [
      { role: 'user', content: 'w?' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content },
    ],
  });
  const context = requestContext({ model: 'gemini-2.5-pro' });
  const { contents } = geminiUpstream.encodeRequest(request, context, 'openai');
  return onWire((contents as JsonObject[])[2]?.parts);
}

describe('results of chat clients on Google', () => {
  const response = (result: string): JsonObject => ({
    functionResponse: { name: 'look', response: { result } },
  });
  const picture = { inlineData: { mime_type: 'image/png', data: 'iVBORw0K' } };

  it('pictures stand beside the response', () => {
    const text = response('[{"type":"text","text":"seen"}]');
    assert.deepEqual(partsFor([TEXT, PICTURE]), [text, picture]);
    assert.deepEqual(partsFor([PICTURE]), [response('""'), picture]);
  });

  it('the JSON text of a list with pictures is read like the list', () => {
    const text = response('[{"type":"text","text":"seen"}]');
    assert.deepEqual(partsFor(JSON.stringify([TEXT, PICTURE])), [text, picture]);
  });

  it('without pictures it is the JSON text of what the client sent', () => {
    assert.deepEqual(partsFor([TEXT]), [response('[{"type":"text","text":"seen"}]')]);
  });
});
