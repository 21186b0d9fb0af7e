/**
 * The dialects of clients side by side: how each asks for a short answer, and what it was told in the
 * end. Reading fails on anything that a client could not take: half frames, data that is no JSON, a
 * second terminal event, bytes behind the terminal one, an error without words.
 */
import assert from 'node:assert/strict';
import { PATHS, shortTurn } from '../../support/endings.ts';
import {
  EVENTS,
  finishesIn,
  geminiPath,
  shortGeminiTurn,
  STREAM,
  textIn,
} from '../../support/gemini.ts';
import type { GeminiChunk } from '../../support/gemini.ts';
import { parseFrames, type ClientAnswer, type ReceivedFrame } from '../../support/http-client.ts';
import { readClaudeStream } from '../../support/claude.ts';
import type { ClientFormat } from '../../../src/formats/format.ts';

type Json = Record<string, unknown>;

/** What the client was told. */
export interface Ending {
  /** `ok`: whole; `refused`: an error instead of an answer; `broken`: an error amid the stream. */
  kind: 'ok' | 'refused' | 'broken';
  status: number;
  text: string;
}

/** One dialect. */
export interface Client {
  format: ClientFormat;
  /** Only Gemini has a choice. */
  streamForm?: 'array';
  request(model: string, stream: boolean): { path: string; body: Json };
  /** The words of an error body in this dialect. */
  errorWords(body: Json, status: number): unknown;
  /** Text of a whole answer. */
  textOf(body: Json): string;
  /** Reads a stream; `error`: the words of its terminal error. */
  read(text: string): { text: string; error?: unknown };
}

/** Reads an answer to its end. */
export async function endingOf(
  client: Client,
  answer: ClientAnswer,
  stream: boolean,
): Promise<Ending> {
  const bytes = await answer.bytes();
  const { status } = answer;
  // The bytes of a whole answer in the client's own format are the upstream's.
  const text = new TextDecoder('utf-8', { fatal: stream, ignoreBOM: true }).decode(bytes);
  assert.equal(answer.state, 'complete', `the connection broke: ${text}`);
  if (status !== 200) {
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assertWords(client.errorWords(JSON.parse(text) as Json, status), text);
    return { kind: 'refused', status, text: '' };
  }
  if (!stream) return { kind: 'ok', status, text: client.textOf(JSON.parse(text) as Json) };
  const read = client.read(text);
  if ('error' in read) assertWords(read.error, text);
  return { kind: 'error' in read ? 'broken' : 'ok', status, text: read.text };
}

function assertWords(words: unknown, text: string): void {
  assert.ok(typeof words === 'string' && words.trim() !== '', `an error without words: ${text}`);
}

const LINE = /^(?:data: ?\S.*|data: {2,}.*|event: [a-z_.]+|: ?.*|id: ?.*|retry: ?.*|)$/;

/** Frames of a stream that has nothing else; comments are left out. */
function framesIn(text: string): ReceivedFrame[] {
  const frames = parseFrames(text);
  assert.equal(frames.map(({ raw }) => raw).join(''), text, 'nothing but whole frames');
  for (const { raw } of frames) for (const line of raw.split('\n')) assert.match(line, LINE);
  return frames.filter(({ data, event }) => data !== '' || event !== undefined);
}

const eventsIn = (frames: readonly ReceivedFrame[]): Json[] =>
  frames.map(({ data }) => JSON.parse(data) as Json);

/** The one terminal event, which has to be the last one. */
function terminalOf<T>(events: readonly T[], isTerminal: (event: T) => boolean, text: string): T {
  assert.equal(events.filter(isTerminal).length, 1, `one terminal event: ${text}`);
  const last = events.at(-1) as T;
  assert.ok(isTerminal(last), `nothing behind the terminal event: ${text}`);
  return last;
}

const messageIn = (value: unknown): unknown =>
  (value as { message?: unknown } | undefined)?.message;

/** Chat and text completions differ in the place of the text. */
function openAiStream(text: string, textOfChoice: (choice: Json) => unknown) {
  const frames = framesIn(text);
  const isTerminal = ({ data }: ReceivedFrame): boolean =>
    data === '[DONE]' || 'error' in (JSON.parse(data) as Json);
  const end = terminalOf(frames, isTerminal, text);
  const chunks = eventsIn(frames.filter((frame) => frame !== end));
  const choices = chunks.flatMap((chunk) => chunk['choices'] as Json[]);
  const said = choices.map((choice) => textOfChoice(choice) ?? '').join('');
  const finishes = choices.filter((choice) => typeof choice['finish_reason'] === 'string');
  if (end.data === '[DONE]') {
    assert.equal(finishes.length, 1, text);
    return { text: said };
  }
  return { text: said, error: messageIn((JSON.parse(end.data) as Json)['error']) };
}

const choiceOf = (body: Json): Json => (body['choices'] as Json[])[0] ?? {};

const CHAT: Client = {
  format: 'openai',
  request: (model, stream) => ({ path: PATHS.chat, body: shortTurn('chat', model, stream) }),
  errorWords: (body) => messageIn(body['error']),
  textOf: (body) => String((choiceOf(body)['message'] as Json)['content']),
  read: (text) => openAiStream(text, (choice) => (choice['delta'] as Json)['content']),
};

