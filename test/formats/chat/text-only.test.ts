import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flattenToolContent } from '../../../src/formats/chat/text-only.ts';
import { vector } from '../vectors.ts';

describe('chat upstreams without images', () => {
  const { note, in: body, out } = vector('S04');
  it(`S04: ${note}`, () => {
    const before = structuredClone(body);
    assert.deepEqual(flattenToolContent(body), out);
    assert.deepEqual(body, before);
  });

  it('providers 8: other objects become their JSON text, text stays', () => {
    const content = [{ type: 'weird', x: 1 }, 'plain', { type: 'input_image', image_url: 'u' }];
    const messages = [
      { role: 'tool', content },
      { role: 'tool', content: 'as it is' },
    ];
    assert.deepEqual(flattenToolContent({ messages }).messages, [
      {
        role: 'tool',
        content: '{"type":"weird","x":1}\n\nplain\n\n[image omitted: unsupported by upstream]',
      },
      { role: 'tool', content: 'as it is' },
    ]);
  });
});
