/** Image generation and edits through the whole proxy (codex.md 8.1). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { formBody, IMAGE_USAGE, imageSse, PNG, PNG_URL } from '../support/images.ts';
import { idToken } from '../credentials/support.ts';
import { sendRequest, type ClientAnswer, type RequestOptions } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { tempDir } from '../support/temp.ts';
import { zstdStored } from '../support/zstd.ts';

type Json = Record<string, unknown>;

const BODY = { model: 'gpt-image-2', prompt: 'a fox' };

describe('images through the hosted tool', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1).map((key) => ({ ...key, prefix: 'team' })),
      'gpt-image-2-base-model': 'gpt-5.5',
    },
  );
  const ask = (kind: string, options: RequestOptions): Promise<ClientAnswer> =>
    sendRequest(`${proxy.origin}/v1/images/${kind}`, options);
  const sent = (): Json => upstream.requests.at(-1)?.json() ?? {};
  const toolOf = (body: Json): Json => (body['tools'] as [Json])[0];
  const contentOf = (body: Json): Json[] => (body['input'] as [{ content: Json[] }])[0].content;
  const client = new OpenAI({ baseURL: `${proxy.origin}/v1`, apiKey: 'any', maxRetries: 0 });

  it('a generation: /responses is asked for a stream, the answer is one JSON body', async () => {
    upstream.handler = (call) => call.sse(imageSse({ partials: ['QQ=='] }));
    const answer = await ask('generations', { body: BODY });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['x-switchyard-continuity'], 'none');
    const body = await answer.json();
    assert.deepEqual(body['data'], [{ b64_json: PNG, revised_prompt: 'a small red fox' }]);
    assert.deepEqual(body['usage'], IMAGE_USAGE);
    const request = upstream.requests.at(-1);
    assert.equal(request?.path, '/v1/responses');
    assert.equal(request.headers['accept'], 'text/event-stream');
    assert.equal(request.headers['session-id'], undefined, 'codex.md 4.2: no key');
    assert.equal(sent()['prompt_cache_key'], undefined);
    assert.equal(sent()['model'], 'gpt-5.5', 'gpt-image-2-base-model');
    assert.equal(toolOf(sent())['model'], 'gpt-image-2');
  });

  it('a prefixed model, and a data URL on demand', async () => {
    upstream.handler = (call) => call.sse(imageSse());
    const body = { model: 'team/gpt-image-1.5', prompt: 'a fox', response_format: 'url' };
    const answer = await (await ask('generations', { body })).json();
    assert.equal((answer['data'] as Json[])[0]?.['url'], PNG_URL);
    assert.equal(toolOf(sent())['model'], 'gpt-image-1.5');
  });

  it('a stream of a generation: previews, then the image', async () => {
    upstream.handler = (call) => call.sse(imageSse({ partials: ['QQ=='] }));
    const answer = await ask('generations', { body: { ...BODY, stream: true, partial_images: 1 } });
    assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
    const frames = await answer.frames();
    assert.deepEqual(
      frames.map(({ event }) => event),
      ['image_generation.partial_image', 'image_generation.completed'],
    );
    assert.equal(toolOf(sent())['partial_images'], 1);
  });

  it('an edit as JSON, compressed with zstd', async () => {
    upstream.handler = (call) => call.sse(imageSse());
    const body = { ...BODY, images: [{ image_url: PNG_URL }], mask: { image_url: PNG_URL } };
    const answer = await ask('edits', {
      body: zstdStored(Buffer.from(JSON.stringify(body))),
      headers: { 'content-encoding': 'zstd', 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 200, await answer.text());
    assert.deepEqual(contentOf(sent())[1], { type: 'input_image', image_url: PNG_URL });
    assert.equal(toolOf(sent())['action'], 'edit');
    assert.deepEqual(toolOf(sent())['input_image_mask'], { image_url: PNG_URL });
  });

  it('an edit as a form with a mask, streamed', async () => {
    upstream.handler = (call) => call.sse(imageSse({ partials: ['QQ=='] }));
    const file = { value: Buffer.from(PNG, 'base64'), type: 'image/png' };
    const parts = [
      { name: 'model', value: 'gpt-image-2' },
      { name: 'prompt', value: 'a fox' },
      { name: 'stream', value: 'true' },
      { name: 'image[]', ...file },
      { name: 'image[]', ...file },
      { name: 'mask', ...file },
    ];
    const answer = await ask('edits', {
      body: formBody('b1', parts),
      headers: { 'content-type': 'multipart/form-data; boundary=b1' },
    });
    const frames = await answer.frames();
    assert.deepEqual(
      frames.map(({ event }) => event),
      ['image_edit.partial_image', 'image_edit.completed'],
    );
    assert.equal(contentOf(sent()).length, 3);
    assert.deepEqual(toolOf(sent())['input_image_mask'], { image_url: PNG_URL });
  });

  it('a large image: more than the size from which another thread translates', async () => {
    upstream.handler = (call) => call.sse(imageSse({ images: ['A'.repeat(4 * 1024 * 1024)] }));
    const image = `data:image/png;base64,${'B'.repeat(4 * 1024 * 1024)}`;
    const answer = await (await ask('edits', { body: { ...BODY, image } })).json();
    assert.equal((answer['data'] as [{ b64_json: string }])[0].b64_json.length, 4 * 1024 * 1024);
    assert.equal(contentOf(sent())[1]?.['image_url'], image);
  });

  it('the OpenAI SDK: generate, edit with files, streams', async () => {
    upstream.handler = (call) => call.sse(imageSse({ partials: ['QQ=='] }));
    const made = await client.images.generate(BODY);
    assert.equal(made.data?.[0]?.b64_json, PNG);
    assert.equal(made.usage?.total_tokens, 33);
    const image = await toFile(Buffer.from(PNG, 'base64'), 'fox.png', { type: 'image/png' });
    const edited = await client.images.edit({ ...BODY, image: [image, image], mask: image, n: 1 });
    assert.equal(edited.data?.[0]?.b64_json, PNG);
    assert.equal(contentOf(sent()).length, 3);
    const types: string[] = [];
    const stream = await client.images.edit({ ...BODY, image, stream: true });
    for await (const event of stream) types.push(event.type);
    assert.deepEqual(types, ['image_edit.partial_image', 'image_edit.completed']);
  });

  for (const stream of [false, true]) {
    it(`no image in the answer is a 502 (stream ${String(stream)})`, async () => {
      upstream.handler = (call) => call.sse(imageSse({ images: [] }));
      const answer = await ask('generations', { body: { ...BODY, stream } });
      assert.equal(answer.status, 502);
      const { error } = (await answer.json()) as { error: Json };
      assert.equal(error['message'], 'upstream did not return image output');
      assert.equal(error['type'], 'server_error');
    });

    it(`a stream that is cut before the image is a 504 (stream ${String(stream)})`, async () => {
      const first = `${imageSse().split('\n\n')[0] ?? ''}\n\n`;
      upstream.handler = (call) => call.sse(first);
      const ended = await ask('generations', { body: { ...BODY, stream } });
      assert.equal(ended.status, 504, await ended.text());
      upstream.handler = async (call) => {
        call.sseHead();
        await call.write(first);
        call.reset();
      };
      const reset = await ask('generations', { body: { ...BODY, stream } });
      assert.equal(reset.status, 504, await reset.text());
    });
  }

  it('a stream that is cut behind a preview ends with one error event', async () => {
    const frames = imageSse({ partials: ['QQ=='] }).split('\n\n');
    upstream.handler = (call) => call.sse(`${frames.slice(0, 2).join('\n\n')}\n\n`);
    const answer = await ask('generations', { body: { ...BODY, stream: true } });
    const events = (await answer.frames()).map(({ event }) => event);
    assert.deepEqual(events, ['image_generation.partial_image', 'error']);
    await assert.rejects(async () => {
      for await (const event of await client.images.generate({ ...BODY, stream: true })) {
        assert.equal(event.type, 'image_generation.partial_image');
      }
    }, OpenAI.APIError);
  });

  it('an error of the upstream reaches the client', async () => {
    const error = { message: 'blocked by policy', type: 'invalid_request_error', code: 'x' };
    upstream.handler = (call) => call.json(400, { error });
    const answer = await ask('generations', { body: BODY });
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { error });
  });

  const form = { 'content-type': 'multipart/form-data; boundary=b1' };
  const bad: [string, string, RequestOptions, number, RegExp][] = [
    ['no model', 'generations', { body: { prompt: 'x' } }, 400, /model/],
    ['no prompt', 'generations', { body: { model: 'gpt-image-2' } }, 400, /prompt is required/],
    ['a text model', 'generations', { body: { ...BODY, model: 'gpt-5.5' } }, 400, /no images/],
    ['no image to edit', 'edits', { body: BODY }, 400, /an image to edit is required/],
    ['a broken form', 'edits', { body: 'nothing', headers: form }, 400, /multipart/],
    ['a form for a generation', 'generations', { body: 'x', headers: form }, 415, /json/],
  ];
  for (const [name, kind, options, status, message] of bad) {
    it(`${name} is refused with ${String(status)}`, async () => {
      const before = upstream.requests.length;
      const answer = await ask(kind, options);
      assert.equal(answer.status, status);
      const { error } = (await answer.json()) as { error: { message: string; type: string } };
      assert.match(error.message, message);
      assert.equal(error.type, 'invalid_request_error');
      assert.equal(upstream.requests.length, before);
    });
  }
});

describe('images on upstreams of their own', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': [
        {
          'api-key': 'key-0',
          'base-url': `${upstream.origin}/v1`,
          models: [{ name: 'gpt-image-2', image: true }],
        },
      ],
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${upstream.origin}/acme/v1`,
          'api-key-entries': [{ 'api-key': 'acme-key' }],
          models: [{ name: 'vendor/pix', alias: 'pix', image: true }],
        },
      ],
    },
  );
  const whole = { created: 1, data: [{ b64_json: PNG }], usage: IMAGE_USAGE };

  it('a form becomes JSON for the image endpoint of a Codex key', async () => {
    upstream.handler = (call) => call.json(200, whole);
    const parts = [
      { name: 'model', value: 'gpt-image-2' },
      { name: 'prompt', value: 'a fox' },
      { name: 'n', value: '2' },
      { name: 'image', value: Buffer.from(PNG, 'base64'), type: 'image/png' },
    ];
    const answer = await sendRequest(`${proxy.origin}/v1/images/edits`, {
      body: formBody('b1', parts),
      headers: { 'content-type': 'multipart/form-data; boundary=b1' },
    });
    assert.deepEqual(await answer.json(), whole);
    const request = upstream.requests.at(-1);
    assert.equal(request?.path, '/v1/images/edits');
    assert.equal(request.headers['accept'], 'application/json');
    assert.equal(request.headers['content-type'], 'application/json');
    const images = [{ image_url: PNG_URL }];
    assert.deepEqual(request.json(), { images, model: 'gpt-image-2', prompt: 'a fox', n: 2 });
  });

  it('a stream on a compatible provider: the alias is mapped, events keep their bytes', async () => {
    const type = 'image_generation.completed';
    const sse = `event: ${type}\ndata: ${JSON.stringify({ type, b64_json: PNG })}\n\n`;
    upstream.handler = (call) => call.sse(sse);
    const answer = await sendRequest(`${proxy.origin}/v1/images/generations`, {
      body: { model: 'pix', prompt: 'a fox', stream: true },
    });
    assert.equal(await answer.text(), sse);
    const request = upstream.requests.at(-1);
    assert.equal(request?.path, '/acme/v1/images/generations');
    assert.deepEqual(request.json(), { model: 'vendor/pix', prompt: 'a fox', stream: true });
  });
});

describe('who may make images', async () => {
  it('accounts of the plan free are never asked', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.sse(imageSse()));
    const folder = await tempDir(test);
    const account = async (plan: string): Promise<void> => {
      const file = {
        type: 'codex',
        access_token: `token-${plan}`,
        id_token: idToken(`${plan}@example.com`, plan, plan),
        expired: '2099-01-01T00:00:00Z',
        base_url: `${upstream.origin}/codex`,
      };
      await mkdir(join(folder, 'auth'), { recursive: true });
      await writeFile(join(folder, 'auth', `${plan}.json`), JSON.stringify(file));
    };
    await account('free');
    await account('plus');
    const proxy = await startProxy(test, { routing: { strategy: 'round-robin' } }, folder);
    const url = `${proxy.origin}/v1/images/generations`;
    for (let round = 0; round < 4; round += 1) {
      assert.equal((await sendRequest(url, { body: BODY })).status, 200);
    }
    const accounts = upstream.requests.map(({ headers }) => headers['chatgpt-account-id']);
    assert.deepEqual(new Set(accounts), new Set(['plus']));
  });

  it('with only free accounts there is none', async (test) => {
    const folder = await tempDir(test);
    await mkdir(join(folder, 'auth'));
    const file = {
      type: 'codex',
      access_token: 'a',
      id_token: idToken('a@example.com', 'a', 'Free'),
    };
    await writeFile(join(folder, 'auth', 'free.json'), JSON.stringify(file));
    const proxy = await startProxy(test, {}, folder);
    const answer = await sendRequest(`${proxy.origin}/v1/images/generations`, { body: BODY });
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /auth_not_found/);
  });

  it('disable-image-generation: true removes the endpoints, chat keeps them', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.sse(imageSse()));
    for (const [value, status] of [
      [true, 404],
      ['chat', 200],
    ] as const) {
      const proxy = await startProxy(test, {
        'codex-api-key': codexKeys(upstream.origin, 1),
        'disable-image-generation': value,
      });
      const edit = { ...BODY, image: PNG_URL };
      for (const [kind, body] of [
        ['generations', BODY],
        ['edits', edit],
      ] as const) {
        const answer = await sendRequest(`${proxy.origin}/v1/images/${kind}`, { body });
        assert.equal(answer.status, status, `${kind} ${String(value)}`);
      }
    }
  });
});
