/**
 * Every frame that crosses the port between a front and an actor host. Both sides import this file
 * and nothing else of each other. Frames are encoded by `ports.ts`, many in one post.
 */
import type { ContinuitySource, TurnFailure, TurnRequest, TurnSummary } from '../turn.ts';
import type { CredentialId, StreamId } from '../ids.ts';
import type { CredentialState } from '../credentials/state.ts';

/** Front → host. */
export type FrontFrame =
  | {
      t: 'open';
      id: StreamId;
      credential: CredentialId;
      credit: number;
      /** Slot on the dispatch board. */
      slot: number;
      turn: TurnRequest;
    }
  | { t: 'credit'; id: StreamId; bytes: number }
  | { t: 'cancel'; id: StreamId };

/** Host → front. A stream is `head data* (end | fail)` or a single `fail`. */
export type HostFrame =
  | {
      t: 'head';
      id: StreamId;
      status: number;
      contentType: string;
      /** Upstream response headers, flat pairs, unfiltered; empty unless passthrough is on. */
      headers: string[];
      continuity: ContinuitySource;
    }
  | { t: 'data'; id: StreamId; bytes: Uint8Array }
  | { t: 'end'; id: StreamId; summary: TurnSummary }
  | { t: 'fail'; id: StreamId; failure: TurnFailure }
  | { t: 'status'; credential: CredentialId; state: CredentialState | null; inFlight: number };
