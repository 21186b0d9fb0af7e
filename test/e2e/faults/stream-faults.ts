/** What an upstream can do wrong with an event stream, and a few things that are none. */
import { constants, gzipSync } from 'node:zlib';
import type { FamilyName } from '../../support/families.ts';
import type { UpstreamExchange } from '../../support/fake-upstream.ts';
import type { ClientName } from './clients.ts';
import type { Outcome, Progress } from './expected.ts';
import { FRAMINGS, SPLIT_SIZES } from './framings.ts';
import { answerOf, REST, TEXT, type Wire } from './wires.ts';

/** Something an upstream may do. */
export interface Fault {
  name: string;
  play(call: UpstreamExchange, wire: Wire): void | Promise<void>;
  outcome: Outcome | ((upstream: FamilyName, client: ClientName) => Outcome);
  /** Absent: all pairs. */
  concerns?(upstream: FamilyName, client: ClientName): boolean;
}

type Play = Fault['play'];

const WHOLE: Outcome = { is: 'whole' };
const cut = (after: Progress): Outcome => ({ is: 'cut', after });
const unfinished = (after: Progress): Outcome => ({ is: 'unfinished', after });
const unusable = (after: Progress): Outcome => ({ is: 'unusable', after });
const failed = (after: Progress): Outcome => ({ is: 'failed', after });
const refused = (after: Progress): Outcome => ({ is: 'refused', after });

/** Bytes of one event of 8 MiB: real ones hold pictures. */
const LARGE = 'x'.repeat(8 * 1024 * 1024);

/** Clients whose events an upstream writes itself. */
export const FORWARDED: Readonly<Record<FamilyName, ClientName>> = {
  chat: 'chat',
  codex: 'responses',
  claude: 'claude',
  gemini: 'gemini events',
};

const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));
const halfEvent = ({ rest }: Wire): string => half(rest.split('\n\n')[0] ?? '');
/** Two bytes that UTF-8 does not have instead of the two of an ü. */
export const withoutUtf8 = (text: string): Buffer =>
  Buffer.from(Buffer.from(text).toString('latin1').replaceAll('\xc3\xbc', '\xff\xfe'), 'latin1');
/** What a reader of text makes of them. */
export const REPLACED = TEXT.replaceAll('ü', '\ufffd\ufffd');
const beforeEnd = (wire: Wire): string => wire.begin + wire.first + wire.rest;

const sends =
  (textOf: (wire: Wire) => string | Uint8Array, headers: Record<string, string> = {}): Play =>
  (call, wire) => {
    call.sseHead(headers);
    call.end(textOf(wire));
  };

/** Sends, and then ends the connection instead of the answer. */
const breaks =
  (how: 'destroy' | 'reset', textOf: (wire: Wire) => string): Play =>
  async (call, wire) => {
    call.sseHead();
    const text = textOf(wire);
    if (text !== '') await call.write(text);
    call[how]();
  };

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML = '<!doctype html>\n<html>\n<body>Welcome to the hotel!</body>\n</html>\n';

const CONNECTION: Fault[] = [
  { name: 'a close before the head', play: (call) => call.destroy(), outcome: cut('nothing') },
  { name: 'a reset before the head', play: (call) => call.reset(), outcome: cut('nothing') },
  ...(['destroy', 'reset'] as const).flatMap((how): Fault[] => {
    const word = how === 'destroy' ? 'close' : 'reset';
    const begun = (wire: Wire): string => wire.begin + wire.first + halfEvent(wire);
    return [
      {
        name: `a ${word} before the first event`,
        play: breaks(how, () => ''),
        outcome: cut('nothing'),
      },
      {
        name: `a ${word} after the begin`,
        play: breaks(how, (w) => w.begin),
        outcome: cut('begin'),
      },
      { name: `a ${word} amid an event`, play: breaks(how, begun), outcome: cut('first') },
      { name: `a ${word} before the end`, play: breaks(how, beforeEnd), outcome: cut('rest') },
      { name: `a ${word} after the end`, play: breaks(how, answerOf), outcome: WHOLE },
    ];
  }),
  {
    name: 'a close before the last word',
    play: breaks('destroy', (wire) => beforeEnd(wire) + wire.stop),
    outcome: cut('rest'),
  },
  {
    name: 'fewer bytes than announced',
    play: (call, { begin, first }) =>
      call.half(begin + first, { 'content-type': 'text/event-stream' }),
    outcome: cut('first'),
  },
  {
    name: 'gzip',
    play: sends((wire) => gzipSync(answerOf(wire)), { 'content-encoding': 'gzip' }),
    outcome: WHOLE,
  },
  {
    name: 'gzip that is cut short',
    play: sends(
      ({ begin, first }) => gzipSync(begin + first, { finishFlush: constants.Z_SYNC_FLUSH }),
      { 'content-encoding': 'gzip' },
    ),
    outcome: unusable('first'),
  },
];

/** A chat answer ends with its finish reason, unless the client reads Responses (12.4, 9.1, 9.2). */
const withoutLastWord = (upstream: FamilyName, client: ClientName): Outcome => {
  if (upstream === 'claude') return WHOLE;
  return upstream === 'chat' && client !== 'responses' ? WHOLE : unfinished('rest');
};

