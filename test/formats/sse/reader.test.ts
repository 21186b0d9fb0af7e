/** The reader of event streams and its JSON guard (codex.md 7.1, 9.9; routing.md 11.2, 17.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_EVENT_CHARS } from '../../../src/formats/sse/splitter.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { SseReader } from '../../../src/formats/sse/reader.ts';
import type { SseEvent } from '../../../src/formats/format.ts';

/** Pushes the chunks; `'end'` as the last one ends the stream. Returns what came, and the error. */
function read(chunks: (string | Uint8Array)[], end = false) {
  const events: SseEvent[] = [];
  const perChunk: number[] = [];
  const reader = new SseReader((event) => events.push(event));
  let error: unknown;
  try {
    for (const chunk of chunks) {
      const before = events.length;
      reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      perChunk.push(events.length - before);
    }
    if (end) reader.end();
  } catch (thrown) {
    error = thrown;
  }
  return { events, perChunk, error };
}

function assertGuard(error: unknown, message: string): void {
  const {
    code,
    status,
    message: text,
  } = error as { code: string; status: number; message: string };
  assert.deepEqual(
    { code, status, text },
    { code: 'upstream_bad_answer', status: 502, text: message },
  );
}

describe('SSE guard, codex.md 9.9', () => {
  it('70, routing 115: a frame in two chunks comes once, whole', () => {
    const { events, perChunk } = read(['data: {"type":"respon', 'se.created"}\n\n']);
    assert.deepEqual(perChunk, [0, 1]);
    assert.deepEqual(events[0]?.json, { type: 'response.created' });
  });

  it('O2, 71, routing 116: data that is no JSON', () => {
    assert.equal(read(['data: {"a":\n\n']).error instanceof SwitchyardError, true);
    const { events, error } = read(['data: {"type":"response.output_text.delta","delta":"hel\n\n']);
    assert.equal(events.length, 0);
    assertGuard(
      error,
      'invalid SSE data JSON (len=49): "{\\"type\\":\\"response.output_text.delta\\",\\"delta\\":\\"hel"',
    );
  });

  it('72, routing 117: frames before the bad one are delivered', () => {
    const { events, error } = read(['data: {"a":1}\n\ndata: {bad}\n\n']);
    assert.deepEqual(events[0]?.json, { a: 1 });
    assert.equal(events.length, 1);
    assertGuard(error, 'invalid SSE data JSON (len=5): "{bad}"');
  });

  it('73: a rest at the end that is no JSON', () => {
    const { events, error } = read(['data: {"type":"trunc'], true);
    assert.equal(events.length, 0);
    assertGuard(error, 'invalid SSE data JSON (len=14): "{\\"type\\":\\"trunc"');
  });

  it('74: comments and [DONE] pass; an event without data waits for its blank line', () => {
    const { events, perChunk } = read([': keep-alive\n\n', 'data: [DONE]\n\n', 'event: x\n', '\n']);
    assert.deepEqual(perChunk, [1, 1, 0, 1]);
    assert.deepEqual(
      events.map(({ event, data, json, raw }) => ({ event, data, json, raw })),
      [
        { event: undefined, data: '', json: undefined, raw: ': keep-alive' },
        { event: undefined, data: '[DONE]', json: undefined, raw: 'data: [DONE]' },
        { event: 'x', data: '', json: undefined, raw: 'event: x' },
      ],
    );
  });

  it('O3, 75: data on several lines is joined', () => {
    const { events, perChunk } = read(['data: {"a":\n', 'data: 1}\n\n']);
    assert.deepEqual(perChunk, [0, 1]);
    assert.equal(events[0]?.data, '{"a":\n1}');
    assert.deepEqual(events[0]?.json, { a: 1 });
  });

  it('76: CRLF becomes LF', () => {
    const { events } = read(['data: {"a":1}\r\n\r\n']);
    assert.equal(events[0]?.raw, 'data: {"a":1}');
  });

  it('shows at most 512 bytes of the bad data', () => {
    const { error } = read([`data: ${'x'.repeat(5000)}\n\n`]);
    assertGuard(error, `invalid SSE data JSON (len=5000): "${'x'.repeat(512)}"`);
  });

  it('O7: a bare JSON line is the upstream’s error, kept as body', () => {
    for (const line of ['{"error":{"message":"no"}}', '{"detail":"bad"}']) {
      const { error } = read([`${line}\n\n`]);
      assert.equal((error as { body?: string }).body, line);
      assert.equal((error as { status?: number }).status, 502);
    }
  });
});

