/** What the readers of all forms share. */

import { parseFrames } from '../../../support/http-client.ts';

export type Json = Record<string, unknown>;

/** A text, or the texts of a list of parts, one a line. */
export function textsOf(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return (content as { text: string }[]).map(({ text }) => text).join('\n');
}

/** Data of all events that are objects. */
export const dataOf = (text: string): Json[] =>
  parseFrames(text)
    .filter(({ data }) => data.startsWith('{'))
    .map(({ data }) => JSON.parse(data) as Json);

/** A signature of Google travels in a carrier that names its neighbour. */
export function uncarried(proof = ''): string {
  const carried = /^cpa-gemini-(?:responses-)?carrier-v1:next:function:(.+)$/.exec(proof)?.[1];
  return carried === undefined ? proof : Buffer.from(carried, 'base64').toString();
}
