/** One answer to one client: order, keep-alives, endings, back-pressure (routing.md 11, 12, 17.7). */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { AnswerWriter, type WriterContext } from '../../src/front/answer-writer.ts';
import { FakeExchange } from './fake-exchange.ts';
import { streamId } from '../../src/ids.ts';
import { STREAM_WINDOW_BYTES } from '../../src/actors/credit.ts';
import { surfaceOf } from '../../src/front/surfaces.ts';
import { Ticker, TICK_MS } from '../../src/front/ticker.ts';
import { upstreamFailure } from './errors/failures.ts';
import type { HeadFrame } from '../../src/front/host-links.ts';

const HEAD: HeadFrame = {
  t: 'head',
  id: streamId(1),
  status: 200,
  contentType: '',
  headers: [],
  continuity: 'none',
};
const KEEP_ALIVE = ': keep-alive\n\n';

let now = 0;

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= TICK_MS) {
    now += TICK_MS;
    mock.timers.tick(TICK_MS);
  }
}

interface Setup {
  stream: boolean;
  streamKeepaliveMs?: number;
  nonstreamKeepaliveMs?: number;
  format?: 'openai' | 'openai-response';
}

function setup({ stream, format = 'openai', ...keepalive }: Setup) {
  const exchange = new FakeExchange();
  const granted: number[] = [];
  const context: WriterContext = {
    requestId: '00000001',
    surface: surfaceOf(format),
    answers: {
      passthroughHeaders: false,
      streamKeepaliveMs: keepalive.streamKeepaliveMs ?? 0,
      nonstreamKeepaliveMs: keepalive.nonstreamKeepaliveMs ?? 0,
      diagnosticHeaders: true,
    },
    ticker: new Ticker(() => now),
    stream,
    ownHeaders: ['vary', 'Origin'],
    grant: (bytes) => granted.push(bytes),
  };
  const writer = new AnswerWriter(exchange, context);
  const data = (text: string): void => writer.data(Buffer.from(text));
  return { exchange, granted, writer, data };
}

beforeEach(() => {
  now = 0;
  mock.timers.enable({ apis: ['setInterval'] });
});
afterEach(() => mock.timers.reset());

