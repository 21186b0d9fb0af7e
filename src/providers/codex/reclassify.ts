/** Error bodies that get one common form, whatever wording the upstream chose (codex.md 5.4). */
import type { Fields } from '../../config/values.ts';
import { jsonObject, objectAt, statusText, textAt } from '../failure.ts';

interface Facts {
  status: number;
  /** Lower case. */
  type: string;
  code: string;
  /** The whole body, lower case. */
  text: string;
}

interface Class {
  type: string;
  code: string;
  test(facts: Facts): boolean;
}

const CONTEXT_TEXTS = ['context length', 'context_length', 'maximum context', 'too many tokens'];

const has = (text: string, phrases: readonly string[]): boolean =>
  phrases.some((phrase) => text.includes(phrase));

/** The first that fits counts. */
const CLASSES: readonly Class[] = [
  { type: 'invalid_request_error', code: 'context_too_large', test: isContext },
  {
    type: 'invalid_request_error',
    code: 'thinking_signature_invalid',
    test: ({ text }) => isBadSignature(text),
  },
  {
    type: 'invalid_request_error',
    code: 'previous_response_not_found',
    test: ({ text }) =>
      text.includes('previous_response_not_found') ||
      (text.includes('previous_response_id') && text.includes('not found')),
  },
  {
    type: 'authentication_error',
    code: 'auth_unavailable',
    test: ({ status, type, code, text }) =>
      status === 401 ||
      type === 'authentication_error' ||
      code === 'invalid_api_key' ||
      has(text, ['invalid or expired token', 'refresh_token_reused']),
  },
];

/** Is this the code of an input that is too long? */
export const isContextCode = (code: string): boolean =>
  code === 'context_length_exceeded' || code === 'context_too_large';

const SIGNATURE_TEXTS = [
  'invalid signature in thinking block',
  'invalid_encrypted_content',
  // What such an error is called from here on.
  'thinking_signature_invalid',
];

/** Does a text complain about encrypted reasoning? */
export const isBadSignature = (text: string): boolean => has(text.toLowerCase(), SIGNATURE_TEXTS);

/** A rate limit may speak of "too many tokens" per minute: its text says nothing about the input. */
function isContext({ status, type, code, text }: Facts): boolean {
  if (status === 413 || isContextCode(code)) return true;
  if (status === 429 || (type !== '' && type !== 'invalid_request_error')) return false;
  return has(text, CONTEXT_TEXTS);
}

/** The body for the client. Bodies of no class stay as they are. */
export function reclassified(status: number, body: string): string {
  const root = jsonObject(body);
  const error = objectAt(root, 'error');
  const found = CLASSES.find(({ test }) => test(factsOf(status, root, error, body)));
  if (found === undefined) return body;
  const message = textAt(error, 'message') || body.trim() || statusText(status);
  return JSON.stringify({ error: { message, type: found.type, code: found.code } });
}

function factsOf(status: number, root: Fields | undefined, error: Fields, body: string): Facts {
  return {
    status,
    type: textAt(error, 'type').toLowerCase(),
    code: (textAt(error, 'code') || textAt(root, 'code')).toLowerCase(),
    text: body.toLowerCase(),
  };
}
