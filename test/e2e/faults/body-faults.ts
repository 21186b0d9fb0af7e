/** What an upstream can do wrong with an answer that is one JSON body. */
import { constants, gzipSync } from 'node:zlib';
import {
  BEFORE_HEAD,
  breaks,
  cut,
  failed,
  GZIP,
  half,
  HTML,
  inPieces,
  JSON_TYPE,
  refused,
  REPLACED,
  sends,
  unusable,
  WHOLE,
  withoutUtf8,
  type Fault,
} from './fault.ts';
import type { Wire } from './wires.ts';

const CUT = cut('nothing');
const UNUSABLE = unusable('nothing');

const textOf = (wire: Wire): string => JSON.stringify(wire.whole);
const halfOf = (wire: Wire): string => half(textOf(wire));

const zipped = (finishFlush: number) => (wire: Wire) => gzipSync(textOf(wire), { finishFlush });
const ZIPPED = { ...JSON_TYPE, ...GZIP };

/** All of them. */
export const BODY_FAULTS: readonly Fault[] = [
  ...BEFORE_HEAD,
  { name: 'a close amid the body', play: breaks('destroy', halfOf, JSON_TYPE), outcome: CUT },
  { name: 'a reset amid the body', play: breaks('reset', halfOf, JSON_TYPE), outcome: CUT },
  {
    name: 'fewer bytes than announced',
    play: (call, wire) => call.half(textOf(wire)),
    outcome: CUT,
  },
  { name: 'gzip', play: sends(zipped(constants.Z_FINISH), ZIPPED), outcome: WHOLE },
  {
    name: 'gzip that is cut short',
    play: sends(zipped(constants.Z_SYNC_FLUSH), ZIPPED),
    outcome: UNUSABLE,
  },
  { name: 'no bytes', play: sends(() => '', JSON_TYPE), outcome: UNUSABLE },
  { name: 'truncated JSON', play: sends(halfOf, JSON_TYPE), outcome: UNUSABLE },
  { name: 'HTML', play: sends(() => HTML, { 'content-type': 'text/html' }), outcome: UNUSABLE },
  { name: 'HTML that is called JSON', play: sends(() => HTML, JSON_TYPE), outcome: UNUSABLE },
  {
    name: 'an error with 200',
    play: (call, wire) => call.json(200, wire.failedBody),
    outcome: failed('nothing'),
  },
  {
    name: 'a refusal with 200',
    play: (call, wire) => call.json(200, wire.refusedBody),
    outcome: refused('nothing'),
  },
  {
    name: 'text that is no UTF-8',
    play: sends((wire) => withoutUtf8(textOf(wire)), JSON_TYPE),
    outcome: { is: 'whole', text: REPLACED },
  },
  {
    name: 'JSON on many lines',
    play: sends((wire) => JSON.stringify(wire.whole, null, 2), JSON_TYPE),
    outcome: WHOLE,
  },
  { name: 'pieces of 5 bytes', play: inPieces(5, textOf, JSON_TYPE), outcome: WHOLE },
];
