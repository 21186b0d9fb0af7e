/**
 * An actor host: many credential actors on one thread, and the ports to the fronts. Routes frames to
 * actors and streams, publishes status changes once per loop turn; decides nothing itself.
 */
import { CredentialActor, type ActorEnvironment } from './actor.ts';
import { DispatchMarks } from './dispatch-board.ts';
import { FramePort } from './ports.ts';
import { SwitchyardError } from '../errors.ts';
import { TurnStream, type FrontPort } from './turn-stream.ts';
import { frontFrameCodec, hostFrameCodec } from './frame-codecs.ts';
import { retainAfterChange, emptyState } from './cooldown.ts';
import { turnFailure } from './turn-failure.ts';
import type { Assignment, HostSnapshot } from './control.ts';
import type { CredentialId, StreamId, WorkerId } from '../ids.ts';
import type { FrontFrame, HostFrame } from './frames.ts';
import type { HostSettings } from './settings.ts';
import type { MessagePort } from 'node:worker_threads';
import type { Turn } from './turn.ts';

/** How often a drain looks whether the turns are done, milliseconds. */
const DRAIN_POLL_MS = 25;

interface Front {
  port: FrontPort;
  turns: Map<StreamId, Turn>;
  marks: DispatchMarks;
}

/** All actors of one thread. */
export class ActorHost {
  readonly #actors = new Map<CredentialId, CredentialActor>();
  readonly #fronts = new Map<WorkerId, Front>();
  readonly #environment: ActorEnvironment;
  /** Actors whose status changed in this loop turn. */
  readonly #changed = new Set<CredentialActor>();
  #draining = false;

  constructor(environment: Omit<ActorEnvironment, 'publish'>) {
    this.#environment = Object.assign(environment, {
      publish: (actor: CredentialActor) => this.#publish(actor),
    });
  }

  /** Connects a front; it gets the status of every actor first. */
  attachFront(id: WorkerId, messagePort: MessagePort, board: SharedArrayBuffer): void {
    const port: FrontPort = new FramePort<HostFrame, FrontFrame>(
      messagePort,
      hostFrameCodec,
      frontFrameCodec,
    );
    const front: Front = { port, turns: new Map(), marks: new DispatchMarks(board) };
    this.#fronts.set(id, front);
    port.onFrame = (frame) => this.#onFrame(front, frame);
    port.onClose = () => this.#onFrontLost(id, front);
    port.onError = (error) => this.#environment.log.error({ err: error }, 'bad frame from a front');
    for (const actor of this.#actors.values()) port.send(statusOf(actor));
  }

  assign(assignments: Assignment[]): void {
    for (const { record, state } of assignments) {
      const present = this.#actors.get(record.id);
      if (present === undefined) {
        const actor = new CredentialActor(record, state ?? emptyState(), this.#environment);
        this.#actors.set(record.id, actor);
        this.#publish(actor);
      } else {
        const kept = retainAfterChange(present.state, present.record, record);
        present.onChange(record, kept);
      }
    }
  }

  remove(ids: CredentialId[]): void {
    for (const id of ids) {
      const actor = this.#actors.get(id);
      if (actor === undefined) continue;
      this.#actors.delete(id);
      this.#changed.delete(actor);
      actor.onStop(new SwitchyardError('credential_not_ready'));
      for (const front of this.#fronts.values()) {
        front.port.send({ t: 'status', credential: id, state: null, inFlight: 0 });
      }
    }
  }

  lookAgain(ids: CredentialId[]): void {
    for (const id of ids) this.#actors.get(id)?.onNewFile();
  }

  reconfigure(settings: HostSettings): void {
    const coolingEnds =
      settings.retry.disableCooling && !this.#environment.settings.retry.disableCooling;
    this.#environment.settings = settings;
    for (const actor of this.#actors.values()) {
      actor.onSettings(settings);
      if (coolingEnds) actor.onCoolingOff();
    }
  }

  /** Resolves when no turn is open any more; what is left at the deadline is ended. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true;
    const endAt = this.#environment.now() + deadlineMs;
    while (this.#openTurns() > 0 && this.#environment.now() < endAt) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
    for (const actor of this.#actors.values()) actor.onStop(new SwitchyardError('draining'));
  }

  snapshot(): HostSnapshot {
    return {
      credentials: [...this.#actors.values()].map((actor) => ({
        id: actor.record.id,
        inFlight: actor.inFlight,
        state: actor.state,
        ...actor.sockets.counts,
      })),
      heapUsedBytes: process.memoryUsage().heapUsed,
    };
  }

  #openTurns(): number {
    let open = 0;
    for (const actor of this.#actors.values()) open += actor.inFlight;
    return open;
  }

  #onFrame(front: Front, frame: FrontFrame): void {
    switch (frame.t) {
      case 'open':
        this.#onOpen(front, frame);
        break;
      case 'credit':
        front.turns.get(frame.id)?.stream.grant(frame.bytes);
        break;
      case 'cancel':
        front.turns.get(frame.id)?.cancel();
        front.turns.delete(frame.id);
        break;
    }
  }

  #onOpen(front: Front, frame: Extract<FrontFrame, { t: 'open' }>): void {
    const actor = this.#actors.get(frame.credential);
    if (actor === undefined || this.#draining) {
      const code = this.#draining ? 'draining' : 'credential_not_ready';
      const failure = turnFailure(new SwitchyardError(code));
      front.port.send({ t: 'fail', id: frame.id, failure });
      return;
    }
    const stream = new TurnStream(front.port, frame.id, frame.credit);
    stream.onDispatch = () => front.marks.markSent(frame.slot);
    stream.onEnded = () => front.turns.delete(frame.id);
    const turn = actor.onTurn(frame.turn, stream);
    if (!stream.ended) front.turns.set(frame.id, turn);
  }

  #onFrontLost(id: WorkerId, front: Front): void {
    this.#fronts.delete(id);
    for (const turn of front.turns.values()) turn.cancel();
    front.turns.clear();
  }

  #publish(actor: CredentialActor): void {
    if (this.#changed.size === 0) setImmediate(() => this.#sendChanges());
    this.#changed.add(actor);
  }

  #sendChanges(): void {
    for (const actor of this.#changed) {
      const status = statusOf(actor);
      for (const front of this.#fronts.values()) front.port.send(status);
    }
    this.#changed.clear();
  }
}

function statusOf(actor: CredentialActor): HostFrame {
  return {
    t: 'status',
    credential: actor.record.id,
    state: actor.state,
    inFlight: actor.inFlight,
  };
}
