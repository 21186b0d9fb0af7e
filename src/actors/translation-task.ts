/**
 * The CPU pool's only task: one request body from one format to another. Errors come back as plain
 * data, because the structured clone would strip an error of its code.
 */
import { SwitchyardError, toSwitchyardError, type ErrorCode } from '../errors.ts';
import { encodeBody } from '../formats/payload/encode.ts';
import { pairFor } from '../formats/pairs.ts';
import type { ClientFormat, RequestContext, UpstreamFormat } from '../formats/format.ts';

/** Input of the task; plain data, cloned to the pool's thread. */
export interface TranslationTask {
  client: ClientFormat;
  upstream: UpstreamFormat;
  body: Uint8Array;
  context: RequestContext;
}

/** Output of the task. */
export type TranslationResult =
  | { body: Uint8Array }
  | { error: { code: ErrorCode; message: string; status: number; param: string | undefined } };

/** Runs in a pool thread. */
export function translate(task: TranslationTask): TranslationResult {
  try {
    return { body: encode(task) };
  } catch (thrown) {
    const { code, message, status, param } = toSwitchyardError(thrown);
    return { error: { code, message, status, param } };
  }
}

/** The body of a finished task. @throws SwitchyardError what the task reported. */
export function bodyOf(result: TranslationResult): Uint8Array {
  if ('body' in result) return result.body;
  const { code, ...details } = result.error;
  throw new SwitchyardError(code, details);
}

function encode(task: TranslationTask): Uint8Array {
  const pair = pairFor(task.client, task.upstream);
  if (pair === undefined) {
    throw new SwitchyardError('internal', {
      message: `no translation from ${task.client} to ${task.upstream}`,
    });
  }
  return encodeBody(pair, task.upstream, task.body, task.context);
}
