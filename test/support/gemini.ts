/** What Gemini clients send and read, for tests. */
import assert from 'node:assert/strict';
import { parseFrames } from './http-client.ts';

/** A `GenerateContentResponse`, as far as tests look at it. */
export interface GeminiChunk {
  candidates?: {
    content?: { role: string; parts: GeminiPart[] };
    finishReason?: string;
    index: number;
  }[];
  usageMetadata?: Record<string, number>;
  modelVersion?: string;
  responseId?: string;
  error?: { code: number; message: string; status: string; details?: Record<string, string>[] };
}

export interface GeminiPart {
  text?: string;
  thought?: boolean;
  functionCall?: { id?: string; name: string; args: unknown };
}

/** Path of a turn. */
export const geminiPath = (model: string, verb: string, query = ''): string =>
  `/v1beta/models/${model}:${verb}${query}`;

export const STREAM = 'streamGenerateContent';
export const EVENTS = '?alt=sse';

/** A body that asks for a short answer. */
export const shortGeminiTurn = (): Record<string, unknown> => ({
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
});

/** Chunks of an event stream; fails on anything that Gemini CLI's strict reader can not take. */
export function chunksIn(text: string): GeminiChunk[] {
  const frames = parseFrames(text);
  assert.equal(frames.map(({ raw }) => raw).join(''), text, 'nothing but whole frames');
  return frames.map(({ raw, data }) => {
    assert.match(raw, /^\n*data: \{[^\n]*\}\n\n$/, 'one line of data, and nothing else');
    return JSON.parse(data) as GeminiChunk;
  });
}

/** Text of the answer without its thoughts. */
export function textIn(chunks: readonly GeminiChunk[]): string {
  return partsIn(chunks)
    .filter(({ thought }) => thought !== true)
    .map(({ text = '' }) => text)
    .join('');
}

/** All parts of the first candidate. */
export function partsIn(chunks: readonly GeminiChunk[]): GeminiPart[] {
  return chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
}

/** Finish reasons, in their order: a whole answer has one, in its last chunk. */
export function finishesIn(chunks: readonly GeminiChunk[]): string[] {
  return chunks.flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? []);
}
