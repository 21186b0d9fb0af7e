/** What an upstream can do wrong with an answer that is one JSON body. */
import { constants, gzipSync } from 'node:zlib';
import type { UpstreamExchange } from '../../support/fake-upstream.ts';
import type { Outcome } from './expected.ts';
import { REPLACED, withoutUtf8, type Fault } from './stream-faults.ts';
import type { Wire } from './wires.ts';

const WHOLE: Outcome = { is: 'whole' };
const CUT: Outcome = { is: 'cut', after: 'nothing' };
const UNUSABLE: Outcome = { is: 'unusable', after: 'nothing' };

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML = '<!doctype html>\n<html><body>Welcome to the hotel!</body></html>\n';

const textOf = (wire: Wire): string => JSON.stringify(wire.whole);
const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));

const sends =
  (bodyOf: (wire: Wire) => string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
  (call: UpstreamExchange, wire: Wire): void => {
    call.head(200, headers);
    call.end(bodyOf(wire));
  };

const breaks =
  (how: 'destroy' | 'reset') =>
  async (call: UpstreamExchange, wire: Wire): Promise<void> => {
    call.head(200, JSON_TYPE);
    await call.write(half(textOf(wire)));
    call[how]();
  };

/** All of them. */
export const BODY_FAULTS: readonly Fault[] = [
  { name: 'a close before the head', play: (call) => call.destroy(), outcome: CUT },
  { name: 'a reset before the head', play: (call) => call.reset(), outcome: CUT },
  { name: 'a close amid the body', play: breaks('destroy'), outcome: CUT },
  { name: 'a reset amid the body', play: breaks('reset'), outcome: CUT },
  {
    name: 'fewer bytes than announced',
    play: (call, wire) => call.half(textOf(wire)),
    outcome: CUT,
  },
  {
    name: 'gzip',
    play: sends((wire) => gzipSync(textOf(wire)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    outcome: WHOLE,
  },
  {
    name: 'gzip that is cut short',
    play: sends((wire) => gzipSync(textOf(wire), { finishFlush: constants.Z_SYNC_FLUSH }), {
      ...JSON_TYPE,
      'content-encoding': 'gzip',
    }),
    outcome: UNUSABLE,
  },
  { name: 'no bytes', play: sends(() => ''), outcome: UNUSABLE },
  { name: 'truncated JSON', play: sends((wire) => half(textOf(wire))), outcome: UNUSABLE },
  { name: 'HTML', play: sends(() => HTML, { 'content-type': 'text/html' }), outcome: UNUSABLE },
  { name: 'HTML that is called JSON', play: sends(() => HTML), outcome: UNUSABLE },
  {
    name: 'an error with 200',
    play: (call, wire) => call.json(200, wire.failedBody),
    outcome: { is: 'failed', after: 'nothing' },
  },
  {
    name: 'a refusal with 200',
    play: (call, wire) => call.json(200, wire.refusedBody),
    outcome: { is: 'refused', after: 'nothing' },
  },
  {
    name: 'text that is no UTF-8',
    play: sends((wire) => withoutUtf8(textOf(wire))),
    outcome: { is: 'whole', text: REPLACED },
  },
  {
    name: 'JSON on many lines',
    play: sends((wire) => JSON.stringify(wire.whole, null, 2)),
    outcome: WHOLE,
  },
  {
    name: 'pieces of 5 bytes',
    async play(call, wire) {
      const bytes = Buffer.from(textOf(wire));
      const count = Math.ceil(bytes.length / 5) - 1;
      call.head(200, JSON_TYPE);
      await call.writeSplit(
        bytes,
        Array.from({ length: count }, (_, index) => (index + 1) * 5),
      );
      call.end();
    },
    outcome: WHOLE,
  },
];
