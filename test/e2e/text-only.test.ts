/** Models that read no images, through the whole program (providers.md 12.2). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PATHS } from '../support/endings.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { sendRequest } from '../support/http-client.ts';
import { startProxy } from '../support/proxy.ts';

describe('a model with `input-modalities: [text]`', async () => {
  const message = { role: 'assistant', content: 'ok' };
  const upstream = await startFakeUpstream({ after }, (call) =>
    call.json(200, { id: 'c', choices: [{ index: 0, message, finish_reason: 'stop' }] }),
  );
  const provider = {
    name: 'acme',
    'base-url': upstream.origin,
    'api-key-entries': [{ 'api-key': 'k' }],
    models: [{ name: 'plain', 'input-modalities': ['text'] }, { name: 'seeing' }],
  };
  const proxy = await startProxy({ after }, { 'openai-compatibility': [provider] });
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
  ];

  for (const [model, expected] of [
    ['plain', 'a\n\n[image omitted: unsupported by upstream]'],
    ['seeing', content],
  ] as const) {
    it(`O9: ${model}: a result with an image`, async () => {
      const messages = [
        { role: 'user', content: 'look' },
        { role: 'tool', tool_call_id: 'c', content },
      ];
      const body = JSON.stringify({ model, messages });
      const answer = await sendRequest(proxy.origin + PATHS.chat, { body });
      assert.equal(answer.status, 200, await answer.text());
      const sent = JSON.parse(upstream.requests.at(-1)?.body.toString() ?? '') as {
        messages: { content: unknown }[];
      };
      assert.deepEqual(sent.messages[1]?.content, expected);
    });
  }
});
