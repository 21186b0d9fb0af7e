/** What a call sees of those who carry it. */
import type { Dispatcher } from 'undici';
import type { HttpCall } from './call.ts';

/** The connection that carries a call, as far as the call needs it. */
export interface Carrier {
  /** It has carried another call before. */
  readonly reused: boolean;
  /** Every byte of the request was given to the system. */
  readonly flushed: boolean;
  /** Why the socket broke, if it did. */
  readonly failure: Error | undefined;
  setPaused(paused: boolean): void;
}

/** Who gives connections to calls. */
export interface CallOwner {
  /** Address and proxy, for messages. */
  readonly where: string;
  /** Gives the call a connection, now or later. */
  take(call: HttpCall): void;
  /** Gives the call, which was never written, a fresh connection. */
  takeFresh(call: HttpCall): void;
  /** The call needs its connection no more; it may carry others only if the answer was read whole. */
  leave(call: HttpCall, whole: boolean): void;
}

/** What undici sends. */
export type CallOptions = Dispatcher.DispatchOptions;
