/** What an upstream stream can do wrong, on both wires; played by `e2e/stream-faults.test.ts`. */
import { chatTurn, responsesSse, responsesTurn } from './turns.ts';
import { dataFrame } from '../../src/formats/sse/frame.ts';
import type { UpstreamExchange } from './fake-upstream.ts';

/** One answer as frames of an upstream's wire. */
export interface Wire {
  begin: string;
  delta: string;
  /** From the end of the text up to what ends the stream. */
  rest: string;
  end: string;
  cutShort: string;
  failed: string;
  badRequest: string;
}

const events = responsesTurn({ text: 'Hello there' }).map((event) => responsesSse([event]));
const isDelta = (frame: string): boolean => frame.startsWith('event: response.output_text.delta');
const firstDelta = events.findIndex(isDelta);
const last = responsesTurn().at(-1) as Record<string, unknown>;
const failure = (error: unknown): string =>
  responsesSse([{ type: 'response.failed', response: { id: 'resp_77', status: 'failed', error } }]);

/** Wire of a Responses upstream. */
export const responsesWire: Wire = {
  begin: events[0] ?? '',
  delta: events.slice(1, firstDelta + 1).join(''),
  rest: events.slice(firstDelta + 1, -1).join(''),
  end: events.at(-1) ?? '',
  cutShort: responsesSse([
    {
      type: 'response.incomplete',
      response: {
        ...(last['response'] as object),
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
      },
    },
  ]),
  failed: failure({ code: 'server_error', message: 'the model fell over' }),
  badRequest: failure({ code: 'invalid_prompt', type: 'invalid_request_error', message: 'no' }),
};

const chunks = chatTurn({ text: 'Hello there' }).map((chunk) =>
  dataFrame(undefined, JSON.stringify(chunk)),
);
const DONE = 'data: [DONE]\n\n';

/** Wire of a Chat Completions upstream. */
export const chatWire: Wire = {
  begin: chunks[0] ?? '',
  delta: chunks[1] ?? '',
  rest: chunks.slice(2, -2).join(''),
  end: chunks.slice(-2).join('') + DONE,
  cutShort: (chunks.at(-2) ?? '').replace('"stop"', '"length"') + DONE,
  failed: 'data: {"error":{"code":502,"message":"the model fell over","status":502}}\n\n',
  badRequest: 'data: {"error":{"message":"no","type":"invalid_request_error","status":400}}\n\n',
};

/** How far the answer had come when the fault showed. */
export type Progress = 'nothing' | 'begin' | 'delta';

/** Something an upstream may do, and what the client shall get. */
export interface Fault {
  name: string;
  play(call: UpstreamExchange, wire: Wire): void | Promise<void>;
  /** Undefined: the client gets a whole answer. */
  broken?: { after: Progress; status: readonly number[]; failover?: true; cools?: true };
}

const cut = async (call: UpstreamExchange, text: string): Promise<void> => {
  call.sseHead();
  if (text !== '') await call.write(text);
  call.destroy();
};
const lost = (after: Progress) => ({ after, status: [502] });
/** 408 is the Codex client's word for a stream without its end, 502 the one of a translated chat. */
const unfinished = (after: Progress) => ({ after, status: [408, 502] });
/** The upstream says itself that the turn failed: it may be tried elsewhere, the account rests. */
const down = (after: Progress) => ({ after, status: [502], failover: true, cools: true }) as const;
const half = (frame: string): string => frame.slice(0, Math.floor(frame.length / 2));

/** All faults, and a few things that are none. */
export const FAULTS: Fault[] = [
  { name: 'death before the head', play: (call) => call.destroy(), broken: lost('nothing') },
  { name: 'a reset before the head', play: (call) => call.reset(), broken: lost('nothing') },
  { name: 'death after the head', play: (call) => cut(call, ''), broken: lost('nothing') },
  { name: 'death after the begin', play: (c, w) => cut(c, w.begin), broken: lost('begin') },
  {
    name: 'death inside a delta',
    play: (c, w) => cut(c, w.begin + w.delta + half(w.delta)),
    broken: lost('delta'),
  },
  {
    name: 'death before the end',
    play: (c, w) => cut(c, w.begin + w.delta + w.rest),
    broken: lost('delta'),
  },
  {
    name: 'a clean close without the end',
    play: (c, w) => c.sse(w.begin + w.delta),
    broken: unfinished('delta'),
  },
  {
    name: 'a clean close without anything',
    play: (c) => c.sse(''),
    broken: unfinished('nothing'),
  },
  {
    name: 'truncated JSON',
    play: (c, w) => c.sse(`${w.begin}${w.delta}${half(w.delta.trimEnd())}\n\n${w.rest}${w.end}`),
    broken: lost('delta'),
  },
  {
    name: 'no JSON at the start',
    play: (c, w) => c.sse(`data: nonsense\n\n${w.begin}${w.end}`),
    broken: lost('nothing'),
  },
  {
    name: 'HTML instead of events',
    play: (c) => c.sse('<html><body>Welcome!</body></html>', { 'content-type': 'text/html' }),
    broken: unfinished('nothing'),
  },
  {
    name: 'a failure as the first event',
    play: (c, w) => c.sse(w.failed),
    broken: down('nothing'),
  },
  {
    name: 'a failure after output',
    play: (c, w) => c.sse(w.begin + w.delta + w.failed),
    broken: down('delta'),
  },
  {
    name: 'a refused request inside the stream',
    play: (c, w) => c.sse(w.badRequest),
    broken: { after: 'nothing', status: [400] },
  },
  {
    name: 'an error event',
    play: (c, w) => c.sse(`${w.begin}event: error\ndata: {"type":"error","message":"broken"}\n\n`),
    broken: down('begin'),
  },
  { name: 'an incomplete end', play: (c, w) => c.sse(w.begin + w.delta + w.cutShort) },
  { name: 'two ends', play: (c, w) => c.sse(w.begin + w.delta + w.rest + w.end + w.end) },
  {
    name: 'a failure after the end',
    play: (c, w) => c.sse(w.begin + w.delta + w.rest + w.end + w.failed),
  },
  {
    name: 'garbage after the end',
    play: (c, w) => c.sse(`${w.begin}${w.delta}${w.rest}${w.end}data: {"type":\n\nxyz`),
  },
  {
    name: 'death after the end',
    play: (c, w) => cut(c, w.begin + w.delta + w.rest + w.end),
  },
  {
    name: 'line ends of DOS',
    play: (c, w) => c.sse((w.begin + w.delta + w.rest + w.end).replaceAll('\n', '\r\n')),
  },
  {
    name: 'pieces cut at odd places',
    play: async (c, w) => {
      const text = `: hello\n\n${w.begin}${w.delta}${w.rest}${w.end}`;
      c.sseHead();
      await c.writeSplit(text, [1, 8, 9, 10, 23, 77, 78, text.length - 2, text.length - 1]);
      c.end();
    },
  },
];
