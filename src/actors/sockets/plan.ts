/**
 * On which socket of its conversation a turn goes, and how much of it has to travel (codex.md 2.5,
 * 3.6). Reads what the sockets know, changes nothing.
 */
import { firstNewItem, type ScannedRequest } from '../../formats/codex/input-chain.ts';
import { memberOf, readString } from '../../json/scan.ts';
import type { FrameExtent } from '../../formats/codex/socket-frame.ts';
import type { WarmSocket } from './warm-sockets.ts';

/** What a turn asks for. */
export interface SocketAsk {
  readonly scan: ScannedRequest;
  /** The client WebSocket it came on; null = an HTTP client. */
  readonly session: string | null;
  /** Its input continues an answer that only the conversation's socket knows. */
  readonly continues: boolean;
}

/** What to do. */
export type SocketPlan =
  | { do: 'send'; warm: WarmSocket; extent: FrameExtent }
  | { do: 'open' }
  /** All sockets are busy and there may be no further one. */
  | { do: 'http' }
  /** The answer to be continued is on none of the sockets. */
  | { do: 'replay' };

/**
 * `idle`: sockets that may take a turn, longest rested first. `makeRoom`: may there be a further one?
 * It is called at most once, and only when the answer matters.
 */
export function planTurn(
  ask: SocketAsk,
  idle: readonly WarmSocket[],
  makeRoom: () => boolean,
): SocketPlan {
  const wanted = previousResponseId(ask.scan);
  const holder = wanted === undefined ? undefined : idle.find((warm) => knows(warm, wanted));
  if (holder !== undefined) return { do: 'send', warm: holder, extent: { kind: 'client' } };
  if (ask.continues) return { do: 'replay' };
  return increment(ask, idle) ?? full(ask, idle, makeRoom);
}

/** The answer that a request names as the one before; undefined: none. */
function previousResponseId({ body, members }: ScannedRequest): string | undefined {
  const member = memberOf(members, 'previous_response_id');
  return member && (readString(body, member.valueStart, member.valueEnd) || undefined);
}

const knows = ({ memory }: WarmSocket, id: string): boolean => memory?.responseId === id;

function increment(ask: SocketAsk, idle: readonly WarmSocket[]): SocketPlan | undefined {
  for (const warm of idle) {
    const { memory } = warm;
    if (memory === undefined || memory.settings !== ask.scan.settings) continue;
    const from = firstNewItem(ask.scan, memory.chain);
    if (from === undefined) continue;
    const { responseId: previousResponseId } = memory;
    return { do: 'send', warm, extent: { kind: 'increment', from, previousResponseId } };
  }
  return undefined;
}

/**
 * All items: on the client's own socket, or on one that knows this conversation under other settings,
 * else on a new one. Taking over a stranger's socket would cost that one its increments.
 */
function full(ask: SocketAsk, idle: readonly WarmSocket[], makeRoom: () => boolean): SocketPlan {
  const own = idle.find(
    ({ session, memory }) =>
      (ask.session !== null && session === ask.session) ||
      memory === undefined ||
      firstNewItem(ask.scan, memory.chain) !== undefined,
  );
  if (own === undefined && makeRoom()) return { do: 'open' };
  const warm = own ?? idle[0];
  return warm === undefined ? { do: 'http' } : { do: 'send', warm, extent: { kind: 'full' } };
}
