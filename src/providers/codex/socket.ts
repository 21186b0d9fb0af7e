/** The WebSocket handshake of a Codex upstream (codex.md 2.2). */
import { PRODUCT_TOKEN } from '../../version.ts';
import { clientHeader, HeaderList, setCustomHeaders } from '../headers.ts';
import { ORIGINATOR } from './headers.ts';
import { openTurnState, TURN_STATE_HEADER } from './turn-state.ts';
import type { BuildInput } from '../types.ts';
import type { SocketRequest } from '../../upstream/socket/types.ts';

/** Version of the protocol that is spoken here. */
const BETA = 'responses_websockets=2026-02-06';

/** Headers that are the client's own business and travel as they are. */
const FROM_CLIENT = [
  'x-codex-turn-metadata',
  'x-client-request-id',
  'x-responsesapi-include-timing-metrics',
  'Version',
] as const;

/**
 * The handshake for a turn. The key of the conversation stands in `session_id` and `Conversation_id`,
 * as in the body (4.5). `baseUrl`: without trailing slash, `http:` or `https:`.
 */
export function codexSocketRequest(input: BuildInput, baseUrl: string): SocketRequest {
  return {
    url: `${baseUrl.replace(/^http/i, 'ws')}/responses`,
    headers: handshakeHeaders(input),
    proxyUrl: input.proxyUrl,
  };
}

function handshakeHeaders(input: BuildInput): string[] {
  const { record, turn, defaults } = input;
  const oauth = record.kind === 'oauth';
  const sent = (name: string): string | undefined => clientHeader(turn.headers, name);
  const session = sent('session-id') ?? sent('session_id');
  const list = new HeaderList();
  if (input.token.trim() !== '') list.set('Authorization', `Bearer ${input.token}`);
  list.set('OpenAI-Beta', betaOf(sent('openai-beta')));
  list.set('session_id', input.cacheKey ?? session);
  list.set('Conversation_id', input.cacheKey);
  const features = oauth ? defaults.betaFeatures : '';
  list.set('x-codex-beta-features', sent('x-codex-beta-features') ?? features);
  list.set(TURN_STATE_HEADER, openTurnState(record.handle, sent(TURN_STATE_HEADER)));
  for (const name of FROM_CLIENT) list.set(name, sent(name.toLowerCase()));
  const configuredAgent = oauth ? defaults.userAgent.trim() : '';
  const ownAgent = oauth ? PRODUCT_TOKEN : undefined;
  list.set('User-Agent', configuredAgent || (sent('user-agent') ?? ownAgent));
  list.set('Originator', sent('originator') ?? (oauth ? ORIGINATOR : undefined));
  if (oauth) list.set('ChatGPT-Account-ID', input.accountId);
  setCustomHeaders(list, record.headers, turn.headers);
  return list.flat();
}

const betaOf = (sent: string | undefined): string =>
  sent?.includes('responses_websockets=') === true ? sent : BETA;
