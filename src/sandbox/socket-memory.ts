/**
 * What one WebSocket of the sandbox knows: the answer given last and the conversation that led to it.
 * Only that answer can be continued, and only here; a turn that fails takes with it what it built on.
 */

/** Life of a socket, as the real upstream ends them. */
export const MAX_SOCKET_AGE_MS = 60 * 60_000;

/** Bytes of one conversation; above the context of every model. */
export const MAX_CONVERSATION_BYTES = 64 * 1024 * 1024;

/** The answer given last. */
interface Remembered {
  responseId: string;
  /** Tools and instructions of its turn, as the model saw them. */
  settings: string;
  /** Its input and its output, item by item. */
  items: unknown[];
}

export class SocketMemory {
  readonly #openedAtMs: number;
  #last: Remembered | undefined;

  constructor(openedAtMs: number) {
    this.#openedAtMs = openedAtMs;
  }

  isTooOld(nowMs: number): boolean {
    return nowMs - this.#openedAtMs >= MAX_SOCKET_AGE_MS;
  }

  /** Items that the named answer stands for; undefined: it is not known here. */
  itemsOf(previousResponseId: string | undefined): unknown[] | undefined {
    if (previousResponseId === undefined) return [];
    return this.#last?.responseId === previousResponseId ? this.#last.items : undefined;
  }

  /** Are tools and instructions those of the turn before? Else nothing of it is of use. */
  hasSettings(settings: string | undefined): boolean {
    return this.#last?.settings === settings;
  }

  remember(responseId: string, settings: string, items: unknown[]): void {
    this.#last = { responseId, settings, items };
  }

  /** The turn that continued this answer failed. */
  forget(previousResponseId: string | undefined): void {
    if (this.#last?.responseId === previousResponseId) this.#last = undefined;
  }
}
