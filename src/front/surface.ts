/**
 * What differs between the API surfaces when a turn is answered: how errors look before and after
 * the first byte, and how a stream is kept alive. One object per surface; no state.
 */
import type { ClientFormat } from '../formats/format.ts';
import type { JsonObject } from '../canonical/value.ts';
import type { Exchange } from './server/types.ts';
import type { SwitchyardError } from '../errors.ts';
import type { TurnFailure } from '../turn.ts';

/** An error answer, ready to be written. */
export interface RenderedError {
  status: number;
  /** Flat pairs, with the content type. */
  headers: string[];
  body: string;
}

/** One API surface. */
export interface Surface {
  readonly format: ClientFormat;
  /** Error before the first byte: never empty, always JSON, in the client's dialect. */
  error(failure: SwitchyardError | TurnFailure, requestId?: string): RenderedError;
  /** Terminal event of a stream that broke after its first byte. */
  streamError(failure: TurnFailure, exchange: Exchange, requestId?: string): string;
  /** Bytes that its clients take for "still there" inside a stream (clients.md 4.3). */
  readonly keepAlive: string;
  /** Headers of every answer that tell the id of the request, flat pairs. */
  idHeaders?(requestId: string): string[];
  /** Set where the parts of a stream are the elements of one JSON array instead of events. */
  readonly streamForm?: 'array';
  /** Answers a request that only asks for its size in tokens. @throws SwitchyardError */
  countTokens?(body: JsonObject): object;
  /** The request to be counted, where it may stand inside the body. @throws SwitchyardError */
  countedRequest?(body: Uint8Array): Uint8Array;
}
