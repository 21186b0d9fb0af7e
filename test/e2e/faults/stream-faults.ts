/** What an upstream can do wrong with an event stream, and a few things that are none. */
import { constants, gzipSync } from 'node:zlib';
import type { FamilyName } from '../../support/families.ts';
import type { ClientName } from './clients.ts';
import type { Outcome } from './expected.ts';
import {
  BEFORE_HEAD,
  breaks,
  cut,
  failed,
  GZIP,
  half,
  HTML,
  JSON_TYPE,
  refused,
  REPLACED,
  sends,
  unfinished,
  unusable,
  WHOLE,
  withoutUtf8,
  type Fault,
} from './fault.ts';
import { FORMS } from './forms.ts';
import { answerOf, type Wire } from './wires.ts';

const halfEvent = ({ rest }: Wire): string => half(rest.split('\n\n')[0] ?? '');
const beforeEnd = (wire: Wire): string => wire.begin + wire.first + wire.rest;

const CONNECTION: Fault[] = [
  ...BEFORE_HEAD,
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
    play: sends((wire) => gzipSync(answerOf(wire)), GZIP),
    outcome: WHOLE,
  },
  {
    name: 'gzip that is cut short',
    play: sends(
      ({ begin, first }) => gzipSync(begin + first, { finishFlush: constants.Z_SYNC_FLUSH }),
      GZIP,
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

/** Only compatible providers fail in these ways (providers.md 12.4). */
const CHAT_FAILURES: Fault[] = [
  {
    name: 'an error event with [DONE]',
    play: sends(({ begin, first }) => `${begin}${first}event: error\ndata: [DONE]\n\n`),
    outcome: failed('first'),
    concerns: (upstream) => upstream === 'chat',
  },
  {
    name: 'a code and a message without an error object',
    play: sends(() => 'data: {"code":"slow_down","message":"too fast","status":429}\n\n'),
    outcome: failed('nothing'),
    concerns: (upstream) => upstream === 'chat',
  },
  {
    name: 'data and [DONE] in one event',
    play: sends(({ begin, first }) => `${begin}${first}data: {"a":1}\ndata: [DONE]\n\n`),
    outcome: unusable('first'),
    concerns: (upstream) => upstream === 'chat',
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
  {
    name: 'an error event without data',
    play: sends((wire) => `${wire.begin}${wire.first}event: error\n\n${wire.rest}`),
    outcome: failed('first'),
    concerns: (upstream) => upstream === 'chat' || upstream === 'claude',
  },
  ...CHAT_FAILURES,
  { name: 'a refusal first', play: sends((w) => w.refused), outcome: refused('nothing') },
  {
    name: 'a refusal amid the text',
    play: sends((wire) => wire.begin + wire.first + wire.refused),
    outcome: refused('first'),
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
