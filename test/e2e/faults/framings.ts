/** Ways to write the same events that mean the same (HTML standard, 9.2.5 and 9.2.6). */
import { answerOf, type Wire } from './wires.ts';

/** One way. */
export interface Framing {
  name: string;
  framed(wire: Wire): string;
}

/** Bytes of the pieces in which an answer is sent; the cuts fall into line ends and characters. */
export const SPLIT_SIZES = [5, 64];

const BOM = '\ufeff';

/** Every line end another one of the three; a CR never stands in front of an LF. */
function mixedEnds(text: string): string {
  const ends = ['\n', '\r', '\r\n'];
  let count = 0;
  return text.replaceAll('\n', () => ends[count++ % ends.length] ?? '');
}

/** Data over several lines: JSON may have line ends between its tokens. */
const overLines = (text: string): string =>
  text.replace(/^data: (\{.*\})$/gm, (_line, json: string) =>
    JSON.stringify(JSON.parse(json), null, 1)
      .split('\n')
      .map((line) => `data: ${line}`)
      .join('\n'),
  );

/** Comments before, between and inside the events. */
const commented = (text: string): string =>
  `: hello\n\n${text.replaceAll('\n\n', '\n\n: still here\n\n').replaceAll('data:', ': inside\ndata:')}`;

const withPings = ({ begin, first, rest, stop, last, ping }: Wire): string =>
  begin + ping + first + ping + ping + rest + ping + stop + last;

export const FRAMINGS: readonly Framing[] = [
  { name: 'line ends of CR LF', framed: (wire) => answerOf(wire).replaceAll('\n', '\r\n') },
  { name: 'line ends of CR', framed: (wire) => answerOf(wire).replaceAll('\n', '\r') },
  { name: 'mixed line ends', framed: (wire) => mixedEnds(answerOf(wire)) },
  { name: 'a BOM', framed: (wire) => BOM + answerOf(wire) },
  { name: 'comments', framed: (wire) => commented(answerOf(wire)) },
  { name: 'pings', framed: withPings },
  { name: 'data over several lines', framed: (wire) => overLines(answerOf(wire)) },
  { name: 'no names of events', framed: (wire) => answerOf(wire).replaceAll(/^event: .*\n/gm, '') },
  { name: 'no space behind data', framed: (wire) => answerOf(wire).replaceAll('data: ', 'data:') },
  {
    name: 'ids and times to retry',
    framed: (wire) => answerOf(wire).replaceAll('data:', 'id: 7\nretry: 10\ndata:'),
  },
  {
    name: 'empty data',
    framed: (wire) => answerOf(wire).replaceAll('\n\n', '\n\ndata:\n\nevent: tick\n\n'),
  },
  { name: 'more blank lines', framed: (wire) => answerOf(wire).replaceAll('\n\n', '\n\n\n\n') },
  { name: 'no blank line at the end', framed: (wire) => answerOf(wire).slice(0, -2) },
];
