/** Answers with a content coding. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import type { SwitchyardError } from '../../src/errors.ts';
import { BodyDecoder } from '../../src/upstream/decode.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import { finish, makeClient, start } from './support.ts';

const TEXT = 'data: {"type":"response.completed"}\n\n'.repeat(50);

const CODINGS: [coding: string, encode: (bytes: Buffer) => Buffer][] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['x-gzip', (bytes) => zlib.gzipSync(bytes)],
  ['GZip', (bytes) => zlib.gzipSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes)],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['identity', (bytes) => bytes],
];

describe('content codings of answers', () => {
  for (const [index, [coding, encode]] of CODINGS.entries()) {
    it(`removes ${coding} (${index})`, async (test) => {
      const body = encode(Buffer.from(TEXT));
      const upstream = await startFakeUpstream(test, (call) => {
        call.head(200, { 'content-encoding': coding, 'content-length': String(body.length) });
        call.end(body);
      });
      const seen = await finish(makeClient(test), upstream.origin);
      assert.equal(seen.outcome, 'end');
      assert.equal(seen.text, TEXT);
      const names = seen.headers.map((name) => name.toLowerCase());
      assert.equal(names.includes('content-encoding'), coding === 'identity');
      assert.equal(names.includes('content-length'), coding === 'identity');
    });
  }

  for (const coding of ['gzip', 'br'] as const) {
    it(`hands on what ${coding} has flushed, event by event`, async (test) => {
      const encoder = coding === 'gzip' ? zlib.createGzip() : zlib.createBrotliCompress();
      const upstream = await startFakeUpstream(test, (call) => {
        call.sseHead({ 'content-encoding': coding });
        encoder.on('data', (bytes: Buffer) => void call.write(bytes));
        encoder.on('end', () => call.end());
      });
      const { seen } = start(makeClient(test), upstream.origin);
      await waitUntil(() => seen.status === 200, 'the head arrives');
      for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
        encoder.write(event);
        encoder.flush();
        await waitUntil(() => seen.text.endsWith(event), 'the event arrives by itself');
      }
      encoder.end();
      await seen.ended;
      assert.equal(seen.outcome, 'end');
    });
  }

  it('knows no coding where there is no body', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => {
      call.head(204, { 'content-encoding': 'gzip' });
      call.end();
    });
    const seen = await finish(makeClient(test), upstream.origin);
    assert.deepEqual(seen.log, ['head', 'end']);
  });

  const broken: [name: string, coding: string, body: Buffer][] = [
    ['an unknown coding', 'compress', Buffer.from('x')],
    ['two codings', 'gzip, br', zlib.gzipSync(TEXT)],
    ['what is not gzip', 'gzip', Buffer.from('plain text')],
    ['half a gzip body', 'gzip', zlib.gzipSync(TEXT).subarray(0, 30)],
  ];
  for (const [name, coding, body] of broken) {
    it(`reports ${name} as a bad answer`, async (test) => {
      const upstream = await startFakeUpstream(test, (call) => {
        call.head(200, { 'content-encoding': coding });
        call.end(body);
      });
      const seen = await finish(makeClient(test), upstream.origin);
      assert.equal(seen.outcome, 'upstream_bad_answer answering');
      assert.equal(seen.log.at(-1), 'error');
    });
  }

  it('holds a bomb back while its reader pauses, and loses nothing', async (test) => {
    const total = 64 * 1024 * 1024;
    const upstream = await startFakeUpstream(test, (call) => {
      call.head(200, { 'content-encoding': 'gzip' });
      call.end(zlib.gzipSync(Buffer.alloc(total)));
    });
    const { call, seen } = start(makeClient(test), upstream.origin);
    let data = 0;
    seen.onEvent = (name) => {
      if (name !== 'data') return;
      data += 1;
      if (data <= 20) call.pause();
    };
    for (let round = 1; round <= 20; round += 1) {
      await waitUntil(() => data === round, 'one piece arrives');
      assert.ok(seen.bytes <= round * 64 * 1024, `${seen.bytes} bytes in ${round} pieces`);
      call.resume();
    }
    await seen.ended;
    assert.equal(seen.outcome, 'end');
    assert.equal(seen.bytes, total);
  });

  it('has no hold on the connection once the upstream has sent everything', async (test) => {
    const bomb = zlib.gzipSync(Buffer.alloc(256 * 1024));
    const upstream = await startFakeUpstream(test, (call) => {
      if (call.request.index > 0) return call.sseHead();
      call.head(200, { 'content-encoding': 'gzip', 'content-length': String(bomb.length) });
      call.end(bomb);
    });
    const client = makeClient(test);
    const first = start(client, upstream.origin);
    first.seen.onEvent = (name) => {
      if (name === 'data') first.call.pause();
    };
    await waitUntil(() => first.seen.bytes > 0, 'the first call has begun to decode');
    const second = start(client, upstream.origin);
    await waitUntil(() => second.seen.status === 200, 'the second call is answered');
    assert.equal(upstream.connections, 1);
    const before = first.seen.bytes;
    first.call.resume();
    await waitUntil(() => first.seen.bytes > before, 'the first goes on, and pauses again');
    await upstream.calls[1]?.write('event');
    await waitUntil(() => second.seen.text === 'event', 'the second is not held');
    second.call.abort();
    first.seen.onEvent = () => undefined;
    first.call.resume();
    await first.seen.ended;
    assert.equal(first.seen.outcome, 'end');
  });

  it('can be aborted after the upstream has sent everything', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => {
      call.head(200, { 'content-encoding': 'gzip' });
      call.end(zlib.gzipSync(Buffer.alloc(1024 * 1024)));
    });
    const client = makeClient(test);
    const { call, seen } = start(client, upstream.origin);
    seen.onEvent = (name) => {
      if (name === 'data') call.pause();
    };
    await waitUntil(() => seen.bytes > 0, 'a piece arrives');
    call.abort();
    assert.equal(seen.outcome, 'cancelled answering');
    assert.deepEqual(seen.log, ['head', 'data', 'error']);
  });

  it('ends an answer above its bound', async () => {
    const wire = zlib.gzipSync(Buffer.alloc(1024 * 1024));
    let bytes = 0;
    const error = await new Promise<SwitchyardError>((resolve, reject) => {
      const decoder = new BodyDecoder(
        'gzip',
        wire,
        {
          onDecoded: (chunk) => (bytes += chunk.byteLength),
          onDecodeEnd: () => reject(new Error('it ended')),
          onDecodeError: resolve,
          onCongestion: () => undefined,
        },
        100_000,
      );
      decoder.write(wire);
      decoder.end();
    });
    assert.equal(error.code, 'upstream_bad_answer');
    assert.match(error.message, /more than 100000 bytes/);
    assert.ok(bytes <= 100_000);
  });
});
