/**
 * The actor hosts as the supervisor sees them: starts and replaces their threads, places credentials
 * on them, keeps the last state of each credential, and wires every host to every front.
 */
import { MessageChannel } from 'node:worker_threads';
import { FramePort } from '../actors/ports.ts';
import { frontFrameCodec, hostFrameCodec } from '../actors/frame-codecs.ts';
import { newBoardMemory } from '../actors/dispatch-board.ts';
import { Placement } from './placement.ts';
import { SupervisedThread } from './thread.ts';
import { transferred, type Remote } from '../threads/control.ts';
import { workerId, type CredentialId, type WorkerId } from '../ids.ts';
import type { Assignment, HostControl, HostSnapshot } from '../actors/control.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { FrontControl } from '../front/control.ts';
import type { FrontFrame, HostFrame } from '../actors/frames.ts';
import type { HostSettings } from '../actors/settings.ts';
import type { Log } from '../observe/log.ts';

/** The supervisor listens to status changes under this name, beside the fronts. */
const LISTENER = workerId('supervisor');

/** What the hosts tell the supervisor. */
export interface HostEvents {
  onState(credential: CredentialId, state: CredentialState): void;
}

/** A running front, by name. */
export type FrontTable = ReadonlyMap<WorkerId, Remote<FrontControl>>;

/** All actor hosts. */
export class Hosts {
  readonly #threads = new Map<WorkerId, SupervisedThread<HostControl>>();
  readonly #records = new Map<CredentialId, CredentialRecord>();
  readonly #states = new Map<CredentialId, CredentialState>();
  readonly #placement: Placement;
  readonly #events: HostEvents;
  readonly #log: Log;
  readonly #fronts: () => FrontTable;
  #settings: HostSettings;

  constructor(
    count: number,
    settings: HostSettings,
    fronts: () => FrontTable,
    events: HostEvents,
    log: Log,
  ) {
    const names = Array.from({ length: count }, (_, index) => workerId(`host-${index}`));
    this.#placement = new Placement(names);
    this.#settings = settings;
    this.#fronts = fronts;
    this.#events = events;
    this.#log = log;
    for (const name of names) {
      const owner = { onStart: (control: Remote<HostControl>) => this.#setUp(name, control) };
      this.#threads.set(name, new SupervisedThread<HostControl>(name, 'host', owner, log));
    }
  }

  /** States from the store; call before `start`. */
  restore(states: ReadonlyMap<CredentialId, CredentialState>): void {
    for (const [id, state] of states) this.#states.set(id, state);
  }

  /** Last published or stored state; undefined: nothing was learned of it. */
  stateOf(credential: CredentialId): CredentialState | undefined {
    return this.#states.get(credential);
  }

  async start(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.start()));
  }

  /** Wires a new or replaced front to every running host. */
  async attachFront(front: WorkerId, control: Remote<FrontControl>): Promise<void> {
    const running = [...this.#threads.values()].flatMap(({ id, control: host }) =>
      host === undefined ? [] : [connect(id, host, front, control)],
    );
    await Promise.all(running);
  }

  /** Makes the hosts own exactly these credentials. Unchanged ones are not touched. */
  async setCredentials(records: CredentialRecord[]): Promise<void> {
    const wanted = new Map(records.map((record) => [record.id, record]));
    const gone = [...this.#records.keys()].filter((id) => !wanted.has(id));
    const changed = records.filter((record) => !sameRecord(this.#records.get(record.id), record));
    await this.#remove(gone);
    for (const record of changed) this.#records.set(record.id, record);
    await Promise.all(
      [...groupBy(changed, (record) => this.#placement.place(record.id))].map(
        async ([host, group]) => this.#threads.get(host)?.control?.assign(this.#assignments(group)),
      ),
    );
  }

  /** Files have new content: the owners of these credentials look at theirs. */
  async lookAgain(ids: Iterable<CredentialId>): Promise<void> {
    const known = [...ids].filter((id) => this.#records.has(id));
    for (const [host, group] of groupBy(known, (id) => this.#placement.place(id))) {
      await this.#threads.get(host)?.control?.lookAgain(group);
    }
  }

  async reconfigure(settings: HostSettings): Promise<void> {
    this.#settings = settings;
    await this.#each((control) => control.reconfigure(settings));
  }

  async drain(deadlineMs: number): Promise<void> {
    await this.#each((control) => control.drain(deadlineMs));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.stop()));
  }

  /** Ends a host's thread as a crash would. Its credentials come back on a new one. */
  async replace(host: WorkerId): Promise<void> {
    await this.#threads.get(host)?.replace();
  }

  async snapshots(): Promise<Map<WorkerId, HostSnapshot>> {
    const result = new Map<WorkerId, HostSnapshot>();
    for (const { id, control } of this.#threads.values()) {
      if (control !== undefined) result.set(id, await control.snapshot());
    }
    return result;
  }

  async #each(call: (control: Remote<HostControl>) => Promise<void>): Promise<void> {
    const controls = [...this.#threads.values()].flatMap(({ control }) => control ?? []);
    await Promise.all(controls.map(call));
  }

  async #remove(ids: CredentialId[]): Promise<void> {
    for (const [host, group] of groupBy(ids, (id) => this.#placement.place(id))) {
      for (const id of group) {
        this.#records.delete(id);
        this.#states.delete(id);
        this.#placement.remove(id);
      }
      await this.#threads.get(host)?.control?.remove(group);
    }
  }

  /** A host thread has started: settings, its credentials with their last state, all fronts. */
  async #setUp(host: WorkerId, control: Remote<HostControl>): Promise<void> {
    await control.start(host, this.#settings);
    await this.#listen(control);
    const own = [...this.#records.values()].filter(
      (record) => this.#placement.place(record.id) === host,
    );
    await control.assign(this.#assignments(own));
    for (const [front, frontControl] of this.#fronts()) {
      await connect(host, control, front, frontControl);
    }
  }

  #assignments(records: CredentialRecord[]): Assignment[] {
    return records.map((record) => ({ record, state: this.#states.get(record.id) ?? null }));
  }

  async #listen(control: Remote<HostControl>): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const port = new FramePort<FrontFrame, HostFrame>(port1, frontFrameCodec, hostFrameCodec);
    port.onFrame = (frame) => {
      if (frame.t !== 'status' || frame.state === null) return;
      this.#states.set(frame.credential, frame.state);
      this.#events.onState(frame.credential, frame.state);
    };
    port.onError = (error) => this.#log.error({ err: error }, 'bad frame from a host');
    await control.attachFront(LISTENER, transferred(port2, [port2]), newBoardMemory());
  }
}

/** Gives a host and a front the two ends of a new channel and a shared board. */
async function connect(
  host: WorkerId,
  hostControl: Remote<HostControl>,
  front: WorkerId,
  frontControl: Remote<FrontControl>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const board = newBoardMemory();
  await frontControl.attachHost(host, transferred(port1, [port1]), board);
  await hostControl.attachFront(front, transferred(port2, [port2]), board);
}

function sameRecord(one: CredentialRecord | undefined, other: CredentialRecord): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

function groupBy<Item, Key>(items: Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