const ENDS: Fault[] = [
  { name: 'a clean end of nothing', play: sends(() => ''), outcome: unusable('nothing') },
  {
    name: 'nothing but comments',
    play: sends(() => ': a\n\n: b\n\n'),
    outcome: unfinished('nothing'),
  },
  {
    name: 'a clean end after the begin',
    play: sends((w) => w.begin),
    outcome: unfinished('begin'),
  },
  {
    name: 'a clean end amid the text',
    play: sends(({ begin, first }) => begin + first),
    outcome: unfinished('first'),
  },
  {
    name: 'a clean end amid an event',
    play: sends((wire) => wire.begin + wire.first + halfEvent(wire)),
    outcome: unusable('first'),
  },
  {
    name: 'no last word',
    play: sends((wire) => beforeEnd(wire) + wire.stop),
    outcome: withoutLastWord,
  },
  {
    name: 'an answer cut by its limit',
    play: sends((w) => beforeEnd(w) + w.limit),
    outcome: WHOLE,
  },
  { name: 'two ends', play: sends((w) => answerOf(w) + w.stop + w.last), outcome: WHOLE },
  { name: 'the answer twice', play: sends((w) => answerOf(w) + answerOf(w)), outcome: WHOLE },
  {
    name: 'text after the end',
    play: sends((w) => answerOf(w) + w.first + w.rest),
    outcome: WHOLE,
  },
  { name: 'a failure after the end', play: sends((w) => answerOf(w) + w.failed), outcome: WHOLE },
  {
    name: 'garbage after the end',
    play: sends((wire) => `${answerOf(wire)}data: {"type":\n\nxyz`),
    outcome: WHOLE,
  },
];

const CONTENT: Fault[] = [
  {
    name: 'truncated JSON',
    play: sends(
      (wire) => `${wire.begin}${wire.first}${halfEvent(wire)}\n\n${wire.rest}${wire.last}`,
    ),
    outcome: unusable('first'),
  },
  {
    name: 'no JSON at the start',
    play: sends((wire) => `data: nonsense\n\n${answerOf(wire)}`),
    outcome: unusable('nothing'),
  },
  {
    name: 'text that is no UTF-8',
    play: sends((wire) => withoutUtf8(answerOf(wire))),
    outcome: { is: 'whole', text: REPLACED },
  },
  {
    name: 'HTML',
    play: sends(() => HTML, { 'content-type': 'text/html' }),
    outcome: unfinished('nothing'),
  },
  { name: 'HTML that is called events', play: sends(() => HTML), outcome: unfinished('nothing') },
  {
    name: 'an error as JSON with 200',
    play: (call, wire) => call.json(200, wire.failedBody),
    outcome: failed('nothing'),
  },
  {
    name: 'an error as JSON that is called events',
    play: sends((wire) => JSON.stringify(wire.failedBody)),
    outcome: failed('nothing'),
  },
  {
    name: 'an error as JSON on many lines that is called events',
    play: sends((wire) => JSON.stringify(wire.failedBody, null, 2)),
    outcome: failed('nothing'),
  },
  {
    name: 'a whole answer as JSON',
    play: (call, wire) => call.json(200, wire.whole),
    outcome: WHOLE,
  },
  { name: 'no bytes of JSON', play: sends(() => '', JSON_TYPE), outcome: unusable('nothing') },
  {
    name: 'half of a whole answer as JSON',
    play: sends((wire) => half(JSON.stringify(wire.whole)), JSON_TYPE),
    outcome: unusable('nothing'),
  },
];

const FAILURES: Fault[] = [
  { name: 'a failure first', play: sends((w) => w.failed), outcome: failed('nothing') },
  {
    name: 'a failure after the begin',
    play: sends((wire) => wire.begin + wire.failed),
    outcome: failed('begin'),
  },
  {
    name: 'a failure amid the text',
    play: sends((wire) => wire.begin + wire.first + wire.failed),
    outcome: failed('first'),
  },
  {
    name: 'an error event without details',
    play: sends((w) => `${w.begin}event: error\ndata: {"type":"error","message":"broken"}\n\n`),
    outcome: failed('begin'),
    // Google has no events with names.
    concerns: (upstream) => upstream !== 'gemini',
  },
  { name: 'a refusal first', play: sends((w) => w.refused), outcome: refused('nothing') },
  {
    name: 'a refusal amid the text',
    play: sends((wire) => wire.begin + wire.first + wire.refused),
    outcome: refused('first'),
  },
];

const FORMS: Fault[] = [
  ...FRAMINGS.map(({ name, framed }): Fault => ({ name, play: sends(framed), outcome: WHOLE })),
  ...SPLIT_SIZES.map((size): Fault => ({
    name: `pieces of ${String(size)} bytes`,
    async play(call, wire) {
      const bytes = Buffer.from(answerOf(wire));
      const count = Math.ceil(bytes.length / size) - 1;
      call.sseHead();
      await call.writeSplit(
        bytes,
        Array.from({ length: count }, (_, index) => (index + 1) * size),
      );
      call.end();
    },
    outcome: WHOLE,
  })),
  {
    name: 'an event of 8 MiB',
    play: sends((wire) => wire.withFirst(LARGE)),
    outcome: { is: 'whole', text: LARGE + REST },
    // It takes a second: once translated and once forwarded on each upstream.
    concerns: (upstream, client) => client === 'chat' || client === FORWARDED[upstream],
  },
];

/** All of them. */
export const STREAM_FAULTS: readonly Fault[] = [
  ...CONNECTION,
  ...ENDS,
  ...CONTENT,
  ...FAILURES,
  ...FORMS,
];
