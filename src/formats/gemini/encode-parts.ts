/**
 * Pieces of an answer → the JSON text of Gemini parts. Text, because a call's arguments are put in
 * as the upstream wrote them.
 */
import { argumentsJson } from './loose-arguments.ts';
import type { CodeRunEvent } from '../../canonical/events.ts';
import type { ToolKind } from '../../canonical/parts.ts';

/** What a call part is made of. */
export interface EncodedCall {
  kind: ToolKind;
  id: string;
  name: string;
  arguments: string;
  signature?: string;
}

/** Part of a stream or body that has nothing else to say. */
export const EMPTY_PART = '{"text":""}';

export const textPart = (text: string): string => `{"text":${JSON.stringify(text)}}`;

export const thoughtPart = (text: string, signature?: string): string =>
  `{"text":${JSON.stringify(text)},"thought":true${signedBy(signature)}}`;

const signedBy = (signature: string | undefined): string =>
  signature === undefined ? '' : `,"thoughtSignature":${JSON.stringify(signature)}`;

/** A free-form tool's input stands where a function has its arguments. */
export function callPart(call: EncodedCall): string {
  const args =
    call.kind === 'custom'
      ? JSON.stringify({ input: call.arguments })
      : argumentsJson(call.arguments);
  const id = call.id === '' ? '' : `"id":${JSON.stringify(call.id)},`;
  const named = `${id}"name":${JSON.stringify(call.name)}`;
  return `{"functionCall":{${named},"args":${args}}${signedBy(call.signature)}}`;
}

/** Code that the upstream ran, and what came of it. */
export function codeParts({ code, output, failed }: CodeRunEvent): string[] {
  const run = JSON.stringify({ executableCode: { language: 'PYTHON', code } });
  if (output === undefined) return [run];
  const outcome = failed ? 'OUTCOME_FAILED' : 'OUTCOME_OK';
  return [run, JSON.stringify({ codeExecutionResult: { outcome, output } })];
}

const DATA_URL = /^data:([^;,]*)[^,]*;base64,/;

/** A picture: its data, or where it can be loaded. */
export function imagePart(url: string): string {
  const head = DATA_URL.exec(url);
  if (head === null) return JSON.stringify({ fileData: { fileUri: url } });
  const mimeType = head[1] || 'image/png';
  return JSON.stringify({ inlineData: { mimeType, data: url.slice(head[0].length) } });
}
