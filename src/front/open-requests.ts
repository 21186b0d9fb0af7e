/** Requests, and turns of WebSockets, that a front has begun and not ended: counted and bounded. */
import { SwitchyardError } from '../errors.ts';

/** See the head of the file. */
export class OpenRequests {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** One more. @throws SwitchyardError `overloaded` when there are `limit` already. */
  enter(limit: number): void {
    if (this.#count >= limit) throw new SwitchyardError('overloaded');
    this.#count += 1;
  }

  /** Call once for each `enter`. */
  leave(): void {
    this.#count -= 1;
  }
}
