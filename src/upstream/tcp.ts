/** A plain TCP connection, the ground of every way to an upstream. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { buildConnector } from 'undici';

/** A place to connect to. IPv6 addresses have no brackets. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Bytes of one read, and buffered bytes at which a socket stops reading. Node's own reads allocate
 * 64 KiB each: far more than most pieces of an answer have, and what a stalled stream would hold.
 */
export const READ_BYTES = 16 * 1024;

/** All sockets of this thread read into it; what arrived is copied out at once. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** A plain connection to a place. */
export function openTcp(place: Place, done: buildConnector.Callback): () => void {
  const options: TcpNetConnectOpts & { readableHighWaterMark: number } = {
    host: place.host,
    port: place.port,
    readableHighWaterMark: READ_BYTES,
    onread: { buffer: readBuffer, callback: keepBytes },
  };
  const socket = connect(options);
  const onError = (error: Error): void => done(error, null);
  socket.once('error', onError);
  socket.once('connect', () => {
    socket.off('error', onError);
    done(null, socket);
  });
  return () => void socket.destroy();
}

/** Node calls it on the socket. False: the buffer is full, so reading stops until it was read. */
function keepBytes(this: unknown, size: number, buffer: Uint8Array): boolean {
  return (this as Socket).push(Buffer.from(buffer.subarray(0, size)));
}
