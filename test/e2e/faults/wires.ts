/**
 * One answer of each family of upstreams, taken apart where an upstream may break off. The text comes
 * in two deltas, has characters of two and three bytes, and none of more.
 */
import { claudeSse, claudeTurn } from '../../support/claude-wire.ts';
import { FAMILIES, type FamilyName } from '../../support/families.ts';
import { googleChunk, googleObject, googleTurn } from '../../support/google-wire.ts';
import {
  chatSse,
  chatTurn,
  responsesObject,
  responsesSse,
  responsesTurn,
} from '../../support/turns.ts';

type Json = Record<string, unknown>;

/** Text of the first delta and of the second one; scripted upstreams cut after 12 characters. */
export const FIRST = 'Grüße „aus“ ';
export const REST = 'Köln – bis b';
export const TEXT = FIRST + REST;

/** SSE text with line ends of LF. Every part but `stop` has whole frames. */
export interface Wire {
  /** What comes before the text. */
  begin: string;
  first: string;
  rest: string;
  /** Why the answer ends; `''` where the last word says so itself. */
  stop: string;
  /** The terminal event. */
  last: string;
  /** Another end: the limit of the answer was reached. */
  limit: string;
  /** A failure that is the upstream's own. */
  failed: string;
  /** A failure that blames the request. */
  refused: string;
  /** An answer that is no stream. */
  whole: Json;
  /** The failure of `failed` as a body. */
  failedBody: Json;
  refusedBody: Json;
  /** What the family sends while it thinks; a comment where it has no word for it. */
  ping: string;
  /** Text of an answer whose first delta is this one. */
  withFirst(text: string): string;
}

const framesOf = (text: string): string[] => text.split(/(?<=\n\n)/);
const dataFrame = (json: Json): string => `data: ${JSON.stringify(json)}\n\n`;
const eventFrame = (json: Json): string => `event: ${String(json['type'])}\n${dataFrame(json)}`;

const SPLITTER = ': waiting\n\n';

/** Frames in front of the second delta and so on, in the order of the parts. */
type Cuts = readonly [first: number, rest: number, stop: number, last: number];

function parts(frames: readonly string[], [first, rest, stop, last]: Cuts) {
  const joined = (from: number, to?: number): string => frames.slice(from, to).join('');
  return {
    begin: joined(0, first),
    first: joined(first, rest),
    rest: joined(rest, stop),
    stop: joined(stop, last),
    last: joined(last),
  };
}

const replacer =
  (wire: { begin: string; first: string; rest: string; stop: string; last: string }) =>
  (text: string): string =>
    wire.begin +
    wire.first.replace(FIRST, () => text) +
    wire.rest +
    wire.stop +
    wire.last.replace(FIRST, () => text);

function chatWire(): Wire {
  const frames = framesOf(chatSse(chatTurn({ text: TEXT })));
  const wire = parts(frames, [1, 2, 3, 5]);
  const failedBody = { error: { message: 'the model fell over', type: 'server_error', code: 502 } };
  const refusedBody = { error: { message: 'no', type: 'invalid_request_error', status: 400 } };
  return {
    ...wire,
    limit: wire.stop.replace('"stop"', '"length"') + wire.last,
    failed: dataFrame(failedBody),
    refused: dataFrame(refusedBody),
    whole: FAMILIES.chat.whole({ text: TEXT }),
    failedBody,
    refusedBody,
    ping: SPLITTER,
    withFirst: replacer(wire),
  };
}

function codexWire(): Wire {
  const events = responsesTurn({ text: TEXT });
  const wire = parts(framesOf(responsesSse(events)), [2, 5, 9, 9]);
  const whole = responsesObject({ text: TEXT });
  const failedBody = { error: { code: 'server_error', message: 'the model fell over' } };
  const refusedBody = {
    error: { code: 'invalid_prompt', type: 'invalid_request_error', message: 'no' },
  };
  const failure = ({ error }: Json): string =>
    eventFrame({ type: 'response.failed', response: { id: 'resp_77', status: 'failed', error } });
  const limit = { reason: 'max_output_tokens' };
  return {
    ...wire,
    limit: eventFrame({
      type: 'response.incomplete',
      response: { ...whole, status: 'incomplete', incomplete_details: limit },
    }),
    failed: failure(failedBody),
    refused: failure(refusedBody),
    whole,
    failedBody,
    refusedBody,
    ping: eventFrame({ type: 'keepalive', sequence_number: 3 }),
    withFirst: replacer(wire),
  };
}

function claudeWire(): Wire {
  const content = [FIRST, REST].map((text) => ({ type: 'text' as const, text }));
  const frames = framesOf(claudeSse(claudeTurn({ content })));
  const wire = parts(frames, [2, 5, 8, 9]);
  const failedBody = FAMILIES.claude.error(500, 'the model fell over');
  const refusedBody = FAMILIES.claude.error(400, 'no');
  return {
    ...wire,
    limit: wire.stop.replace('"end_turn"', '"max_tokens"') + wire.last,
    failed: eventFrame(failedBody),
    refused: eventFrame(refusedBody),
    whole: FAMILIES.claude.whole({ text: TEXT }),
    failedBody,
    refusedBody,
    ping: eventFrame({ type: 'ping' }),
    withFirst: replacer(wire),
  };
}

function geminiWire(): Wire {
  const [one = {}] = googleTurn({ text: 'x' });
  const usage = one['usageMetadata'] as Json;
  const chunk = (text: string, more: Json = {}): string =>
    dataFrame(googleChunk([{ text }], usage, more));
  const wire = {
    begin: chunk(''),
    first: chunk(FIRST),
    rest: chunk(REST),
    stop: '',
    last: chunk('', { finishReason: 'STOP' }),
  };
  const failedBody = FAMILIES.gemini.error(500, 'the model fell over');
  const refusedBody = FAMILIES.gemini.error(400, 'no');
  return {
    ...wire,
    limit: chunk('', { finishReason: 'MAX_TOKENS' }),
    failed: dataFrame(failedBody),
    refused: dataFrame(refusedBody),
    whole: googleObject({ text: TEXT }),
    failedBody,
    refusedBody,
    ping: SPLITTER,
    withFirst: replacer(wire),
  };
}

/** All families. */
export const WIRES: Readonly<Record<FamilyName, Wire>> = {
  chat: chatWire(),
  codex: codexWire(),
  claude: claudeWire(),
  gemini: geminiWire(),
};

/** A whole answer. */
export const answerOf = ({ begin, first, rest, stop, last }: Wire): string =>
  begin + first + rest + stop + last;