describe('SSE reader', () => {
  const STREAM = [
    '\ufeffevent: response.created\ndata: {"type":"response.created","t":"täglich 😀"}\n\n',
    ': comment\n\n',
    'data:{"no":"space"}\n\n',
    'id: 7\nretry: 10\nevent:  two spaces\ndata: {"a":\ndata:  1}\n\n',
    'data: "text"\n\n\n',
    'data: 7\n\n',
    'data: [DONE]\n\n',
  ].join('');

  const EXPECTED = [
    { event: 'response.created', data: '{"type":"response.created","t":"täglich 😀"}' },
    { event: undefined, data: '' },
    { event: undefined, data: '{"no":"space"}' },
    { event: ' two spaces', data: '{"a":\n 1}' },
    { event: undefined, data: '"text"' },
    { event: undefined, data: '7' },
    { event: undefined, data: '[DONE]' },
  ];

  const events = (chunks: Uint8Array[]) => {
    const result = read(chunks, true);
    assert.equal(result.error, undefined);
    return result.events.map(({ event, data }) => ({ event, data }));
  };

  const ends: [string, string][] = [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ];
  for (const [name, end] of ends) {
    const bytes = Buffer.from(STREAM.replaceAll('\n', end));

    it(`${name}: cut in two at every byte`, () => {
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        assert.deepEqual(events([bytes.subarray(0, cut), bytes.subarray(cut)]), EXPECTED);
      }
    });

    it(`${name}: byte by byte, and in pieces of every size`, () => {
      for (let size = 1; size < 40; size += 1) {
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        assert.deepEqual(events(chunks), EXPECTED);
      }
    });

    it(`${name}: an event is delivered with its last byte, not with the next event`, () => {
      const frame = Buffer.from(`data: 1${end}${end}`);
      const whole = end === '\r\n' ? frame.length - 1 : frame.length;
      assert.deepEqual(read([frame.subarray(0, whole)]).perChunk, [1]);
      assert.deepEqual(read([frame, frame]).perChunk, [1, 1]);
    });
  }

  it('mixed line ends', () => {
    const { events: found } = read(['data: 1\r\n\ndata: 2\n\rdata: 3\r\r\ndata: 4\n\n']);
    assert.deepEqual(
      found.map(({ data }) => data),
      ['1', '2', '3', '4'],
    );
  });

  it('a BOM only at the very start is no text', () => {
    const { events: found } = read(['\ufeffdata: 1\n\n', 'data: "\ufeff"\n\n']);
    assert.deepEqual(
      found.map(({ json }) => json),
      [1, '\ufeff'],
    );
  });

  it('a last event without its blank line counts when it is whole', () => {
    for (const last of [
      'data: {"a":1}',
      'data: {"a":1}\n',
      'data: {"a":1}\r',
      'data: {"a":1}\r\n',
    ]) {
      const { events: found, error } = read([last], true);
      assert.equal(error, undefined);
      assert.deepEqual(found[0]?.json, { a: 1 });
      assert.equal(found[0]?.raw, 'data: {"a":1}');
    }
  });

  it('nothing but blanks gives no event', () => {
    assert.deepEqual(read(['\n\n', '\r\n', ' \n'], true).events, []);
    assert.deepEqual(read([], true).events, []);
  });

  it('what the listener throws comes out of push', () => {
    const reader = new SseReader(() => {
      throw new Error('listener');
    });
    assert.throws(() => reader.push(Buffer.from('data: 1\n\n')), /listener/);
  });

  it('an endless event is refused at the bound, with or without line ends', () => {
    for (const end of ['', '\n']) {
      const piece = Buffer.from(`data: ${'x'.repeat(1024 * 1024)}${end}`);
      const reader = new SseReader(() => undefined);
      let pushed = 0;
      const pushAll = (): void => {
        for (; pushed <= 2 * MAX_EVENT_CHARS; pushed += piece.length) reader.push(piece);
      };
      assert.throws(pushAll, { code: 'upstream_bad_answer', message: /more than \d+ characters/ });
      assert.ok(pushed <= MAX_EVENT_CHARS);
    }
  });

  it('a long event in many chunks comes whole', () => {
    const text = 'y'.repeat(3 * 1024 * 1024);
    const bytes = Buffer.from(`data: ${JSON.stringify(text)}\n\n`);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 16_384) chunks.push(bytes.subarray(at, at + 16_384));
    assert.equal(read(chunks).events[0]?.json, text);
  });
});
