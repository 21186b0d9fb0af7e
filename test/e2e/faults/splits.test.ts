/**
 * How the bytes of a stream are cut means nothing: whatever the upstream sent, every client reads the
 * same bytes, and hears of the same failure. Over everything between the socket of the upstream and
 * the frames to the client.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UpstreamAnswer } from '../../../src/actors/answer.ts';
import type { UpstreamFormat } from '../../../src/formats/format.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { MAX_EVENT_CHARS } from '../../../src/formats/sse/splitter.ts';
import { claudeProvider } from '../../../src/providers/claude/provider.ts';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import { geminiProvider } from '../../../src/providers/gemini/provider.ts';
import { compatibleProvider } from '../../../src/providers/openai-compatible/provider.ts';
import type { Provider } from '../../../src/providers/types.ts';
import { FAMILIES, type Family, type FamilyName } from '../../support/families.ts';
import { responseContext } from '../../formats/chat/contexts.ts';
import { CLIENTS, type ClientName } from './clients.ts';
import { FORWARDED } from './forms.ts';
import { FRAMINGS } from './framings.ts';
import { answerOf, FIRST, TEXT, WIRES, type Wire } from './wires.ts';

/** What a client got: its bytes, and the failure behind them. */
interface Got {
  text: string;
  failure?: { status: number; code?: string; body: string };
}

const PROVIDERS: Readonly<Record<FamilyName, [Provider, UpstreamFormat]>> = {
  chat: [compatibleProvider, 'openai'],
  codex: [codexProvider, 'codex'],
  claude: [claudeProvider, 'claude'],
  gemini: [geminiProvider, 'gemini'],
};

const PAIRS = (Object.keys(CLIENTS) as ClientName[]).flatMap((client) =>
  (Object.keys(FAMILIES) as FamilyName[]).map((upstream) => ({ client, upstream })),
);

const STREAM_HEAD = ['content-type', 'text/event-stream'];

/** Reads an answer that arrives in these pieces. */
function read(client: ClientName, upstream: FamilyName, pieces: Iterable<Uint8Array>): Got {
  const [provider, format] = PROVIDERS[upstream];
  const { format: clientFormat, streamForm } = CLIENTS[client];
  const translator = pairFor(clientFormat, format)?.response(
    responseContext(streamForm === undefined ? {} : { streamForm }),
  );
  assert.ok(translator !== undefined);
  const got: Got = { text: '' };
  const answer = new UpstreamAnswer(
    {
      provider,
      translator,
      expectsStream: true,
      maxAnswerBytes: 1,
      holdsHandshake: false,
      now: () => 1_800_000_000_000,
    },
    {
      onHead: () => undefined,
      onQuota: () => undefined,
      onText: (text) => (got.text += text),
      onBody: () => assert.fail('a stream is no body'),
      onDone: () => undefined,
      onFailure: ({ status, code, body }) => (got.failure = { status, code, body }),
    },
  );
  answer.onHead(200, STREAM_HEAD);
  for (const piece of pieces) answer.onData(piece);
  answer.onEnd();
  return got;
}

function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Cut in two at every byte. */
function assertEveryCut(client: ClientName, upstream: FamilyName, bytes: Uint8Array): void {
  const whole = read(client, upstream, [bytes]);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const got = read(client, upstream, [bytes.subarray(0, cut), bytes.subarray(cut)]);
    assert.deepEqual(got, whole, `cut at ${String(cut)}`);
  }
}

const richAnswer = (upstream: FamilyName): string => {
  const { stream }: Family = FAMILIES[upstream];
  const toolCall = { callId: 'call_9', name: 'track', arguments: '{"code":"Žluť 👋"}' };
  return stream({ text: 'Grüße 👋 aus\nKöln', toolCall });
};

describe('an answer cut at every byte', () => {
  for (const { client, upstream } of PAIRS) {
    it(`${client} on ${upstream}: the client reads the same bytes`, () => {
      const bytes = Buffer.from(richAnswer(upstream));
      assert.equal(read(client, upstream, [bytes]).failure, undefined);
      assertEveryCut(client, upstream, bytes);
    });
  }
});

