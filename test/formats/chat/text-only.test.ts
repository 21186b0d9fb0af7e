import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flattenToolContent } from '../../../src/formats/chat/text-only.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { requestContext } from './contexts.ts';
import { vector } from '../vectors.ts';

describe('chat upstreams without images', () => {
  const { note, in: body, out } = vector('S04');
  it(`S04: ${note}`, () => {
    const before = structuredClone(body);
    assert.deepEqual(flattenToolContent(body), out);
    assert.deepEqual(body, before);
  });

  const O9 = 'a\n\n[image omitted: unsupported by upstream]';
  const picture = { type: 'image_url', image_url: { url: 'u' } };
  const sent = (from: 'openai' | 'openai-response', body: object, textOnly?: true): string => {
    const context = requestContext({ model: 'm', ...(textOnly && { textOnly }) });
    const bytes = Buffer.from(JSON.stringify(body));
    const pair = pairFor(from, 'openai') ?? assert.fail();
    return Buffer.from(pair.encodeRequest(bytes, context)).toString();
  };

  it('O9: of a chat client, tool results become text where the model reads no images', () => {
    const content = [{ type: 'text', text: 'a' }, picture];
    const user = { role: 'user', content: [picture] };
    const call = { role: 'tool', tool_call_id: 'c', content };
    const body = { messages: [user, call] };
    const messages = [user, { ...call, content: O9 }];
    assert.deepEqual((JSON.parse(sent('openai', body, true)) as typeof body).messages, messages);
    assert.deepEqual((JSON.parse(sent('openai', body)) as typeof body).messages, body.messages);
  });

  it('O9: messages that are text already keep their bytes', () => {
    const text = sent('openai', { messages: [{ role: 'tool', content: '1.0' }] }, true);
    assert.match(text, /"messages":\[\{"role":"tool","content":"1\.0"\}\]/);
  });

  it('O9: of a client of another format, too', () => {
    const output = [
      { type: 'input_text', text: 'a' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA==' },
    ];
    const input = [
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output },
    ];
    const read = (textOnly?: true): unknown[] => {
      const body = JSON.parse(sent('openai-response', { input }, textOnly)) as {
        messages: { role: string; content: unknown }[];
      };
      return body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
    };
    assert.deepEqual(read(true), [O9]);
    assert.notDeepEqual(read(), [O9]);
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
