/**
 * Routing as one front sees it: the latest table and settings, the bindings of conversations, the
 * cursors of the strategies. A request comes out as a `RoutedTurn` that finds its credentials.
 */
import { BindingTable } from '../routing/binding-table.ts';
import { canonicalModel } from '../routing/model-name.ts';
import { conversationKeys, type ConversationKeys } from '../routing/session.ts';
import { CountRoute } from './count-route.ts';
import { Cursors } from '../routing/cursors.ts';
import { memberOf, textOf } from '../json/scan.ts';
import { resolveModel, type ResolvedModel } from '../routing/resolve.ts';
import { RoutedTurn } from './routed-turn.ts';
import type { BindingChange } from '../routing/bindings.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { Config } from '../config/types.ts';
import type { Member } from '../json/members.ts';
import type { SocketWishes } from './offer-choice.ts';
import type { RoutingTable } from '../routing/table.ts';
import type { States } from '../routing/marks.ts';

/** The settings that routing follows. */
export type RouterSettings = Pick<Config, 'routing' | 'retry'>;

/** What a router is made of. */
export interface RouterOptions {
  settings: RouterSettings;
  table: RoutingTable;
  /** Latest published states: a live view, e.g. `HostLinks.states`. */
  states: States;
  /** Bindings that were made, moved or dropped here; called at most once per loop turn. */
  onBindings(changes: BindingChange[]): void;
  /** Between 0 and 1; default `Math.random`. Spreads the waits between rounds. */
  random?(): number;
}

/** One request, as far as routing looks at it. */
export interface RouteRequest {
  format: ClientFormat;
  path: string;
  /** Flat pairs, lower-case names. */
  headers: readonly string[];
  body: Uint8Array;
  members: readonly Member[];
  /** As the client spelled it. */
  model: string;
  /** Is a stream asked for? Absent: the body's member says so. */
  stream?: boolean;
  /** Caller scope (codex.md 4.4). */
  scope: string;
  /** Session of the transport, e.g. one client WebSocket. */
  executionSession?: string | null;
  /** Only for turns of a client WebSocket. */
  socket?: SocketWishes;
  /** Unix ms. */
  nowMs: number;
}

/** See the head of the file. */
export class Router {
  readonly #options: RouterOptions;
  readonly #cursors = new Cursors();
  /** Counts take turns by themselves: they must not shift those of the conversations. */
  readonly #countCursors = new Cursors();
  readonly #bindings: BindingTable;
  #settings: RouterSettings;
  #table: RoutingTable;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#table = options.table;
    const ttlMs = options.settings.routing.sessionAffinityTtlMs;
    this.#bindings = new BindingTable(ttlMs, () => setImmediate(() => this.flush()));
  }

  get table(): RoutingTable {
    return this.#table;
  }

  /** Keys of bindings that are kept now. */
  get bindings(): number {
    return this.#bindings.size;
  }

  /**
   * Finds the model and the conversation of a request.
   * @throws SwitchyardError `unknown_model`, `image_model_on_text_route`, `invalid_json`.
   */
  route(request: RouteRequest): RoutedTurn {
    const { routing, retry } = this.#settings;
    const resolved = this.#resolve(request);
    const streams = retry.bootstrapRetries > 0 && isStream(request);
    return new RoutedTurn({
      resolved,
      strategy: routing.strategy,
      retry,
      bootstrapRetries: streams ? retry.bootstrapRetries : 0,
      states: this.#options.states,
      cursors: this.#cursors,
      conversation: routing.sessionAffinity ? keysOf(request, resolved) : undefined,
      bindings: this.#bindings,
      socket: request.socket,
      random: this.#options.random ?? Math.random,
    });
  }

  /**
   * Finds those who can count the tokens of a request, the home of its conversation first.
   * @throws SwitchyardError like {@link route}.
   */
  count(request: RouteRequest): CountRoute {
    const { routing } = this.#settings;
    const resolved = this.#resolve(request);
    return new CountRoute({
      resolved,
      strategy: routing.strategy,
      states: this.#options.states,
      cursors: this.#countCursors,
      conversation: routing.sessionAffinity ? keysOf(request, resolved) : undefined,
      bindings: this.#bindings,
    });
  }

  #resolve({ model, path, nowMs }: RouteRequest): ResolvedModel {
    return resolveModel(model, {
      table: this.#table,
      states: this.#options.states,
      path,
      unknownModelStatus: this.#settings.routing.unknownModelStatus,
      nowMs,
    });
  }

  /**
   * New settings and a new table. Bindings stay, apart from those of credentials that are gone; all
   * go when the rules of selection changed (routing.md 5.4).
   */
  configure(settings: RouterSettings, table: RoutingTable): void {
    const before = this.#settings.routing;
    const after = settings.routing;
    this.#settings = settings;
    this.#table = table;
    const sameRules =
      before.strategy === after.strategy &&
      before.sessionAffinity === after.sessionAffinity &&
      before.sessionAffinityTtlMs === after.sessionAffinityTtlMs;
    if (sameRules) this.#bindings.retain((credential) => table.credentials.has(credential));
    else {
      this.#bindings.reset(after.sessionAffinityTtlMs);
      this.#cursors.clear();
      this.#countCursors.clear();
    }
  }

  /** Bindings that other fronts made, or that were stored. */
  applyBindings(changes: readonly BindingChange[], nowMs: number = Date.now()): void {
    this.#bindings.apply(changes, nowMs);
  }

  /** Hands on what changed, without waiting for the end of the loop turn. */
  flush(): void {
    const changes = this.#bindings.takeChanges();
    if (changes.length > 0) this.#options.onBindings(changes);
  }
}

function keysOf(
  request: RouteRequest,
  { model, routeModel }: ResolvedModel,
): ConversationKeys | undefined {
  return conversationKeys(request, model.scope, canonicalModel(routeModel));
}

function isStream({ body, members, socket, stream }: RouteRequest): boolean {
  if (socket !== undefined) return true;
  if (stream !== undefined) return stream;
  const member = memberOf(members, 'stream');
  return member !== undefined && textOf(body, member.valueStart, member.valueEnd) === 'true';
}