describe('an answer byte by byte', () => {
  for (const { name, framed } of FRAMINGS) {
    it(`${name}: every client reads the same bytes on every upstream`, () => {
      for (const { client, upstream } of PAIRS) {
        const bytes = Buffer.from(framed(WIRES[upstream]));
        const got = read(client, upstream, piecesOf(bytes, 1));
        assert.deepEqual(got, read(client, upstream, [bytes]), `${client} on ${upstream}`);
        assert.deepEqual(CLIENTS[client].read(got.text), { text: TEXT });
      }
    });
  }
});

/** Streams that break, as far as they come. */
const BROKEN: readonly { name: string; sent(wire: Wire): string }[] = [
  { name: 'no end', sent: ({ begin, first }) => begin + first },
  { name: 'half an event', sent: (wire) => answerOf(wire).slice(0, -20) },
  {
    name: 'truncated JSON',
    sent: ({ begin, first, rest }) => `${begin}${first}data: {"a":\n\n${rest}`,
  },
  { name: 'a failure', sent: ({ begin, first, failed, rest }) => begin + first + failed + rest },
  {
    name: 'a failure as bare JSON',
    sent: ({ begin, first, failedBody }) => begin + first + JSON.stringify(failedBody),
  },
  { name: 'HTML', sent: () => '<html>\r\n\r\n<body>Willkommen in Zürich</body></html>' },
];

describe('a broken answer cut at every byte', () => {
  for (const [upstream, own] of Object.entries(FORWARDED) as [FamilyName, ClientName][]) {
    for (const { name, sent } of BROKEN) {
      it(`${name}: chat and ${own} on ${upstream}: the same text and the same failure`, () => {
        const bytes = Buffer.from(sent(WIRES[upstream]));
        for (const client of new Set<ClientName>(['chat', own])) {
          assert.notEqual(read(client, upstream, [bytes]).failure, undefined);
          assertEveryCut(client, upstream, bytes);
        }
      });
    }
  }
});

describe('a page instead of events', () => {
  const HTML = '<!doctype html>\n<html><body>Welcome</body></html>\n';

  for (const { client, upstream } of PAIRS) {
    it(`${client} on ${upstream}: the failure shows it`, () => {
      const { failure } = read(client, upstream, [Buffer.from(HTML)]);
      assert.ok(failure?.body.includes(`the upstream sent a page: ${JSON.stringify(HTML)}`));
      const broken = read(client, upstream, [Buffer.from(`${WIRES[upstream].begin}${HTML}`)]);
      assert.doesNotMatch(broken.failure?.body ?? '', /sent a page/, 'a stream that had begun');
    });
  }
});

describe('the bound of an event', () => {
  /** An answer whose first text makes its event this long. */
  function withEventOf(chars: number): { bytes: Buffer; text: string } {
    const { first } = WIRES.chat;
    const text = 'x'.repeat(chars - (first.length - '\n\n'.length) + FIRST.length);
    return { bytes: Buffer.from(WIRES.chat.withFirst(text)), text };
  }

  for (const size of [Infinity, 65_536]) {
    const form = size === Infinity ? 'in one piece' : `in pieces of ${String(size)} bytes`;
    for (const over of [-1, 0]) {
      it(`${form}, ${String(-over)} below it: an event passes`, () => {
        const { bytes, text } = withEventOf(MAX_EVENT_CHARS + over);
        const got = read('chat', 'chat', piecesOf(bytes, Math.min(size, bytes.length)));
        assert.equal(got.failure, undefined);
        assert.ok(got.text.includes(text));
      });
    }

    it(`${form}, one above it: the answer ends with an error`, () => {
      const { bytes } = withEventOf(MAX_EVENT_CHARS + 1);
      const got = read('chat', 'chat', piecesOf(bytes, Math.min(size, bytes.length)));
      assert.equal(got.text, WIRES.chat.begin);
      assert.equal(got.failure?.status, 502);
      assert.equal(got.failure.code, 'upstream_bad_answer');
      assert.match(got.failure.body, new RegExp(`more than ${String(MAX_EVENT_CHARS)}`));
    });
  }
});
