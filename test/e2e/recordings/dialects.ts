/** What a client of each dialect makes of an answer. Fails on any second end, or none. */
import assert from 'node:assert/strict';
import type { ClientAnswer } from '../../support/http-client.ts';
import { heardByChat } from './forms/chat.ts';
import { heardByClaude } from './forms/claude.ts';
import { heardByGemini } from './forms/gemini.ts';
import { heardByResponses } from './forms/responses.ts';
import type { Json } from './forms/text.ts';
import type { Form } from './said.ts';

/** One answer in neutral terms. */
export interface Heard {
  text: string;
  reasoning: string;
  /** Proofs of the reasoning, wherever the dialect has a place for them. */
  proofs: string[];
  /** `input` is the parsed value. `namespace`: where the form has one, it is part of the name too. */
  calls: { id: string; name: string; input: unknown; namespace?: string }[];
  /** Did the model stop to have a tool called? Responses say it by the call alone. */
  stoppedForCall: boolean;
  usage: { input: number; cached: number; output: number };
  /** Tokens of the reasoning, where the dialect tells them. */
  reasoningTokens: number | undefined;
}

/** Reads a whole answer, streamed or not. */
export async function heardIn(form: Form, streams: boolean, answer: ClientAnswer): Promise<Heard> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.state, 'complete');
  const type = answer.headers['content-type'] ?? '';
  assert.match(type, streams ? /^text\/event-stream/ : /^application\/json/);
  return READERS[form](answer, text, streams);
}

type Reader = (answer: ClientAnswer, text: string, streams: boolean) => Promise<Heard> | Heard;

const READERS: Readonly<Record<Form, Reader>> = {
  chat: heardByChat,
  responses: heardByResponses,
  claude: heardByClaude,
  gemini: heardByGemini,
};

/** The error that a client of this dialect reads. */
export async function errorIn(form: Form, answer: ClientAnswer): Promise<Json> {
  const body = await answer.json();
  const error = body['error'] as Json;
  assert.equal(typeof error['message'], 'string');
  if (form === 'claude') assert.equal(body['type'], 'error');
  return error;
}
