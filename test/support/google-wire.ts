/** Answers of a scripted Gemini API. */
import type { TurnOptions } from './turns.ts';

type Json = Record<string, unknown>;

/** A signature that Google could have issued. */
export const SIGNATURE = 'EgQKAgEC';

/** One chunk of an answer, or a whole one. */
export const googleChunk = (parts: readonly Json[], usage: Json, more: Json = {}): Json => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  modelVersion: 'gemini-2.5-pro',
  responseId: 'r-77',
  createTime: '2026-01-02T03:04:05.678Z',
  usageMetadata: usage,
});

/** Chunks of one streamed answer, a part each; the last one ends it. */
export const googleTurn = (options: TurnOptions = {}): Json[] => {
  const parts = partsOf(options);
  return parts.map((part, index) => ({
    ...googleChunk([part], USAGE, index === parts.length - 1 ? { finishReason: 'STOP' } : {}),
    responseId: idOf(options),
  }));
};

/** The JSON of one whole answer. */
export const googleObject = (options: TurnOptions = {}): Json => ({
  ...googleChunk(partsOf(options), USAGE, { finishReason: 'STOP' }),
  responseId: idOf(options),
});

/** Chunks as SSE text, with the line ends that Google sends. */
export const googleSse = (chunks: readonly Json[]): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');

/** An error body of Google. */
export const googleError = (code: number, status: string, message: string): Json => ({
  error: { code, message, status },
});

/** The same numbers as the default of `turns.ts`: here thoughts are not among the output. */
const USAGE = {
  promptTokenCount: 120,
  cachedContentTokenCount: 100,
  candidatesTokenCount: 18,
  thoughtsTokenCount: 12,
  totalTokenCount: 150,
};

const idOf = ({ id = '77' }: TurnOptions): string => `r-${id}`;

function partsOf({ text, toolCall, reasoning }: TurnOptions): Json[] {
  const words = text ?? (toolCall === undefined ? 'Hello from upstream' : '');
  const middle = Math.ceil(words.length / 2);
  const texts = [words.slice(0, middle), words.slice(middle)].filter((half) => half !== '');
  const parts: Json[] = texts.map((half) => ({ text: half }));
  if (reasoning !== undefined) parts.unshift({ text: reasoning, thought: true });
  if (toolCall === undefined) return parts;
  const { callId, name, arguments: args } = toolCall;
  const functionCall = { id: callId, name, args: JSON.parse(args) as Json };
  return [...parts, { functionCall, thoughtSignature: SIGNATURE }];
}
