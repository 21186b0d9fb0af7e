/** Text completions on top of chat (translate-openai-claude.md 9.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamFormat } from '../../src/formats/format.ts';
import { pairFor } from '../../src/formats/pairs.ts';
import { chatObject, chatSse, chatTurn, responsesSse, responsesTurn } from '../support/turns.ts';
import { requestContext, responseContext } from './chat/contexts.ts';
import { clientText, framesOf } from './streams.ts';

type Json = Record<string, unknown>;

function known(
  upstream: UpstreamFormat,
  client: 'openai-completion' | 'openai' = 'openai-completion',
) {
  const pair = pairFor(client, upstream);
  assert.ok(pair !== undefined);
  return pair;
}

function sent(upstream: UpstreamFormat, body: Json, client?: 'openai'): Json {
  const bytes = Buffer.from(JSON.stringify(body));
  const encoded = known(upstream, client).encodeRequest(bytes, requestContext({ model: 'm' }));
  return JSON.parse(Buffer.from(encoded).toString()) as Json;
}

describe('text completions, request', () => {
  it('the prompt is one user message; sampling is passed on to chat upstreams', () => {
    const body = { model: 'x', prompt: 'Once', max_tokens: 7, temperature: 0.2, stop: ['Z'] };
    const more = { top_p: 0.5, frequency_penalty: 1, presence_penalty: -1, echo: true, best_of: 3 };
    assert.deepEqual(sent('openai', { ...body, ...more, stream: true }), {
      model: 'm',
      messages: [{ role: 'user', content: 'Once' }],
      stream: true,
      max_tokens: 7,
      temperature: 0.2,
      top_p: 0.5,
      stop: ['Z'],
      presence_penalty: -1,
      frequency_penalty: 1,
      stream_options: { include_usage: true },
    });
  });

  it('Codex gets it as a message', () => {
    assert.deepEqual(sent('codex', { prompt: ['Once'] }).input, [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Once' }] },
    ]);
  });

  it('a missing or empty prompt has a default', () => {
    for (const body of [{}, { prompt: null }, { prompt: '' }]) {
      const expected = [{ role: 'user', content: 'Complete this:' }];
      assert.deepEqual(sent('openai', body).messages, expected);
    }
  });

  it('token lists and several prompts are refused, the field is named', () => {
    for (const prompt of [[1, 2], [[1]], ['a', 'b'], 7]) {
      const expected = { code: 'invalid_request', param: 'prompt' };
      assert.throws(() => sent('codex', { prompt }), expected);
    }
  });
});

describe('text completions, answer', () => {
  for (const upstream of ['openai', 'codex'] as const) {
    const options = { text: 'Grüße 👋', model: 'm' };
    const wire =
      upstream === 'openai' ? chatSse(chatTurn(options)) : responsesSse(responsesTurn(options));

    it(`of ${upstream}: chunks with text, one finish with usage, one [DONE]`, () => {
      const text = clientText(known(upstream).response(responseContext()), [Buffer.from(wire)]);
      const frames = framesOf(text).map(({ data }) => data);
      assert.equal(frames.pop(), '[DONE]');
      const chunks = frames as { object: string; model: string; choices: Json[]; usage?: Json }[];
      assert.equal(chunks.map(({ choices }) => choices[0]?.['text']).join(''), 'Grüße 👋');
      assert.ok(chunks.every(({ object, model }) => object === 'text_completion' && model === 'm'));
      const reasons = chunks.map(({ choices }) => choices[0]?.['finish_reason'] ?? null);
      assert.deepEqual(
        reasons.filter((reason) => reason !== null),
        ['stop'],
      );
      assert.ok(reasons.at(-1) === 'stop');
    });
  }

  it('whole: one text_completion', () => {
    const body = chatObject({ text: 'there was', model: 'm', id: 'a' });
    const translator = known('openai').response(responseContext({ stream: false }));
    const answer = JSON.parse(String(translator.onBody(Buffer.from(JSON.stringify(body))))) as Json;
    const { usage, id, ...rest } = answer;
    assert.deepEqual(rest, {
      object: 'text_completion',
      created: 1_760_000_000,
      model: 'm',
      choices: [{ index: 0, text: 'there was', logprobs: null, finish_reason: 'stop' }],
    });
    assert.ok(String(id).endsWith('a'));
    assert.equal((usage as Json)['prompt_tokens'], 120);
    assert.equal(translator.terminal, true);
  });
});

describe('Responses bodies on the chat endpoint (9.6)', () => {
  const body = { model: 'x', instructions: 'Be kind.', input: 'Hi', stream: true };

  it('are understood by chat upstreams', () => {
    assert.deepEqual(sent('openai', body, 'openai').messages, [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('are understood by Codex', () => {
    const { instructions, input } = sent('codex', body, 'openai');
    assert.equal(instructions, 'Be kind.');
    assert.match(JSON.stringify(input), /"input_text","text":"Hi"/);
  });

  it('with messages they are chat bodies', () => {
    const messages = [{ role: 'user', content: 'Ho' }];
    assert.deepEqual(sent('openai', { ...body, messages }, 'openai').messages, messages);
  });
});
