/** What the server hands to the intake of turns. */
import type { Exchange } from './server/types.ts';
import type { NamedModel } from './peek.ts';
import type { Principal } from '../turn.ts';
import type { RequestId } from '../ids.ts';
import type { Surface } from './surface.ts';
import type { TurnReport } from './client-turn.ts';

/** A request whose access was granted. */
export interface AdmittedRequest {
  id: RequestId;
  exchange: Exchange;
  surface: Surface;
  principal: Principal;
  /** Model and form, where the path says them. */
  named?: NamedModel;
  /** Only the size of the request is asked for. */
  counts?: true;
  /** CORS headers of this request, and those that tell its id. */
  ownHeaders: string[];
  /** Called as soon as the model is known, for the log. */
  onModel(model: string): void;
  onDone(report: TurnReport): void;
  /** A request that failed before it became a turn. */
  onRefused(thrown: unknown): void;
}
