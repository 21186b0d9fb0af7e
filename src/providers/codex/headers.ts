/** Headers of a Codex request over HTTP (codex.md 1.2). */
import { PRODUCT_TOKEN } from '../../version.ts';
import { clientHeader, HeaderList, setCustomHeaders } from '../headers.ts';
import { isCompactPath } from '../paths.ts';
import type { BuildInput } from '../types.ts';
import { openTurnState, TURN_STATE_HEADER } from './turn-state.ts';

/** Headers that are the client's own business and travel as they are. */
const FROM_CLIENT = [
  'X-Codex-Beta-Features',
  'Version',
  'X-Codex-Turn-Metadata',
  'X-Client-Request-Id',
  'X-Codex-Window-Id',
  'Thread-Id',
  'X-OpenAI-Internal-Codex-Responses-Lite',
] as const;

/** What Switchyard calls itself where a ChatGPT account wants to know the program. */
export const ORIGINATOR = 'switchyard';

/**
 * Flat pairs: the conversation's key, the fixed table, then the credential's own headers. Other than
 * in the reference, a client's `Session-Id` never differs from the key in the body: it is one of the
 * signals that make the key (codex.md 4.7). `Connection` is left to the HTTP client.
 */
export function codexHeaders(input: BuildInput): string[] {
  const { record, turn } = input;
  const oauth = record.kind === 'oauth';
  const sent = (name: string): string | undefined => clientHeader(turn.headers, name);
  const list = new HeaderList();
  list.set('Session-Id', input.cacheKey ?? sent('session-id'));
  list.set('Content-Type', 'application/json');
  if (input.token.trim() !== '') list.set('Authorization', `Bearer ${input.token}`);
  for (const name of FROM_CLIENT) list.set(name, sent(name.toLowerCase()));
  list.set(TURN_STATE_HEADER, openTurnState(record.handle, sent(TURN_STATE_HEADER)));
  const configuredAgent = oauth ? input.defaults.userAgent.trim() : '';
  list.set('User-Agent', configuredAgent || (sent('user-agent') ?? PRODUCT_TOKEN));
  list.set('Accept', wantsJson(input) ? 'application/json' : 'text/event-stream');
  list.set('Originator', sent('originator') ?? (oauth ? ORIGINATOR : undefined));
  if (oauth) list.set('Chatgpt-Account-Id', input.accountId);
  setCustomHeaders(list, record.headers, turn.headers);
  return list.flat();
}

/** Every other request is answered as a stream, whatever the client asked for (codex.md 1.2). */
function wantsJson({ format, turn, streaming }: BuildInput): boolean {
  return isCompactPath(turn.path) || (format === 'openai-image' && !streaming);
}
