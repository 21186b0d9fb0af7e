/** The upstream HTTP client as actors see it. One call = one request on one pooled connection. */
import type { SwitchyardError } from '../errors.ts';

/** A request as it goes on the wire. */
export interface UpstreamRequest {
  method: 'GET' | 'POST';
  /** Absolute URL. */
  url: string;
  /** Flat name/value pairs in the order to send. */
  headers: string[];
  body: Uint8Array | undefined;
  /** Outbound proxy URL, `direct`, or `''` for the environment's (config.md 2.7). */
  proxyUrl: string;
}

/** How far a failed call had come: decides whether the turn may have been billed. */
export type CallPhase =
  /** No connection was made, or the request was not fully written. */
  | 'not-sent'
  /** Fully written, no answer byte seen. */
  | 'sent'
  /** Answer head seen. */
  | 'answering';

/** Callbacks of one call. After `onEnd` or `onError` nothing else is called. */
export interface UpstreamHandler {
  onHead(status: number, headers: string[]): void;
  /** A chunk of the decoded (content-encoding removed) body. The buffer may be kept. */
  onData(chunk: Uint8Array): void;
  onEnd(): void;
  /** `error.code` is one of the `upstream_*` codes or `cancelled`. */
  onError(error: SwitchyardError, phase: CallPhase): void;
}

/** The HTTP client, as far as those who call need it. */
export interface Caller {
  /** Never throws; the handler is called only after this has returned. */
  call(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
}

/** Handle of a running call. All methods are safe after its end. */
export interface UpstreamCall {
  pause(): void;
  resume(): void;
  /** Destroys the connection at once; the handler gets `cancelled` unless it already ended. */
  abort(): void;
  /** Call on the first complete event: ends the first-event limit, starts the idle limit. */
  markFirstEvent(): void;
}
