/** Image clients on the hosted tool of Codex (codex.md 8.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imagesToCodex } from '../../../src/formats/images/to-codex.ts';
import { MAX_ANSWER_IMAGES } from '../../../src/formats/images/from-codex.ts';
import { MAX_SOURCE_IMAGES } from '../../../src/formats/images/sources.ts';
import type { ImageContext, ResponseTranslator } from '../../../src/formats/format.ts';
import { IMAGE_USAGE, imageEvents, imageSse, PNG, PNG_URL } from '../../support/images.ts';
import { parseFrames } from '../../support/http-client.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText, randomPieces } from '../streams.ts';

type Json = Record<string, unknown>;

const GENERATE: ImageContext = { edit: false, baseModel: 'gpt-5.4-mini' };
const EDIT: ImageContext = { edit: true, baseModel: 'gpt-5.4-mini' };

function encoded(body: unknown, image = GENERATE): Json {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const before = Buffer.from(bytes);
  const sent = imagesToCodex.encodeRequest(bytes, requestContext({ model: 'gpt-image-2', image }));
  assert.deepEqual(bytes, before, 'the client body is never changed');
  return JSON.parse(Buffer.from(sent).toString()) as Json;
}

const translator = (stream: boolean, body: Json = {}, image = GENERATE): ResponseTranslator =>
  imagesToCodex.response(
    responseContext({ stream, requestBody: Buffer.from(JSON.stringify(body)), image }),
  );

describe('image request for the hosted tool', () => {
  it('a generation: fixed settings, the prompt, one tool with its options', () => {
    const body = {
      model: 'team/gpt-image-2',
      prompt: 'a "fox"\n',
      n: 1,
      size: '1024x1024',
      quality: 'high',
      background: 'opaque',
      output_format: 'webp',
      moderation: 'low',
      output_compression: 80,
      partial_images: 2,
      user: 'u',
      response_format: 'url',
    };
    assert.deepEqual(encoded(body), {
      instructions: '',
      stream: true,
      reasoning: { effort: 'medium', summary: 'auto' },
      parallel_tool_calls: true,
      include: ['reasoning.encrypted_content'],
      model: 'gpt-5.4-mini',
      store: false,
      tool_choice: { type: 'image_generation' },
      input: [
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: 'a "fox"\n' }],
        },
      ],
      tools: [
        {
          type: 'image_generation',
          action: 'generate',
          model: 'gpt-image-2',
          size: '1024x1024',
          quality: 'high',
          background: 'opaque',
          output_format: 'webp',
          moderation: 'low',
          output_compression: 80,
          partial_images: 2,
        },
      ],
    });
  });

  const forms: [string, Json][] = [
    ['images with image_url', { images: [{ image_url: PNG_URL }, { image_url: PNG_URL }] }],
    ['images with image_url.url', { images: [{ image_url: { url: PNG_URL } }, PNG_URL] }],
    ['image as a list', { image: [PNG_URL, PNG_URL] }],
    ['image alone and images', { image: PNG_URL, images: { image_url: PNG_URL } }],
  ];
  for (const [name, images] of forms) {
    it(`an edit: ${name}`, () => {
      const body = { model: 'm', prompt: 'p', ...images, mask: { image_url: 'https://m/x.png' } };
      const { input, tools } = encoded(body, EDIT) as { input: [Json]; tools: [Json] };
      const image = { type: 'input_image', image_url: PNG_URL };
      assert.deepEqual(input[0].content, [{ type: 'input_text', text: 'p' }, image, image]);
      assert.deepEqual(tools[0], {
        type: 'image_generation',
        action: 'edit',
        model: 'gpt-image-2',
        input_image_mask: { image_url: 'https://m/x.png' },
      });
    });
  }

  it('escaped addresses keep their meaning, nulls count as missing', () => {
    const text = `{"prompt":"p","size":null,"mask":null,"image":"data:image\\/png;base64,QQ=="}`;
    const { input, tools } = encoded(text, EDIT) as { input: [{ content: Json[] }]; tools: [Json] };
    assert.equal(input[0].content[1]?.image_url, 'data:image/png;base64,QQ==');
    assert.deepEqual(Object.keys(tools[0]), ['type', 'action', 'model']);
  });

  const wrong: [string, unknown, ImageContext, string][] = [
    ['no prompt', {}, GENERATE, 'prompt'],
    ['a blank prompt', { prompt: ' ' }, GENERATE, 'prompt'],
    ['a prompt that is no text', { prompt: ['x'] }, GENERATE, 'prompt'],
    ['an edit without an image', { prompt: 'p' }, EDIT, 'image'],
    ['an edit with an empty image', { prompt: 'p', image: '' }, EDIT, 'image'],
    ['an edit with a number', { prompt: 'p', image: 5 }, EDIT, 'image'],
    ['an edit with a file id', { prompt: 'p', images: [{ file_id: 'f' }] }, EDIT, 'images'],
    ['a generation with an image', { prompt: 'p', image: PNG_URL }, GENERATE, 'image'],
    ['a size that is no text', { prompt: 'p', size: 5 }, GENERATE, 'size'],
    ['a count that is none', { prompt: 'p', partial_images: '2' }, GENERATE, 'partial_images'],
    [
      'too many',
      { prompt: 'p', image: Array(MAX_SOURCE_IMAGES + 1).fill(PNG_URL) },
      EDIT,
      'images',
    ],
  ];
  for (const [name, body, image, param] of wrong) {
    it(`${name} is refused`, () => {
      assert.throws(() => encoded(body, image), { code: 'invalid_request', status: 400, param });
    });
  }

  it('a broken escape in an address is refused, not sent on', () => {
    const text = '{"prompt":"p","image":"data:\\x"}';
    assert.throws(() => encoded(text, EDIT), { code: 'invalid_json' });
  });
});

describe('image answer of the hosted tool', () => {
  it('whole: image, facts of the image, usage of the tool', () => {
    for (const turn of [{}, { repeat: true }, { partials: [PNG] }]) {
      const subject = translator(false);
      assert.deepEqual(JSON.parse(clientText(subject, [Buffer.from(imageSse(turn))])), {
        created: 1_760_000_000,
        data: [{ b64_json: PNG, revised_prompt: 'a small red fox' }],
        background: 'opaque',
        output_format: 'png',
        quality: 'high',
        size: '1024x1024',
        usage: IMAGE_USAGE,
      });
      assert.equal(subject.usage?.totalTokens, 105, 'usage of the turn is that of the model');
    }
  });

  it('response_format url gives data URLs', () => {
    const text = clientText(translator(false, { response_format: 'url' }), [
      Buffer.from(imageSse()),
    ]);
    const { data } = JSON.parse(text) as { data: Json[] };
    assert.deepEqual(data, [{ url: PNG_URL, revised_prompt: 'a small red fox' }]);
  });

  it('an output that only the terminal event holds, and a JSON answer', () => {
    const [first, , last] = imageEvents({ repeat: true });
    const lines = [first, last].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const streamed = JSON.parse(clientText(translator(false), [Buffer.from(lines)])) as Json;
    assert.equal((streamed.data as Json[])[0]?.b64_json, PNG);
    const body = Buffer.from(JSON.stringify(last?.response));
    const whole = JSON.parse(String(translator(false).onBody(body))) as Json;
    assert.equal((whole.data as Json[])[0]?.b64_json, PNG);
  });

  for (const [image, prefix] of [
    [GENERATE, 'image_generation'],
    [EDIT, 'image_edit'],
  ] as const) {
    it(`stream: ${prefix}.partial_image and ${prefix}.completed, however the bytes are cut`, () => {
      const bytes = Buffer.from(imageSse({ partials: ['QQ==', 'Qg=='] }));
      for (let seed = 0; seed < 20; seed += 1) {
        const text = clientText(translator(true, {}, image), randomPieces(bytes, seed));
        const frames = parseFrames(text).map(({ event, data }) => [event, JSON.parse(data)]);
        const partial = `${prefix}.partial_image`;
        const completed = `${prefix}.completed`;
        assert.deepEqual(frames, [
          [partial, { type: partial, partial_image_index: 0, b64_json: 'QQ==' }],
          [partial, { type: partial, partial_image_index: 1, b64_json: 'Qg==' }],
          [completed, { type: completed, b64_json: PNG, usage: IMAGE_USAGE }],
        ]);
      }
    });
  }

  it('stream with data URLs', () => {
    const subject = translator(true, { response_format: 'url' });
    const frames = parseFrames(
      clientText(subject, [Buffer.from(imageSse({ partials: ['QQ=='] }))]),
    );
    const urls = frames.map(({ data }) => (JSON.parse(data) as Json).url);
    assert.deepEqual(urls, ['data:image/png;base64,QQ==', PNG_URL]);
  });

  for (const stream of [true, false]) {
    it(`no image is a 502 (stream ${String(stream)})`, () => {
      const bytes = Buffer.from(imageSse({ images: [] }));
      const { text, error } = failedText(translator(stream), bytes);
      assert.equal(text, '');
      const { status, message } = error as { status: number; message: string };
      assert.deepEqual([status, message], [502, 'upstream did not return image output']);
    });

    it(`a cut stream is a 504 (stream ${String(stream)})`, () => {
      const frames = imageSse().split('\n\n').slice(0, -2);
      const bytes = Buffer.from(`${frames.join('\n\n')}\n\n`);
      const { text, error } = failedText(translator(stream), bytes);
      assert.equal(text, '');
      assert.equal((error as { status: number }).status, 504);
    });
  }

  it('an answer with endless images is refused', () => {
    const images = Array<string>(MAX_ANSWER_IMAGES + 1).fill('QQ==');
    const { error } = failedText(translator(false), Buffer.from(imageSse({ images })));
    assert.equal((error as { code: string }).code, 'upstream_bad_answer');
  });
});
