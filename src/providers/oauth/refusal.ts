/** What a login service says when it refuses, for a person to read. */
import { maskText } from '../../observe/mask.ts';
import { jsonObject, objectAt, textAt } from '../failure.ts';

/** Characters of an error that are shown. */
const MAX_REASON_CHARS = 300;

/** A refusal in one line: its status and its own words. */
export function refusalOf(status: number, body: string): string {
  const answer = jsonObject(body);
  const nested = objectAt(answer, 'error');
  const words = [
    textAt(answer, 'error') || textAt(nested, 'code') || textAt(nested, 'type'),
    textAt(answer, 'error_description') || textAt(nested, 'message') || textAt(answer, 'message'),
  ].filter((part) => part !== '');
  return shown([`status ${status}`, ...words].join(': '));
}

/** Foreign words on a terminal: one line, no control characters, no token, not endless. */
export const shown = (text: string): string =>
  maskText(text.replace(/[\p{Cc}\s]+/gu, ' ').trim()).slice(0, MAX_REASON_CHARS);
