/** How an answer ended, checked against the rules of its dialect: exactly one terminal outcome. */
import assert from 'node:assert/strict';
import { parseFrames, type ClientAnswer, type ReceivedFrame } from './http-client.ts';

/** Client dialects of the OpenAI family. */
export type Dialect = 'chat' | 'responses';

/** What the client was told in the end. */
export interface Ending {
  /** `ok`: whole; `refused`: an error before the first byte; `broken`: an error inside the stream. */
  kind: 'ok' | 'refused' | 'broken';
  status: number;
  /** Words of the error; `''` for a whole answer. */
  message: string;
}

/** Path of a dialect. */
export const PATHS: Readonly<Record<Dialect, string>> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
};

/** A body that asks `model` for a short answer. */
export function shortTurn(
  dialect: Dialect,
  model: string,
  stream: boolean,
): Record<string, unknown> {
  const turn =
    dialect === 'chat' ? { messages: [{ role: 'user', content: 'Hi' }] } : { input: 'Hi' };
  return { model, stream, ...turn };
}

/** Reads the whole answer and fails on a second end, an empty error, or bytes after the end. */
export async function endingOf(answer: ClientAnswer, dialect: Dialect): Promise<Ending> {
  const text = await answer.text();
  assert.equal(answer.state, 'complete', `the connection broke: ${text}`);
  const { status } = answer;
  if (status !== 200) {
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    return { kind: 'refused', status, message: errorMessage(JSON.parse(text)) };
  }
  if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
    const whole = JSON.parse(text) as Record<string, unknown>;
    assert.match(String(whole['object']), /^(chat\.completion|response)$/, text);
    return { kind: 'ok', status, message: '' };
  }
  const frames = parseFrames(text);
  assert.equal(frames.map(({ raw }) => raw).join(''), text, 'nothing but whole frames');
  return dialect === 'chat' ? chatEnding(frames) : responsesEnding(frames);
}

function chatEnding(frames: ReceivedFrame[]): Ending {
  const ends = frames.filter(({ data }) => data === '[DONE]' || isError(data));
  const told = frames.map(({ raw }) => raw).join('');
  assert.equal(ends.length, 1, `one terminal frame: ${told}`);
  const [end] = ends;
  assert.equal(frames.at(-1), end, `nothing after the end: ${told}`);
  if (end?.data === '[DONE]') return { kind: 'ok', status: 200, message: '' };
  return { kind: 'broken', status: 200, message: errorMessage(JSON.parse(end?.data ?? '')) };
}

const TERMINAL = /^(response\.(completed|incomplete|failed)|error)$/;

function responsesEnding(frames: ReceivedFrame[]): Ending {
  const events = frames.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
  const ends = events.filter(({ type }) => TERMINAL.test(String(type)));
  const told = frames.map(({ raw }) => raw).join('');
  assert.equal(ends.length, 1, `one terminal event: ${told}`);
  const [end = {}] = ends;
  assert.equal(events.at(-1), end, `nothing after the end: ${told}`);
  if (end['type'] !== 'error' && end['type'] !== 'response.failed') {
    return { kind: 'ok', status: 200, message: '' };
  }
  assert.equal(frames.at(-1)?.event, end['type']);
  const message = end['message'] ?? errorMessage(end['response']);
  assert.ok(typeof message === 'string' && message !== '', 'the error has words');
  return { kind: 'broken', status: 200, message };
}

function isError(data: string): boolean {
  return data.startsWith('{') && 'error' in (JSON.parse(data) as object);
}

function errorMessage(body: unknown): string {
  const { error } = body as { error?: { message?: unknown } };
  const message = error?.message;
  assert.ok(typeof message === 'string' && message !== '', `no message: ${JSON.stringify(body)}`);
  return message;
}
