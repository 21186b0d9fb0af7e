/** What a fault is, how faults are played, and what they amount to. */
import type { FamilyName } from '../../support/families.ts';
import type { UpstreamExchange } from '../../support/fake-upstream.ts';
import type { ClientName } from './clients.ts';
import type { Outcome, Progress } from './expected.ts';
import { TEXT, type Wire } from './wires.ts';

/** Something an upstream may do. */
export interface Fault {
  name: string;
  play(call: UpstreamExchange, wire: Wire): void | Promise<void>;
  outcome: Outcome | ((upstream: FamilyName, client: ClientName) => Outcome);
  /** Absent: all pairs. */
  concerns?(upstream: FamilyName, client: ClientName): boolean;
}

type Play = Fault['play'];
type Headers = Record<string, string>;

export const WHOLE: Outcome = { is: 'whole' };
export const cut = (after: Progress): Outcome => ({ is: 'cut', after });
export const unfinished = (after: Progress): Outcome => ({ is: 'unfinished', after });
export const unusable = (after: Progress): Outcome => ({ is: 'unusable', after });
export const failed = (after: Progress): Outcome => ({ is: 'failed', after });
export const refused = (after: Progress): Outcome => ({ is: 'refused', after });

const EVENTS: Headers = { 'content-type': 'text/event-stream' };
export const JSON_TYPE: Headers = { 'content-type': 'application/json' };
export const GZIP: Headers = { 'content-encoding': 'gzip' };

export const HTML = '<!doctype html>\n<html>\n<body>Welcome to the hotel!</body>\n</html>\n';

export const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));

/** Two bytes that UTF-8 does not have instead of the two of an ü. */
export const withoutUtf8 = (text: string): Buffer =>
  Buffer.from(Buffer.from(text).toString('latin1').replaceAll('\xc3\xbc', '\xff\xfe'), 'latin1');

/** What a reader of text makes of them. */
export const REPLACED = TEXT.replaceAll('ü', '\ufffd\ufffd');

/** Sends a whole answer, events unless the headers say otherwise. */
export const sends =
  (textOf: (wire: Wire) => string | Uint8Array, headers: Headers = {}): Play =>
  (call, wire) => {
    call.head(200, { ...EVENTS, ...headers });
    call.end(textOf(wire));
  };

/** Sends, and then ends the connection instead of the answer. */
export const breaks =
  (how: 'destroy' | 'reset', textOf: (wire: Wire) => string, headers: Headers = EVENTS): Play =>
  async (call, wire) => {
    call.head(200, headers);
    const text = textOf(wire);
    if (text !== '') await call.write(text);
    call[how]();
  };

/** Sends in pieces, each on its own. */
export const inPieces =
  (size: number, textOf: (wire: Wire) => string, headers: Headers = EVENTS): Play =>
  async (call, wire) => {
    const bytes = Buffer.from(textOf(wire));
    const count = Math.ceil(bytes.length / size) - 1;
    const cuts = Array.from({ length: count }, (_, index) => (index + 1) * size);
    call.head(200, headers);
    await call.writeSplit(bytes, cuts);
    call.end();
  };

/** Connections that end before there is any answer. */
export const BEFORE_HEAD: readonly Fault[] = [
  { name: 'a close before the head', play: (call) => call.destroy(), outcome: cut('nothing') },
  { name: 'a reset before the head', play: (call) => call.reset(), outcome: cut('nothing') },
];
