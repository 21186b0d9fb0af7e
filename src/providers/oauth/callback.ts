/** The page on which a person logs in, and what it sends back (RFC 6749 4.1). */
import { shown } from './refusal.ts';

/** Random bytes of a state. */
export const STATE_BYTES = 16;

/** A page of a login service. */
export interface LoginPage {
  /** Registered for the client, so it stays the same when the local listener has another port. */
  readonly redirectUri: string;
  /** Address that a person opens. */
  url(challenge: string, state: string): string;
}

/** What a token endpoint changes into tokens. */
export interface Grant {
  code: string;
  verifier: string;
  redirectUri: string;
}

/** The grant of a page: services may want to see its state again. */
export interface PageGrant extends Grant {
  state: string;
}

/** What the page sent back. */
export type CallbackAnswer =
  | { kind: 'code'; code: string }
  /** The service refused; `reason` as it says. */
  | { kind: 'error'; reason: string }
  /** It belongs to another login. */
  | { kind: 'state' }
  /** Code or state is missing. */
  | { kind: 'incomplete' };

/** Reads the query of a callback. `state`: the one that was sent. */
export function readCallback(query: URLSearchParams, state: string): CallbackAnswer {
  const sent = query.get('state') ?? '';
  const error = query.get('error') ?? '';
  if (error !== '' && (sent === '' || sent === state)) {
    const description = query.get('error_description') ?? '';
    return { kind: 'error', reason: shown(description ? `${error}: ${description}` : error) };
  }
  const code = query.get('code') ?? '';
  if (error === '' && (code === '' || sent === '')) return { kind: 'incomplete' };
  return sent === state ? { kind: 'code', code } : { kind: 'state' };
}

/** `code#state`, as a page shows it that leads nowhere. */
const CODE_AND_STATE = /^([^\s?&=#]+)#([^\s?&=#]+)$/;

/**
 * The query of a pasted callback: a whole URL, or only what follows its question mark, or a code
 * with its state.
 */
export function pastedQuery(pasted: string): URLSearchParams {
  const text = pasted.trim();
  const [, code, state] = CODE_AND_STATE.exec(text) ?? [];
  if (code !== undefined && state !== undefined) return new URLSearchParams({ code, state });
  const mark = text.indexOf('?');
  const query = mark < 0 ? text : text.slice(mark + 1);
  return new URLSearchParams(query.split('#')[0]);
}
