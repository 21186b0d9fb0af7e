/** A plain TCP connection, the ground of every way to an upstream. */
import { connect } from 'node:net';
import type { buildConnector } from 'undici';

/** A place to connect to. IPv6 addresses have no brackets. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** A plain connection to a place. */
export function openTcp(place: Place, done: buildConnector.Callback): () => void {
  const socket = connect({ host: place.host, port: place.port });
  const onError = (error: Error): void => done(error, null);
  socket.once('error', onError);
  socket.once('connect', () => {
    socket.off('error', onError);
    done(null, socket);
  });
  return () => void socket.destroy();
}
