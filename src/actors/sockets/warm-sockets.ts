/**
 * The continuity cache of one credential: its open upstream sockets by conversation, and what each
 * of them knows. A socket that is busy, too old or closed serves no new turn.
 */
import type { ChainEnd } from '../../formats/codex/input-chain.ts';
import type { SocketConfig } from '../../config/types.ts';
import type { UpstreamSocket } from '../../upstream/socket/types.ts';

/**
 * Sockets of one conversation: its main thread, sub-agents and side requests at once. Further turns
 * take over the one that rested longest, or go over HTTP while all are busy.
 */
export const MAX_PER_CONVERSATION = 4;

/**
 * Milliseconds for which a credential whose upstream refused the upgrade is asked over HTTP: such an
 * upstream does not change its mind within a session, and asking costs a round trip each time.
 */
export const REFUSED_MS = 10 * 60_000;

/** What the upstream remembers on a socket after a turn. Its size does not grow with the turns. */
export interface SocketMemory {
  readonly responseId: string;
  /** The conversation up to and including that response. */
  readonly chain: ChainEnd;
  readonly settings: string;
}

/** A socket and what it is good for. */
export interface WarmSocket {
  readonly socket: UpstreamSocket;
  readonly conversation: string;
  /** The client WebSocket that used it last; null = an HTTP client. */
  session: string | null;
  /** Undefined: only a full input makes sense. */
  memory: SocketMemory | undefined;
}

/** All sockets of one credential. */
export class WarmSockets {
  #limits: SocketConfig;
  /** By conversation; in the order of their last use, here and in the lists. */
  readonly #sockets = new Map<string, WarmSocket[]>();
  #count = 0;
  #connecting = 0;
  #refusedUntil = 0;

  constructor(limits: SocketConfig) {
    this.#limits = limits;
  }

  set limits(limits: SocketConfig) {
    this.#limits = limits;
  }

  /** Sockets that are open or being opened. */
  get size(): number {
    return this.#count + this.#connecting;
  }

  /** The upstream takes no upgrade. */
  refused(nowMs: number): void {
    this.#refusedUntil = nowMs + REFUSED_MS;
  }

  isRefused(nowMs: number): boolean {
    return nowMs < this.#refusedUntil;
  }

  /** Sockets of a conversation that may take a turn now, longest rested first. */
  idle(conversation: string, nowMs: number): WarmSocket[] {
    const usable: WarmSocket[] = [];
    for (const warm of [...(this.#sockets.get(conversation) ?? [])]) {
      if (!warm.socket.open || warm.socket.busy) continue;
      if (this.#isOld(warm, nowMs)) warm.socket.close();
      else usable.push(warm);
    }
    return usable;
  }

  /** May a further socket be opened? At the credential's bound the longest rested one is closed. */
  makeRoom(conversation: string): boolean {
    const own = this.#sockets.get(conversation)?.length ?? 0;
    if (own >= MAX_PER_CONVERSATION) return false;
    if (this.size < this.#limits.perCredential) return true;
    return this.#closeLongestRested();
  }

  /** A handshake begins; call the result when it is over, before `add`. */
  connecting(): () => void {
    this.#connecting += 1;
    let over = false;
    return () => {
      if (!over) this.#connecting -= 1;
      over = true;
    };
  }

  add(conversation: string, socket: UpstreamSocket): WarmSocket {
    const warm: WarmSocket = { socket, conversation, session: null, memory: undefined };
    socket.onClosed = () => this.#remove(warm);
    this.#put(warm);
    this.#count += 1;
    return warm;
  }

  /** The socket is used now. */
  touch(warm: WarmSocket): void {
    const list = this.#sockets.get(warm.conversation);
    const at = list?.indexOf(warm) ?? -1;
    if (list === undefined || at < 0) return;
    list.splice(at, 1);
    this.#sockets.delete(warm.conversation);
    list.push(warm);
    this.#sockets.set(warm.conversation, list);
  }

  /** Closes what rests; what carries a turn closes behind it (`retire`), or at once with `busyToo`. */
  closeAll(busyToo: boolean): void {
    for (const list of [...this.#sockets.values()]) {
      for (const warm of [...list]) {
        if (busyToo || !warm.socket.busy) warm.socket.close();
        else this.#remove(warm);
      }
    }
  }

  /** Is this socket still one of ours? False for one that outlived a change of its credential. */
  holds(warm: WarmSocket): boolean {
    return this.#sockets.get(warm.conversation)?.includes(warm) ?? false;
  }

  #isOld({ socket }: WarmSocket, nowMs: number): boolean {
    const { maxAgeMs } = this.#limits;
    return maxAgeMs > 0 && nowMs - socket.openedAt >= maxAgeMs;
  }

  #closeLongestRested(): boolean {
    for (const list of this.#sockets.values()) {
      const resting = list.find(({ socket }) => !socket.busy);
      if (resting === undefined) continue;
      this.#remove(resting);
      resting.socket.close();
      return true;
    }
    return false;
  }

  #put(warm: WarmSocket): void {
    const list = this.#sockets.get(warm.conversation);
    if (list === undefined) this.#sockets.set(warm.conversation, [warm]);
    else list.push(warm);
  }

  #remove(warm: WarmSocket): void {
    const list = this.#sockets.get(warm.conversation);
    const at = list?.indexOf(warm) ?? -1;
    if (list === undefined || at < 0) return;
    list.splice(at, 1);
    if (list.length === 0) this.#sockets.delete(warm.conversation);
    this.#count -= 1;
  }
}
