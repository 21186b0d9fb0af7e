/** Content-encodings of request bodies: what comes off, what is refused, and how much is held. */
import assert from 'node:assert/strict';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, it } from 'node:test';
import { decodeBody, MAX_ENCODINGS } from '../../src/front/body.ts';
import { MAX_FRAMES, MAX_WINDOW_BYTES } from '../../src/front/zstd-frames.ts';
import { unzstdInSlices } from '../../src/front/zstd.ts';
import { zstdStored } from '../support/zstd.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.from(JSON.stringify({ model: 'gpt-5.5', input: 'täglich '.repeat(4000) }));

/** 3 053 bytes of JSON, compressed by the reference encoder at level 19 with a checksum. */
const ZSTD = Buffer.from(
  'KLUv/WTtCi0GAILKIBlwzQNQtKMDzcAoiRCqKq5IkiQ5bEr+f3gBUzFMGeFzjTnBDVNG+FxjTWjDlBE+1xgb' +
    'pozwucbe1s9LznVNbe/yNWOH7DWUK6+QqwRl8fNN+62/vUavxp6fpu3Mxb3ak5qzN03bnehbImj/49illz/4' +
    'aTfV8edeDQMIvJM0bcaP27QUKqgx1NeufwfAc1sMEfw7BA7BITTCN8L8WprSqq0wiVZa6lJSyklXXbXolWbb' +
    'dimlRBnN2yVmsGhQAyovF6kChEi2eg==',
  'base64',
);
const ZSTD_LENGTH = 3053;

/** A frame with `count` blocks that repeat one byte: 128 KiB out of every four bytes. */
function zstdBomb(count: number, windowDescriptor = 0x50): Buffer {
  const block = Buffer.alloc(4);
  const frame = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor])];
  for (let left = count; left > 0; left -= 1) {
    block.writeUIntLE((0x20000 << 3) | (1 << 1) | (left === 1 ? 1 : 0), 0, 3);
    frame.push(Buffer.from(block));
  }
  return Buffer.concat(frame);
}

async function decoded(raw: Uint8Array, encoding: string, limit = MIB): Promise<Buffer> {
  return Buffer.from(await decodeBody(raw, encoding, limit));
}

