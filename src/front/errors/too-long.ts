/** Errors that say a conversation no longer fits its model, in the words of any upstream. */
import { answerStatus, failureText, parsedJson, type Failure } from './body.ts';
import { isObject } from '../../canonical/value.ts';

/** Of OpenAI, and what codex.md 5.4 makes of it. */
const CODES: ReadonlySet<unknown> = new Set(['context_length_exceeded', 'context_too_large']);

/** OpenAI and servers with its dialect, Google, xAI. Elsewhere these words are about rates. */
const WORDS = [
  /maximum (?:context|prompt) length/i,
  /exceeds? (?:the|its|this model's)?\s*(?:available )?context (?:window|length|size)/i,
  /input token count.{0,40}exceeds the maximum/is,
];

const STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

/** Must the client shorten the conversation before it asks again? */
export function isTooLong(failure: Failure): boolean {
  if (!STATUSES.has(answerStatus(failure))) return false;
  if (CODES.has(codeOf(failure))) return true;
  const text = failureText(failure);
  return WORDS.some((words) => words.test(text));
}

function codeOf({ body }: Failure): unknown {
  const value = typeof body === 'string' ? parsedJson(body) : undefined;
  const error = isObject(value) ? value['error'] : undefined;
  return isObject(error) ? error['code'] : undefined;
}
