/** Recorded WebSocket conversations: what their clients opened and sent. */
import { fixtureNames, loadFixture, type RecordedStep } from '../../support/fixtures.ts';
import { connectSocket, type SocketClient } from '../../support/socket-client.ts';
import type { Cleanup } from '../../support/temp.ts';

/** Set by the test's own client. */
const HANDSHAKE = /^(host|connection|upgrade|sec-websocket-.*)$/i;

/** All recordings with frames. */
export const SOCKET_RECORDINGS = ['codex', 'sdk', 'opencode']
  .flatMap(fixtureNames)
  .map((name) => ({ name, steps: loadFixture(name).requests }))
  .filter(({ steps }) => steps.some(({ transport }) => transport === 'ws-frame'));

/** One client socket of a recording, and what it sent. */
export interface Connection {
  open: RecordedStep;
  frames: RecordedStep[];
}

/** Its sockets in the order in which they were opened. */
export function connectionsOf(steps: RecordedStep[]): Connection[] {
  const opens = steps.filter(({ transport }) => transport === 'ws-open');
  return opens.map((open, index) => ({
    open,
    frames: steps.filter((step) => step.transport === 'ws-frame' && step.conn === index + 1),
  }));
}

/** Connects as the client did. */
export function openSocket(
  test: Cleanup,
  origin: string,
  { open: step }: Connection,
): Promise<SocketClient> {
  const kept = step.headers.filter(([name]) => !HANDSHAKE.test(name));
  const headers = Object.fromEntries(kept);
  return connectSocket(test, origin, { path: step.path, headers });
}
