/** Where the answer of a turn goes: the reply of an HTTP request, or frames on a client WebSocket. */
import type { HeadFrame } from './host-links.ts';
import type { SwitchyardError } from '../errors.ts';
import type { TurnFailure } from '../turn.ts';

/** `head data* (end | fail)`, or `refuse` alone; after `stop` nothing more is written. */
export interface TurnSink {
  /** The answer begins. `ownHeaders`: diagnostics, flat pairs; frames have no place for them. */
  head(frame: HeadFrame, ownHeaders: string[]): void;
  data(bytes: Uint8Array): void;
  /** The answer is whole. */
  end(): void;
  /** The answer broke off after its head. */
  fail(failure: TurnFailure): void;
  /** There is no answer, only an error. Returns its status, for the log. */
  refuse(failure: SwitchyardError | TurnFailure): number;
  /** Writes what was gathered: one post of the host was delivered. */
  flush(): void;
  stop(): void;
}
