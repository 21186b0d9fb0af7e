/** What the conversation of a turn decides: its continuity key, its connection, its kept reasoning. */
import { resolveContinuity, type Continuity } from './continuity/resolve.ts';
import type { ContinuitySource, TurnRequest } from '../turn.ts';
import type { TurnContext } from './turn-context.ts';
import type { UpstreamFormat } from '../formats/format.ts';

/** Kind of connection; `conversation` names the sockets that may know the turn. */
export type Connection = { transport: 'http' } | { transport: 'websocket'; conversation: string };

/** A connection that knows nothing of the conversation. */
export const OVER_HTTP = { transport: 'http' } as const;

const NO_CONTINUITY: Continuity = { key: undefined, source: 'none' };

/** The key by which the upstream knows the conversation, where it has one. */
export function continuityOf(
  { provider, record }: TurnContext,
  turn: TurnRequest,
  model: string,
): Continuity {
  return provider.usesContinuity(record)
    ? resolveContinuity(turn, model, record.id)
    : NO_CONTINUITY;
}

/** Signals that name one conversation; the others are shared by everything a client does. */
const ONE_CONVERSATION: ReadonlySet<ContinuitySource> = new Set([
  'prompt_cache_key',
  'execution_session',
  'request_affinity',
]);

/** Codex turns of a known conversation go over its warm socket, whatever their client speaks. */
export function connectionFor(
  { provider, record }: TurnContext,
  turn: TurnRequest,
  upstreamFormat: UpstreamFormat,
  { key, source }: Continuity,
): Connection {
  const able = record.websockets && provider.socketRequest !== undefined;
  if (!able || upstreamFormat !== 'codex' || turn.format === 'openai-image') return OVER_HTTP;
  if (key === undefined || !ONE_CONVERSATION.has(source)) return OVER_HTTP;
  return { transport: 'websocket', conversation: key };
}

/** Claude messages have no place of their own for the reasoning of Codex (codex.md 4.9). */
export function replayKey(
  { format, principal }: TurnRequest,
  upstreamFormat: UpstreamFormat,
  model: string,
  { key, source }: Continuity,
): string | undefined {
  if (format !== 'claude' || upstreamFormat !== 'codex') return undefined;
  if (key === undefined || !ONE_CONVERSATION.has(source)) return undefined;
  return [principal.scope, model, key].join('\0');
}