describe('decodeBody', () => {
  it('gives a body without encoding back at once, the same object', () => {
    for (const encoding of [undefined, '', 'identity', ' Identity , identity']) {
      assert.equal(decodeBody(TEXT, encoding, MIB), TEXT);
    }
  });

  it('gives an empty body back at once, whatever its encoding', () => {
    const empty = new Uint8Array(0);
    assert.equal(decodeBody(empty, 'gzip', MIB), empty);
  });

  const cases: [string, Uint8Array][] = [
    ['gzip', gzipSync(TEXT)],
    ['X-GZIP', gzipSync(TEXT)],
    ['gzip', Buffer.concat([gzipSync(TEXT.subarray(0, 9)), gzipSync(TEXT.subarray(9))])],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdStored(TEXT)],
    ['zstd', Buffer.concat([zstdStored(TEXT.subarray(0, 9)), zstdStored(TEXT.subarray(9))])],
    ['br, identity, gzip', gzipSync(brotliCompressSync(TEXT))],
    ['gzip,zstd', zstdStored(gzipSync(TEXT))],
  ];
  cases.forEach(([encoding, raw], index) => {
    it(`case ${index}: ${encoding}`, async () => {
      assert.deepEqual(await decoded(raw, encoding), TEXT);
    });
  });

  it('decodes compressed zstd blocks, with a checksum and behind a skippable frame', async () => {
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7]);
    for (const raw of [ZSTD, Buffer.concat([skippable, ZSTD])]) {
      const text = (await decoded(raw, 'zstd')).toString();
      assert.equal(text.length, ZSTD_LENGTH);
      const body = JSON.parse(text) as { input: { content: string }[] };
      assert.equal(body.input.at(-1)?.content, 'turn 39 of the conversation');
    }
    assert.equal((await unzstdInSlices(ZSTD, { maxOutputLength: MIB })).length, ZSTD_LENGTH);
  });

  it('takes a body of exactly the limit and refuses one byte more, with the limit in MiB', async () => {
    const full = Buffer.alloc(2 * MIB, 0x20);
    for (const [encoding, encode] of [
      ['gzip', gzipSync],
      ['zstd', zstdStored],
    ] as const) {
      assert.equal((await decoded(encode(full), encoding, 2 * MIB)).length, full.length);
      const over = encode(Buffer.concat([full, Buffer.from(' ')]));
      await assert.rejects(decoded(over, encoding, 2 * MIB), {
        code: 'body_too_large',
        status: 413,
        message: 'the request body is larger than 2 MiB',
      });
    }
  });

  it('refuses a list with an unknown coding before it decodes anything', () => {
    assert.throws(() => decodeBody(Buffer.from('x'), 'lzma, gzip', MIB), {
      code: 'unsupported_encoding',
      status: 415,
      message: 'the content-encoding lzma is not supported, use gzip, deflate, br, zstd',
    });
  });

  it('shows only the start of a long unknown name', () => {
    assert.throws(
      () => decodeBody(Buffer.from('x'), 'z'.repeat(9000), MIB),
      ({ message }: Error) => message.length < 200,
    );
  });

  it('refuses a longer list than anybody needs', () => {
    const list = Array<string>(MAX_ENCODINGS + 1).fill('gzip');
    assert.throws(() => decodeBody(Buffer.from('x'), list.join(), MIB), {
      code: 'unsupported_encoding',
    });
  });

  const gzip = gzipSync(TEXT);
  const broken: [string, string, Uint8Array][] = [
    ['no gzip', 'gzip', TEXT],
    ['cut off gzip', 'gzip', gzip.subarray(0, gzip.length - 9)],
    ['no deflate', 'deflate', Buffer.from([0xff, 0xff, 0xff])],
    ['no brotli', 'br', Buffer.from([0xff, 0xff, 0xff])],
    ['no zstd', 'zstd', TEXT],
    ['one byte of zstd', 'zstd', ZSTD.subarray(0, 1)],
    ['cut off zstd', 'zstd', ZSTD.subarray(0, ZSTD.length - 20)],
    ['zstd without its checksum', 'zstd', ZSTD.subarray(0, ZSTD.length - 4)],
    ['zstd with text behind it', 'zstd', Buffer.concat([ZSTD, Buffer.from('text')])],
    ['a damaged zstd block', 'zstd', Buffer.from(ZSTD).fill(0xff, 30, 60)],
    ['a zstd window above RFC 9659', 'zstd', zstdBomb(1, 0x70)],
    ['endlessly many zstd blocks', 'zstd', manySmallBlocks(5000)],
    ['endlessly many zstd frames', 'zstd', frames(MAX_FRAMES + 1)],
    ['the outer coding only', 'gzip, zstd', zstdStored(TEXT)],
  ];
  for (const [name, encoding, raw] of broken) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(decoded(raw, encoding), {
        code: 'invalid_encoding',
        status: 400,
        message: /^Invalid request: the (gzip|deflate|br|zstd) body could not be decoded$/,
      });
    });
  }

  it('a bomb is stopped at the limit, not when it has unfolded', async () => {
    const limit = 4 * MIB;
    const zeros = Buffer.alloc(128 * MIB);
    const bombs: [string, Uint8Array][] = [
      ['gzip', gzipSync(zeros, { level: 1 })],
      ['zstd', zstdBomb(1024)],
    ];
    for (const [encoding, raw] of bombs) {
      const before = process.memoryUsage();
      const failure = await decoded(raw, encoding, limit).catch((thrown: unknown) => thrown);
      const after = process.memoryUsage();
      assert.equal((failure as { code?: string }).code, 'body_too_large');
      const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
      assert.ok(grown < 4 * (limit + MAX_WINDOW_BYTES), `${encoding} held ${grown} bytes`);
    }
  });
});

/** Raw blocks of one byte. */
function manySmallBlocks(count: number): Buffer {
  const blocks = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50])];
  for (let left = count; left > 0; left -= 1) {
    blocks.push(Buffer.from([(1 << 3) | (left === 1 ? 1 : 0), 0, 0, 0x20]));
  }
  return Buffer.concat(blocks);
}

function frames(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => zstdStored(Buffer.from(' '))));
}
