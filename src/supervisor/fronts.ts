/**
 * The fronts as the supervisor sees them: starts and replaces their threads, gives them settings and
 * the routing table, and passes bindings between them and the store.
 */
import { MessageChannel } from 'node:worker_threads';
import { expose, transferred, type Remote } from '../threads/control.ts';
import { SupervisedThread } from './thread.ts';
import { workerId, type WorkerId } from '../ids.ts';
import type { BindingChange } from '../routing/bindings.ts';
import type {
  FrontControl,
  FrontServices,
  FrontSettings,
  FrontSnapshot,
} from '../front/control.ts';
import type { Log } from '../observe/log.ts';
import type { RoutingTable } from '../routing/table.ts';

/** What the fronts need from the rest of the supervisor. */
export interface FrontsOwner {
  /** Wires a front that has just started to all hosts. */
  attachHosts(front: WorkerId, control: Remote<FrontControl>): Promise<void>;
  onBindings(changes: BindingChange[]): void;
  /** Bindings known so far, for a front that starts. */
  bindings(): BindingChange[];
}

/** Where all fronts listen. */
export interface Address {
  host: string;
  port: number;
}

/** All fronts. */
export class Fronts {
  readonly #threads: SupervisedThread<FrontControl>[] = [];
  readonly #running = new Map<WorkerId, Remote<FrontControl>>();
  readonly #owner: FrontsOwner;
  readonly #log: Log;
  #settings: FrontSettings;
  #table: RoutingTable;
  #address: Address;

  constructor(
    count: number,
    address: Address,
    settings: FrontSettings,
    table: RoutingTable,
    owner: FrontsOwner,
    log: Log,
  ) {
    this.#address = address;
    this.#settings = settings;
    this.#table = table;
    this.#owner = owner;
    this.#log = log;
    for (let index = 0; index < count; index += 1) {
      const id = workerId(`front-${index}`);
      const setUp = { onStart: (control: Remote<FrontControl>) => this.#setUp(id, control) };
      this.#threads.push(new SupervisedThread<FrontControl>(id, 'front', setUp, log));
    }
  }

  /** Fronts that are set up, by name. */
  get running(): ReadonlyMap<WorkerId, Remote<FrontControl>> {
    return this.#running;
  }

  /** The port that is listened on; set once the first front runs. */
  get port(): number {
    return this.#address.port;
  }

  /** Starts the fronts one after the other: the first one decides the port when it was 0. */
  async start(): Promise<void> {
    for (const thread of this.#threads) await thread.start();
  }

  async configure(settings: FrontSettings, table: RoutingTable): Promise<void> {
    this.#settings = settings;
    this.#table = table;
    await this.#each((control) => control.configure(settings, table));
  }

  async drain(deadlineMs: number): Promise<void> {
    await this.#each((control) => control.drain(deadlineMs));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  async snapshots(): Promise<Map<WorkerId, FrontSnapshot>> {
    const result = new Map<WorkerId, FrontSnapshot>();
    for (const [id, control] of this.#running) result.set(id, await control.snapshot());
    return result;
  }

  async #each(call: (control: Remote<FrontControl>) => Promise<void>): Promise<void> {
    await Promise.all([...this.#running.values()].map(call));
  }

  async #setUp(id: WorkerId, control: Remote<FrontControl>): Promise<void> {
    this.#running.delete(id);
    const { port1, port2 } = new MessageChannel();
    const services: FrontServices = { bindingsChanged: (changes) => this.#share(id, changes) };
    expose(services, port1);
    await control.start(id, this.#settings, this.#table, transferred(port2, [port2]));
    await control.applyBindings(this.#owner.bindings());
    // Visible before it is wired: a host that is being replaced right now will find it.
    this.#running.set(id, control);
    await this.#owner.attachHosts(id, control);
    const listening = await control.listen({
      ...this.#address,
      reusePort: this.#threads.length > 1,
    });
    this.#address = { ...this.#address, port: listening.port };
    this.#log.info({ front: id, ...this.#address, backend: listening.backend }, 'listening');
  }

  /** Bindings made by one front reach the store and the other fronts. */
  #share(from: WorkerId, changes: BindingChange[]): void {
    this.#owner.onBindings(changes);
    for (const [id, control] of this.#running) {
      if (id === from) continue;
      control.applyBindings(changes).catch((thrown: unknown) => {
        this.#log.warn({ err: thrown, front: id }, 'bindings could not be shared');
      });
    }
  }
}
