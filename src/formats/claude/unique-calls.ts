/**
 * Ids of calls that occur once in a request. Anthropic refuses a second call with one id; some upstreams
 * number their calls anew in every answer, and clients send such histories to whichever model comes next.
 */
import type { Part } from '../../canonical/parts.ts';
import { upstreamCallId } from './encode-blocks.ts';

/** The ids of one request, in its order: the same beginning gives the same ids. */
export class UniqueCalls {
  /** Ids in use, and how many more were made of each. */
  readonly #used = new Map<string, number>();
  /** Id as the client wrote it → ids for the upstream whose results are still to come. */
  readonly #open = new Map<string, string[]>();
  /** The id that was answered last: a further result is a repetition of that one. */
  readonly #answered = new Map<string, string>();

  /** The part with the id that the upstream gets; parts without an id stay. */
  named(part: Part): Part {
    if (part.type === 'tool_call' && part.id !== '') return { ...part, id: this.#ofCall(part.id) };
    if (part.type !== 'tool_result' || part.callId === '') return part;
    return { ...part, callId: this.#ofResult(part.callId) };
  }

  #ofCall(sent: string): string {
    const wanted = upstreamCallId(sent, sent);
    let id = wanted;
    let count = this.#used.get(wanted) ?? 0;
    while (this.#used.has(id)) id = `${wanted}_${String((count += 1))}`;
    this.#used.set(wanted, count);
    if (id !== wanted) this.#used.set(id, 0);
    const open = this.#open.get(sent);
    if (open === undefined) this.#open.set(sent, [id]);
    else open.push(id);
    return id;
  }

  /** Calls of one id get their results in their order. */
  #ofResult(sent: string): string {
    const id = this.#open.get(sent)?.shift() ?? this.#answered.get(sent);
    if (id === undefined) return sent;
    this.#answered.set(sent, id);
    return id;
  }
}
