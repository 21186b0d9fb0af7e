/**
 * Which WebSocket handshakes are accepted (codex.md 3.1, 3.5). A refusal is an ordinary HTTP answer;
 * 426 makes Codex use HTTP at once (clients.md 2, row 1).
 */
import { routeOf } from '../routes.ts';
import { SwitchyardError } from '../../errors.ts';
import type { Exchange } from '../server/types.ts';
import type { FrontState } from '../front-state.ts';
import type { Principal } from '../../turn.ts';
import type { RoutingTable } from '../../routing/table.ts';

/** Sent back as it came: the upstream's routing memory, which the client keeps for us. */
const TURN_STATE = 'x-codex-turn-state';

/**
 * The caller of an accepted handshake. `open`: sockets that are open already.
 * @throws SwitchyardError `upgrade_required`, `missing_api_key`, `invalid_api_key`,
 * `unsafe_example_api_key`, `origin_not_allowed`, `overloaded`.
 */
export function admitUpgrade(
  { access, cors, router, settings }: FrontState,
  exchange: Exchange,
  open: number,
): Principal {
  if (!takesSockets(exchange.path)) throw new SwitchyardError('upgrade_required');
  const principal = access.check(exchange);
  if (!cors.admits(exchange.header('origin'))) throw new SwitchyardError('origin_not_allowed');
  if (open >= settings.limits.maxClientSockets) {
    throw new SwitchyardError('overloaded', { message: 'too many WebSockets are open' });
  }
  if (!servesSockets(router.table) && !needsAcceptance(exchange)) {
    throw new SwitchyardError('upgrade_required');
  }
  return principal;
}

/** Response headers of an accepted handshake, flat pairs. */
export function upgradeHeaders(exchange: Exchange): string[] {
  const state = exchange.header(TURN_STATE);
  return state === undefined ? [] : [TURN_STATE, state];
}

function takesSockets(path: string): boolean {
  const route = routeOf(path)?.route;
  return route?.kind === 'turn' && route.sockets === true;
}

/** Somebody's turns may use an upstream WebSocket. */
function servesSockets({ credentials }: RoutingTable): boolean {
  for (const { websockets, disabled } of credentials.values()) {
    if (websockets && !disabled) return true;
  }
  return false;
}

/** opencode repeats a refused handshake for 64 s (clients.md 7.2): it is served through HTTP. */
function needsAcceptance(exchange: Exchange): boolean {
  const originator = exchange.header('originator')?.trim().toLowerCase();
  return originator === 'opencode' || /^opencode\//i.test(exchange.header('user-agent') ?? '');
}
