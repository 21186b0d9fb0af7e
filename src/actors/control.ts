/** The control plane of an actor host, called by the supervisor through comlink. Plain data only. */
import type { MessagePort } from 'node:worker_threads';
import type { CredentialId, WorkerId } from '../ids.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { HostSettings } from './settings.ts';

/** A credential with the state it starts from; null: a clean one. */
export interface Assignment {
  record: CredentialRecord;
  state: CredentialState | null;
}

/** What a host reports about one credential. */
export interface CredentialSnapshot {
  id: CredentialId;
  inFlight: number;
  state: CredentialState;
  /** Upstream WebSockets that are open or being opened. */
  sockets: number;
  /** Turns that went over one, of them those that sent only what was new. */
  socketTurns: number;
  increments: number;
  /** Request bytes that so did not have to travel. */
  savedBytes: number;
}

/** What a host reports about itself. */
export interface HostSnapshot {
  credentials: CredentialSnapshot[];
  heapUsedBytes: number;
}

/** Calls of the supervisor to a host. */
export interface HostControl {
  start(host: WorkerId, settings: HostSettings): Promise<void>;
  /** Connects a front (or the supervisor as a listener); the port is transferred. */
  attachFront(front: WorkerId, port: MessagePort, board: SharedArrayBuffer): Promise<void>;
  /** Adds credentials, or changes those that exist. */
  assign(assignments: Assignment[]): Promise<void>;
  remove(ids: CredentialId[]): Promise<void>;
  /** The files of these credentials have new content, perhaps new tokens; unknown ids are nobody's. */
  lookAgain(ids: CredentialId[]): Promise<void>;
  reconfigure(settings: HostSettings): Promise<void>;
  /** Lets open turns finish for `deadlineMs`, then ends the rest with `draining`. */
  drain(deadlineMs: number): Promise<void>;
  snapshot(): Promise<HostSnapshot>;
}