const COMPLETIONS: Client = {
  ...CHAT,
  format: 'openai-completion',
  request: (model, stream) => ({
    path: '/v1/completions',
    body: { model, stream, prompt: 'Hi' },
  }),
  textOf: (body) => String(choiceOf(body)['text']),
  read: (text) => openAiStream(text, (choice) => choice['text']),
};

const TERMINAL = /^(?:response\.(?:completed|incomplete|failed)|error)$/;

const RESPONSES: Client = {
  format: 'openai-response',
  request: (model, stream) => ({
    path: PATHS.responses,
    body: shortTurn('responses', model, stream),
  }),
  errorWords: (body) => messageIn(body['error']),
  textOf: outputText,
  read(text) {
    const events = eventsIn(framesIn(text));
    const end = terminalOf(events, ({ type }) => TERMINAL.test(String(type)), text);
    const said = events
      .filter(({ type }) => type === 'response.output_text.delta')
      .map(({ delta }) => String(delta))
      .join('');
    if (end['type'] === 'error') return { text: said, error: end['message'] };
    assert.notEqual(end['type'], 'response.failed', 'only Codex clients are told so');
    assert.equal(outputText(end['response'] as Json), said, text);
    return { text: said };
  },
};

function outputText({ output }: Json): string {
  const contents = (output as Json[]).flatMap(({ content }) => (content ?? []) as Json[]);
  return contents.map(({ text }) => String(text)).join('');
}

const CLAUDE: Client = {
  format: 'claude',
  request: (model, stream) => ({
    path: '/v1/messages',
    body: { model, stream, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] },
  }),
  errorWords({ type, error }) {
    assert.equal(type, 'error');
    assert.match(String((error as Json)['type']), /^[a-z_]+$/);
    return messageIn(error);
  },
  textOf: ({ content }) => (content as Json[]).map(({ text }) => String(text)).join(''),
  read(text) {
    const frames = framesIn(text);
    const events = eventsIn(frames);
    for (const [place, { type }] of events.entries()) assert.equal(frames[place]?.event, type);
    const isTerminal = ({ type }: Json): boolean => type === 'message_stop' || type === 'error';
    const end = terminalOf(events, isTerminal, text);
    const said = events
      .filter(({ type }) => type === 'content_block_delta')
      .map(({ delta }) => String((delta as Json)['text']))
      .join('');
    if (end['type'] === 'error') return { text: said, error: CLAUDE.errorWords(end, 200) };
    const told = readClaudeStream(frames.map(({ raw }) => raw).join(''));
    assert.equal(CLAUDE.textOf({ content: told.content }), said);
    return { text: said };
  },
};

/**
 * A chunk as Gemini CLI's reader demands it, or an error event, which it passes over. Line feeds are
 * keep-alives.
 */
const GEMINI_FRAME = /^\n*(?:event: error\n)?data: \{[^\n]*\}\n\n$/;

/** The finish reason is the last word of an answer, and an error that of a broken one. */
function geminiEnding(chunks: readonly GeminiChunk[], text: string) {
  const isTerminal = ({ error, ...chunk }: GeminiChunk): boolean =>
    error !== undefined || finishesIn([chunk]).length > 0;
  const { error } = terminalOf(chunks, isTerminal, text);
  const said = textIn(chunks);
  return error === undefined ? { text: said } : { text: said, error: error.message };
}

const GEMINI: Client = {
  format: 'gemini',
  request: (model, stream) => ({
    path: stream ? geminiPath(model, STREAM, EVENTS) : geminiPath(model, 'generateContent'),
    body: shortGeminiTurn(),
  }),
  errorWords({ error }, status) {
    assert.equal((error as Json)['code'], status);
    assert.match(String((error as Json)['status']), /^[A-Z_]+$/);
    return messageIn(error);
  },
  textOf: (body) => geminiEnding([body as GeminiChunk], JSON.stringify(body)).text,
  read(text) {
    const frames = framesIn(text);
    const chunks = frames.map(({ data, event, raw }) => {
      assert.match(raw, GEMINI_FRAME);
      const chunk = JSON.parse(data) as GeminiChunk;
      assert.equal(event, chunk.error === undefined ? undefined : 'error');
      return chunk;
    });
    return geminiEnding(chunks, text);
  },
};

const GEMINI_ARRAY: Client = {
  ...GEMINI,
  streamForm: 'array',
  request: (model) => ({ path: geminiPath(model, STREAM), body: shortGeminiTurn() }),
  read: (text) => geminiEnding(JSON.parse(text) as GeminiChunk[], text),
};

/** All dialects. */
export const CLIENTS = {
  chat: CHAT,
  responses: RESPONSES,
  claude: CLAUDE,
  'gemini events': GEMINI,
  'gemini array': GEMINI_ARRAY,
  completions: COMPLETIONS,
} satisfies Record<string, Client>;

/** Name of a dialect. */
export type ClientName = keyof typeof CLIENTS;
