/** Forms of image edits become JSON (codex.md 8.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formToJson,
  isForm,
  MAX_FIELD_BYTES,
  MAX_FORM_FIELDS,
  MAX_FORM_FILES,
} from '../../src/front/multipart.ts';
import { formBody, PNG, PNG_URL, type FormPart } from '../support/images.ts';

const TYPE = 'multipart/form-data; boundary=b1';
const png: FormPart = { name: 'image', value: Buffer.from(PNG, 'base64'), type: 'image/png' };
const field = (name: string, value: string): FormPart => ({ name, value });

async function json(parts: readonly FormPart[]): Promise<unknown> {
  const body = await formToJson(formBody('b1', parts), TYPE);
  return JSON.parse(Buffer.from(body).toString());
}

describe('a form as JSON', () => {
  it('files become data URLs, counts and the stream flag JSON values', async () => {
    const parts = [
      field('model', 'gpt-image-2'),
      field('prompt', 'make it "räd"\n--b'),
      field('n', '1'),
      field('output_compression', '80'),
      field('partial_images', '2'),
      field('stream', 'true'),
      field('size', '1024x1024'),
      png,
      { ...png, name: 'mask' },
    ];
    assert.deepEqual(await json(parts), {
      images: [{ image_url: PNG_URL }],
      mask: { image_url: PNG_URL },
      model: 'gpt-image-2',
      prompt: 'make it "räd"\n--b',
      n: 1,
      output_compression: 80,
      partial_images: 2,
      stream: true,
      size: '1024x1024',
    });
  });

  it('image[], image[0] and addresses in fields are images too', async () => {
    const named = [png, { ...png, name: 'image[]' }, { ...png, name: 'image[0]' }];
    const body = (await json([field('image', 'https://a/b.png'), ...named])) as { images: unknown };
    const file = { image_url: PNG_URL };
    assert.deepEqual(body.images, [{ image_url: 'https://a/b.png' }, file, file, file]);
  });

  it('a file that does not tell its type is looked at', async () => {
    const jpeg = { name: 'image', value: Buffer.from('ffd8ffe0', 'hex') };
    const body = (await json([
      { ...png, type: 'application/octet-stream' },
      { ...jpeg, type: 'application/octet-stream' },
      { ...png, type: 'image/x-own' },
    ])) as { images: { image_url: string }[] };
    const types = body.images.map(({ image_url: url }) => url.slice(5, url.indexOf(';')));
    assert.deepEqual(types, ['image/png', 'image/jpeg', 'image/x-own']);
  });

  it('a file of several MiB of any bytes arrives whole', async () => {
    const value = Buffer.alloc(3 * 1024 * 1024 + 1, 'xy\r\n--b\r\n');
    const body = (await json([{ ...png, value }])) as { images: { image_url: string }[] };
    const base64 = body.images[0]?.image_url.replace('data:image/png;base64,', '') ?? '';
    assert.ok(Buffer.from(base64, 'base64').equals(value));
  });

  const wrong: [string, FormPart[], RegExp][] = [
    ['a count that is none', [png, field('n', 'two')], /n must be a whole number/],
    ['a flag that is none', [png, field('stream', 'maybe')], /stream must be true or false/],
    ['an empty file', [{ ...png, value: '' }], /is empty/],
    ['a file in another field', [{ ...png, name: 'avatar' }], /image, image\[\] and mask only/],
    ['too many fields', Array<FormPart>(MAX_FORM_FIELDS + 1).fill(field('a', 'b')), /many fields/],
    ['too many files', Array<FormPart>(MAX_FORM_FILES + 1).fill(png), /too many files/],
    ['a field too long', [field('prompt', 'x'.repeat(MAX_FIELD_BYTES + 1))], /too long/],
  ];
  for (const [name, parts, message] of wrong) {
    it(`${name} is refused`, async () => {
      await assert.rejects(json(parts), { code: 'invalid_request', status: 400, message });
    });
  }

  it('a form that ends at any byte before its end is refused, never waited for', async () => {
    const whole = formBody('b1', [field('prompt', 'a fox'), png, field('n', '1')]);
    // The last four bytes are the closing dashes and a line end that may be missing.
    for (let length = 0; length < whole.length - 4; length += 1) {
      const cut = formToJson(whole.subarray(0, length), TYPE);
      await assert.rejects(cut, { code: 'invalid_request' }, `${String(length)} bytes`);
    }
  });

  it('garbage and a missing boundary are refused', async () => {
    const garbage = Buffer.from('{"model":"gpt-image-2"}');
    await assert.rejects(formToJson(garbage, TYPE), { code: 'invalid_request' });
    await assert.rejects(formToJson(garbage, 'multipart/form-data'), { code: 'invalid_request' });
  });

  it('knows forms by their type', () => {
    assert.equal(isForm('Multipart/Form-Data; boundary=x'), true);
    assert.equal(isForm('multipart/mixed; boundary=x'), false);
    assert.equal(isForm('application/json'), false);
    assert.equal(isForm(undefined), false);
  });
});
