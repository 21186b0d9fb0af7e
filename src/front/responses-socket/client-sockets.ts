/** All client WebSockets of a front: accepted, pinged, counted, and sent away when the front stops. */
import { admitUpgrade, upgradeHeaders } from './upgrade.ts';
import { clientTurnHeaders } from '../client-headers.ts';
import { RESTARTING, Session, type SocketsShared } from './session.ts';
import { SwitchyardError } from '../../errors.ts';
import { ToolCaches } from './tool-cache.ts';
import { toolCacheKey } from './tool-key.ts';
import { TranscriptBudget } from './transcript-budget.ts';
import type { Beat } from '../ticker.ts';
import type { Exchange, SocketClose, SocketHandlers } from '../server/types.ts';
import type { FrontState } from '../front-state.ts';
import type { OpenRequests } from '../open-requests.ts';

/** The client's key was taken out of the configuration (RFC 6455, 7.4.1: policy). */
const KEY_GONE: SocketClose = { code: 1008, reason: 'the access key is no longer valid' };

/** See the head of the file. */
export class ClientSockets {
  readonly #front: FrontState;
  readonly #shared: SocketsShared;
  readonly #sessions = new Set<Session>();
  #beat: Beat | undefined;
  #beatMs = 0;
  #retiring = false;

  constructor(front: FrontState, open: OpenRequests) {
    this.#front = front;
    this.#shared = {
      front,
      open,
      transcripts: new TranscriptBudget(),
      tools: new ToolCaches(),
      onOpen: (session) => {
        this.#sessions.add(session);
        this.#setBeat();
      },
      onClose: (session) => {
        this.#sessions.delete(session);
        this.#setBeat();
      },
    };
  }

  /** Sockets that are open. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Accepts a handshake. @throws SwitchyardError why it is refused. */
  accept(exchange: Exchange): { handlers: SocketHandlers; headers: string[] } {
    if (this.#retiring) throw new SwitchyardError('draining');
    const principal = admitUpgrade(this.#front, exchange, this.open);
    const handlers = new Session(this.#shared, {
      path: exchange.path,
      headers: clientTurnHeaders(exchange.headers),
      principal,
      toolKey: toolCacheKey((name) => exchange.header(name), principal.scope),
    });
    return { handlers, headers: upgradeHeaders(exchange) };
  }

  /** The settings changed: sockets stay, but not those whose key is gone. */
  configured(): void {
    this.#setBeat();
    for (const session of [...this.#sessions]) {
      if (!this.#front.access.knows(session.handshake.principal)) session.close(KEY_GONE);
    }
  }

  /** Closes every socket as soon as it has no turn, and accepts no further one. */
  retire(): void {
    this.#retiring = true;
    for (const session of [...this.#sessions]) session.retire(RESTARTING);
  }

  /** Closes all sockets now; turns that run end with an error. */
  end(): void {
    for (const session of [...this.#sessions]) {
      session.end(new SwitchyardError('draining'), RESTARTING);
    }
  }

  /** One beat for all sockets, and only while there are any. */
  #setBeat(): void {
    const everyMs = this.#sessions.size === 0 ? 0 : this.#front.settings.sockets.pingMs;
    if (everyMs === this.#beatMs) return;
    this.#beat?.stop();
    this.#beatMs = everyMs;
    const ping = (): void => {
      for (const session of this.#sessions) session.ping();
    };
    this.#beat = everyMs === 0 ? undefined : this.#front.ticker.every(everyMs, ping);
  }
}
