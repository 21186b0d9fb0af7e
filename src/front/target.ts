/** What is asked of a credential: an offer of the routing table, made ready for one request. */
import type { AccountHandle, CredentialId } from '../ids.ts';
import type { Offer } from '../routing/table.ts';
import type { ThinkingCapability } from '../credentials/record.ts';

/** One credential to try, with what the actor needs to know about the model there. */
export interface Target {
  credential: CredentialId;
  handle: AccountHandle;
  label: string;
  upstreamModels: string[];
  thinking: (string | null)[];
  forcedModel: string | null;
  capabilities: (ThinkingCapability | null)[];
  /** Its turns may use an upstream WebSocket. */
  websockets: boolean;
  /** See `TurnRequest.mayRepeat`. */
  mayRepeat: boolean;
}

/** `suffix`: thinking suffix of the request; `start`: the upstream model of a pool to begin with. */
export function targetOf(
  offer: Offer,
  suffix: string | null,
  start: number,
  mayRepeat = false,
): Target {
  const { id, handle, label, websockets } = offer.credential;
  return {
    credential: id,
    handle,
    label,
    upstreamModels: rotated(offer.upstream, start),
    // A suffix in the configuration beats the request's (routing.md 3.8).
    thinking: rotated(offer.suffixes, start).map((fixed) => fixed ?? suffix),
    forcedModel: offer.forced,
    capabilities: rotated(offer.capabilities, start),
    websockets,
    mayRepeat,
  };
}

function rotated<T>(items: readonly T[], start: number): T[] {
  return start === 0 ? [...items] : [...items.slice(start), ...items.slice(0, start)];
}
