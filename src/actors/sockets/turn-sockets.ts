/** The upstream sockets of one credential, as its turns use them. */
import { SocketCall, type SocketCallParts } from './socket-call.ts';
import type { CredentialSnapshot } from '../control.ts';
import { SwitchyardError } from '../../errors.ts';
import { WarmSockets } from './warm-sockets.ts';
import type { SocketClient, SocketRequest } from '../../upstream/socket/types.ts';
import type { SocketConfig } from '../../config/types.ts';

/** What a turn gives to a call. */
export type SocketCallInput = Omit<
  SocketCallParts,
  'client' | 'sockets' | 'nowMs' | 'request' | 'onSent'
> & {
  /** Undefined where the provider has no WebSockets; such turns never get here. */
  request: SocketRequest | undefined;
};

/** Numbers for the snapshot. */
export type SocketCounts = Pick<
  CredentialSnapshot,
  'sockets' | 'socketTurns' | 'increments' | 'savedBytes'
>;

/** See the head of the file. */
export class TurnSockets {
  readonly #client: SocketClient;
  readonly #warm: WarmSockets;
  /** Milliseconds of the clock that sockets are dated with. */
  readonly #clockMs: () => number;
  readonly #counts = { socketTurns: 0, increments: 0, savedBytes: 0 };

  constructor(client: SocketClient, limits: SocketConfig, clockMs: () => number) {
    this.#client = client;
    this.#warm = new WarmSockets(limits);
    this.#clockMs = clockMs;
  }

  set limits(limits: SocketConfig) {
    this.#warm.limits = limits;
  }

  /** What happened since the start. */
  get counts(): SocketCounts {
    return { ...this.#counts, sockets: this.#warm.size };
  }

  /** May a turn ask for a socket now? `continues`: it needs one that is open already. */
  usable(continues: boolean): boolean {
    return continues || !this.#warm.isRefused(this.#clockMs());
  }

  /** @throws SwitchyardError `internal` without a handshake. */
  call(input: SocketCallInput): SocketCall {
    const { request } = input;
    if (request === undefined) throw new SwitchyardError('internal');
    const [client, sockets, nowMs] = [this.#client, this.#warm, this.#clockMs];
    const onSent = (savedBytes: number): void => this.#onSent(savedBytes);
    return new SocketCall({ ...input, request, client, sockets, nowMs, onSent });
  }

  #onSent(savedBytes: number): void {
    this.#counts.socketTurns += 1;
    if (savedBytes === 0) return;
    this.#counts.increments += 1;
    this.#counts.savedBytes += savedBytes;
  }

  /** The credential changed: no further turn on the sockets it has. */
  renew(): void {
    this.#warm.closeAll(false);
  }

  /** The credential is gone, or its host stops. */
  close(): void {
    this.#warm.closeAll(true);
  }
}
