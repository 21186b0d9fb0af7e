/**
 * What the specification wants of each client on each upstream when a stream goes wrong. Derived from
 * it, not from the program: routing.md 6.2, 7.7, 11; codex.md 1.11, 5.2, 7; providers.md 7.5, 12.4;
 * translate-openai-claude.md 4.4, 6.4, 8.5, 9, 10.4, 10.5; translate-gemini-thinking.md 1.3, 5.5, 6.2,
 * 7.2, 8.2, 9.2. Two rules stand above them: nothing that may have been billed is sent again unless
 * the upstream says that it did not take it, and a stream has exactly one terminal event.
 */
import type { FamilyName } from '../../support/families.ts';
import type { ClientName } from './clients.ts';
import { FIRST, TEXT } from './wires.ts';

/** How far the answer had come. */
export type Progress = 'nothing' | 'begin' | 'first' | 'rest';

/** What a fault amounts to. */
export type Outcome =
  /** None: the client gets a whole answer. */
  | { is: 'whole'; text?: string }
  /** The connection broke: only this turn is lost. */
  | { is: 'cut'; after: Progress }
  /** A clean end before the last word. */
  | { is: 'unfinished'; after: Progress }
  /** Bytes that are no answer. */
  | { is: 'unusable'; after: Progress }
  /** The upstream says that it failed: another account is asked, and this one rests. */
  | { is: 'failed'; after: Progress }
  /** The upstream says that the request is wrong. */
  | { is: 'refused'; after: Progress };

/** What a client has to be told, and what becomes of the accounts. */
export interface Expected {
  kind: 'ok' | 'refused' | 'broken';
  status: number;
  text: string;
  /** How often the turn was sent. */
  sent: number;
  /** Does the first account rest afterwards? */
  rests: boolean;
}

/**
 * Clients that are shown how an answer begins, by upstream. Others get nothing before the first text,
 * so the turn can still move: `response.created` has no chat chunk (4.4), Gemini clients take a chunk
 * without content for a broken stream (clients.md 4.4), text completions have text only. Where both
 * sides speak the same format it is forwarded.
 */
const SHOWN_BEGIN: Readonly<Record<ClientName, readonly FamilyName[]>> = {
  chat: ['chat'],
  responses: ['chat', 'codex', 'claude', 'gemini'],
  claude: ['chat', 'codex', 'claude', 'gemini'],
  'gemini events': ['gemini'],
  'gemini array': ['gemini'],
  completions: [],
};

/** A stream without its end: 408 is Codex' word for it (codex.md 1.11), 502 that of 7.5 and 12.4. */
const UNFINISHED: Readonly<Record<FamilyName, number>> = {
  chat: 502,
  codex: 408,
  claude: 502,
  gemini: 408,
};

const TEXTS: Readonly<Record<Progress, string>> = {
  nothing: '',
  begin: '',
  first: FIRST,
  rest: TEXT,
};

/** The whole table. */
export function expectedOf(
  outcome: Outcome,
  client: ClientName,
  upstream: FamilyName,
  stream: boolean,
): Expected {
  if (outcome.is === 'whole') return whole(outcome.text, 1, false);
  const { is, after } = outcome;
  const rests = is === 'failed';
  const begun = after === 'begin' ? SHOWN_BEGIN[client].includes(upstream) : after !== 'nothing';
  if (stream && begun) return { kind: 'broken', status: 200, text: TEXTS[after], sent: 1, rests };
  if (is === 'failed') return whole(TEXT, 2, rests);
  const status = is === 'refused' ? 400 : is === 'unfinished' ? UNFINISHED[upstream] : 502;
  return { kind: 'refused', status, text: '', sent: 1, rests };
}

const whole = (text = TEXT, sent: number, rests: boolean): Expected => ({
  kind: 'ok',
  status: 200,
  text,
  sent,
  rests,
});
