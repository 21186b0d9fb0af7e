/**
 * The reasoning that one account issued, by conversation (codex.md 4.9). In memory only. The longest
 * unused conversation goes first; time is an argument.
 */
import { isSamePlace, type ReplayTurn } from '../../formats/codex/reasoning-replay/turn.ts';

/** A conversation is forgotten that long after its last turn, milliseconds. */
export const REPLAY_TTL_MS = 60 * 60 * 1000;

/** Conversations of one account; when they are reached, so many go at once. */
export const MAX_CONVERSATIONS = 10_240;
export const CONVERSATIONS_DROPPED = 128;

/**
 * Answers and bytes of one conversation. When one is reached, the older half goes: each time that
 * something goes, the upstream has to read the conversation anew, so it must not be every turn.
 */
export const MAX_TURNS = 256;
export const MAX_CONVERSATION_BYTES = 16 * 1024 * 1024;

/** Bytes of all conversations of one account; a long one has about 1 MiB. The longest unused goes. */
export const MAX_ACCOUNT_BYTES = 32 * 1024 * 1024;

interface Conversation {
  turns: ReplayTurn[];
  bytes: number;
  usedAtMs: number;
}

const NOTHING: readonly ReplayTurn[] = [];

/** See the head of the file. */
export class ReplayStore {
  /** Longest unused first. */
  readonly #conversations = new Map<string, Conversation>();
  #bytes = 0;

  get size(): number {
    return this.#conversations.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Answers of a conversation, oldest first. */
  turns(key: string, nowMs: number): readonly ReplayTurn[] {
    return this.#used(key, nowMs)?.turns ?? NOTHING;
  }

  /** Adds an answer; one in the same place is replaced. */
  add(key: string, turn: ReplayTurn, nowMs: number): void {
    if (turn.bytes > MAX_CONVERSATION_BYTES) return;
    const known = this.#used(key, nowMs);
    if (known === undefined) this.#makeRoom(nowMs);
    const others = known?.turns.filter((other) => !isSamePlace(other, turn)) ?? [];
    this.forget(key);
    this.#keep(key, bounded([...others, turn]), nowMs);
    while (this.#bytes > MAX_ACCOUNT_BYTES) this.#dropOldest();
  }

  forget(key: string): void {
    this.#bytes -= this.#conversations.get(key)?.bytes ?? 0;
    this.#conversations.delete(key);
  }

  #keep(key: string, turns: ReplayTurn[], usedAtMs: number): void {
    const bytes = bytesOf(turns);
    this.#bytes += bytes;
    this.#conversations.set(key, { turns, bytes, usedAtMs });
  }

  /** The conversation, which becomes the last to go. */
  #used(key: string, nowMs: number): Conversation | undefined {
    const conversation = this.#conversations.get(key);
    if (conversation === undefined) return undefined;
    if (isOver(conversation, nowMs)) {
      this.forget(key);
      return undefined;
    }
    conversation.usedAtMs = nowMs;
    this.#conversations.delete(key);
    this.#conversations.set(key, conversation);
    return conversation;
  }

  #makeRoom(nowMs: number): void {
    for (const [key, conversation] of this.#conversations) {
      if (!isOver(conversation, nowMs)) break;
      this.forget(key);
    }
    if (this.#conversations.size < MAX_CONVERSATIONS) return;
    for (let count = 0; count < CONVERSATIONS_DROPPED; count += 1) this.#dropOldest();
  }

  #dropOldest(): void {
    for (const key of this.#conversations.keys()) {
      this.forget(key);
      return;
    }
  }
}

const isOver = ({ usedAtMs }: Conversation, nowMs: number): boolean =>
  nowMs - usedAtMs >= REPLAY_TTL_MS;

const bytesOf = (turns: readonly ReplayTurn[]): number =>
  turns.reduce((sum, { bytes }) => sum + bytes, 0);

function bounded(turns: ReplayTurn[]): ReplayTurn[] {
  const fits = turns.length <= MAX_TURNS && bytesOf(turns) <= MAX_CONVERSATION_BYTES;
  return fits ? turns : bounded(turns.slice(Math.ceil(turns.length / 2)));
}