describe('a stream', () => {
  it('writes what one post brought in one go, with the stream headers', () => {
    const { exchange, writer, data } = setup({ stream: true });
    writer.head(HEAD, ['x-switchyard-account', 'a1']);
    data('data: 1\n\n');
    data('data: 2\n\n');
    writer.flush();
    assert.deepEqual(exchange.writes, ['data: 1\n\ndata: 2\n\n']);
    assert.equal(exchange.corks, 1);
    assert.equal(exchange.status, 200);
    assert.equal(exchange.sent('content-type'), 'text/event-stream');
    assert.equal(exchange.sent('cache-control'), 'no-cache');
    assert.equal(exchange.sent('vary'), 'Origin');
    assert.equal(exchange.sent('x-switchyard-account'), 'a1');
    assert.equal(exchange.ended, false);
  });

  it('commits nothing before the first payload (routing.md 11.1)', () => {
    const { exchange, writer } = setup({ stream: true });
    writer.head(HEAD, []);
    writer.flush();
    assert.equal(exchange.headSent, false);
    assert.equal(writer.committed, true);
  });

  it('a clean end adds nothing', () => {
    const { exchange, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.flush();
    data('data: [DONE]\n\n');
    writer.end();
    writer.flush();
    assert.equal(exchange.text, 'data: 1\n\ndata: [DONE]\n\n');
    assert.equal(exchange.ended, true);
    writer.flush();
    assert.equal(exchange.writes.length, 2);
  });

  it('123: breaks off with one terminal event behind the data, and no [DONE]', () => {
    const { exchange, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.flush();
    data('data: 2\n\n');
    writer.fail(upstreamFailure(502, 'boom'));
    writer.flush();
    assert.match(exchange.text, /^data: 1\n\ndata: 2\n\ndata: \{"error":\{"message":"boom".*\n\n$/);
    assert.equal(exchange.status, 200);
    assert.equal(exchange.ended, true);
  });

  it('117: a Responses stream breaks off with its own event', () => {
    const { exchange, writer, data } = setup({ stream: true, format: 'openai-response' });
    writer.head(HEAD, []);
    data('data: {"a":1}\n\n');
    writer.flush();
    writer.fail(upstreamFailure(502, 'invalid SSE data JSON (len=5): "{bad}"'));
    writer.flush();
    assert.match(
      exchange.text,
      /^data: \{"a":1\}\n\nevent: error\ndata: \{"type":"error",.*\}\n\n$/,
    );
  });

  it('an error before the first byte is an ordinary error answer', () => {
    const { exchange, writer } = setup({ stream: true });
    writer.error({ status: 429, headers: ['retry-after', '1'], body: '{}' });
    assert.equal(exchange.status, 429);
    assert.equal(exchange.sent('retry-after'), '1');
    assert.equal(exchange.sent('vary'), 'Origin');
    assert.equal(exchange.text, '{}');
    writer.flush();
    assert.equal(exchange.writes.length, 1);
  });

  it('113: upstream headers are filtered and never overwrite ours', () => {
    const { exchange, writer, data } = setup({ stream: true });
    const headers = ['Content-Type', 'text/plain', 'Cache-Control', 'private', 'X-Request-Id', 'r'];
    writer.head({ ...HEAD, headers: [...headers, 'Set-Cookie', 'a=1'] }, []);
    data('x');
    writer.flush();
    assert.equal(exchange.sent('X-Request-Id'), 'r');
    for (const name of ['Content-Type', 'Cache-Control', 'Set-Cookie']) {
      assert.equal(exchange.sent(name), undefined, name);
    }
  });

  it('writes nothing to a client that left', () => {
    const { exchange, writer, data } = setup({ stream: true, streamKeepaliveMs: 1000 });
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.flush();
    exchange.leave();
    data('data: 2\n\n');
    writer.flush();
    writer.error({ status: 500, headers: [], body: '{}' });
    pass(5000);
    assert.equal(exchange.text, 'data: 1\n\n');
  });
});

describe('keep-alives of a stream', () => {
  it('122: none before the first chunk, then one per interval', () => {
    const { exchange, writer, data } = setup({ stream: true, streamKeepaliveMs: 1000 });
    pass(3000);
    assert.equal(exchange.text, '');
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.flush();
    pass(2500);
    data('data: 2\n\n');
    writer.flush();
    assert.equal(exchange.text, `data: 1\n\n${KEEP_ALIVE}${KEEP_ALIVE}data: 2\n\n`);
  });

  it('none after the end', () => {
    const { exchange, writer, data } = setup({ stream: true, streamKeepaliveMs: 1000 });
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.end();
    writer.flush();
    pass(5000);
    assert.equal(exchange.text, 'data: 1\n\n');
  });

  it('none onto bytes that the client has not read yet', () => {
    const { exchange, writer, data } = setup({ stream: true, streamKeepaliveMs: 1000 });
    writer.head(HEAD, []);
    exchange.slow = true;
    data('data: 1\n\n');
    writer.flush();
    pass(3000);
    assert.equal(exchange.text, 'data: 1\n\n');
    exchange.drain();
    pass(1000);
    assert.equal(exchange.text, `data: 1\n\n${KEEP_ALIVE}`);
  });

  it('none when they are off', () => {
    const { exchange, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    data('data: 1\n\n');
    writer.flush();
    pass(60_000);
    assert.equal(exchange.text, 'data: 1\n\n');
  });
});

describe('a JSON answer', () => {
  it('waits for its end and gets a length', () => {
    const { exchange, writer, data } = setup({ stream: false });
    writer.head({ ...HEAD, status: 201 }, []);
    data('{"a":');
    writer.flush();
    assert.equal(exchange.headSent, false);
    data('1}');
    writer.end();
    writer.flush();
    assert.equal(exchange.status, 201);
    assert.deepEqual(exchange.writes, ['{"a":1}']);
    assert.equal(exchange.sent('content-length'), '7');
    assert.equal(exchange.sent('content-type'), 'application/json');
  });

  it('118: blank lines while it is awaited, then the body', () => {
    const { exchange, writer, data } = setup({ stream: false, nonstreamKeepaliveMs: 2000 });
    pass(5000);
    assert.equal(exchange.status, 200);
    assert.equal(exchange.sent('content-type'), 'application/json');
    assert.equal(writer.committed, true);
    writer.head(HEAD, []);
    data('{}');
    writer.end();
    writer.flush();
    pass(5000);
    assert.equal(exchange.text, '\n\n{}');
    assert.equal(exchange.sent('content-length'), undefined);
  });

  it('119: an error behind a blank line keeps status 200', () => {
    const { exchange, writer } = setup({ stream: false, nonstreamKeepaliveMs: 2000 });
    pass(5000);
    writer.error({ status: 429, headers: ['retry-after', '1'], body: '{"error":{}}' });
    pass(5000);
    assert.equal(exchange.status, 200);
    assert.equal(exchange.text, '\n\n{"error":{}}');
    assert.equal(exchange.ended, true);
  });

  it('120: an error before the first blank line has its status', () => {
    const { exchange, writer } = setup({ stream: false, nonstreamKeepaliveMs: 2000 });
    pass(1000);
    writer.error({ status: 429, headers: [], body: '{"error":{}}' });
    pass(5000);
    assert.equal(exchange.status, 429);
    assert.equal(exchange.text, '{"error":{}}');
  });

  it('one that breaks off is an error answer, not half a body', () => {
    const { exchange, writer, data } = setup({ stream: false });
    writer.head(HEAD, []);
    data('{"half":');
    writer.fail(upstreamFailure(502, 'boom'));
    writer.flush();
    assert.equal(exchange.status, 502);
    const body = JSON.parse(exchange.text) as { error: { message: string } };
    assert.equal(body.error.message, 'boom');
  });

  it('stops its blank lines when the client leaves', () => {
    const { exchange } = setup({ stream: false, nonstreamKeepaliveMs: 1000 });
    pass(1000);
    exchange.leave();
    pass(5000);
    assert.equal(exchange.text, '\n');
  });
});

describe('back-pressure', () => {
  const half = 'x'.repeat(STREAM_WINDOW_BYTES / 2);

  it('grants in portions while the client keeps up', () => {
    const { granted, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    data('small');
    writer.flush();
    assert.deepEqual(granted, []);
    data(half);
    writer.flush();
    assert.deepEqual(granted, [half.length + 5]);
  });

  it('grants nothing to a slow client until its socket is empty', () => {
    const { exchange, granted, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    exchange.slow = true;
    data(half);
    writer.flush();
    data(half);
    writer.flush();
    assert.deepEqual(granted, []);
    exchange.drain();
    assert.deepEqual(granted, [2 * half.length]);
    exchange.drain();
    assert.deepEqual(granted, [2 * half.length]);
  });

  it('what is held back never closes the window', () => {
    const { granted, writer, data } = setup({ stream: true });
    writer.head(HEAD, []);
    let sent = 0;
    for (let count = 0; count < 1000; count += 1) {
      data('x'.repeat(1 + ((count * 37) % 900)));
      sent += 1 + ((count * 37) % 900);
      writer.flush();
      const given = granted.reduce((sum, bytes) => sum + bytes, 0);
      assert.ok(sent - given < STREAM_WINDOW_BYTES / 2);
    }
  });
});
