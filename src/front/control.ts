/** The control plane of a front, called by the supervisor through comlink. Plain data only. */
import type { MessagePort } from 'node:worker_threads';
import type { BindingChange } from '../routing/bindings.ts';
import type { Config } from '../config/types.ts';
import type { RoutingTable } from '../routing/table.ts';
import type { WorkerId } from '../ids.ts';

/** The part of the configuration that fronts need. */
export type FrontSettings = Pick<
  Config,
  | 'apiKeys'
  | 'routing'
  | 'retry'
  | 'answers'
  | 'limits'
  | 'sockets'
  | 'cors'
  | 'debug'
  | 'tls'
  | 'disableImageGeneration'
> & { version: string };

/** Where a front listens. */
export interface ListenOptions {
  host: string;
  port: number;
  reusePort: boolean;
}

/** What a front reports about itself. */
export interface FrontSnapshot {
  openRequests: number;
  openStreams: number;
  bindings: number;
  heapUsedBytes: number;
}

/** Calls of the supervisor to a front. */
export interface FrontControl {
  /** `services`: a port on which the supervisor exposes {@link FrontServices}. */
  start(
    front: WorkerId,
    settings: FrontSettings,
    table: RoutingTable,
    services: MessagePort,
  ): Promise<void>;
  listen(options: ListenOptions): Promise<{ port: number; backend: 'uws' | 'node' }>;
  attachHost(host: WorkerId, port: MessagePort, board: SharedArrayBuffer): Promise<void>;
  configure(settings: FrontSettings, table: RoutingTable): Promise<void>;
  /** Bindings that other fronts made, or that were stored. */
  applyBindings(changes: BindingChange[]): Promise<void>;
  /** Stops listening, lets open requests finish for `deadlineMs`, then cuts them. */
  drain(deadlineMs: number): Promise<void>;
  snapshot(): Promise<FrontSnapshot>;
}

/** Calls of a front to the supervisor. */
export interface FrontServices {
  bindingsChanged(changes: BindingChange[]): void;
}

/** Picks the fronts' part out of the configuration. */
export function frontSettings(config: Config, version: string): FrontSettings {
  const { apiKeys, routing, retry, answers, limits, sockets, cors, debug, tls } = config;
  const { disableImageGeneration } = config;
  return {
    apiKeys,
    routing,
    retry,
    answers,
    limits,
    sockets,
    cors,
    debug,
    tls,
    disableImageGeneration,
    version,
  };
}
