/** A bare TCP client and the unfriendly ends that a proxy has to live with. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Cleanup } from './temp.ts';

/** A connection on which a test writes exact bytes. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far, as latin1 so that no byte is lost. */
  readonly received: string;
  readonly closed: boolean;
  write(bytes: string | Uint8Array): void;
  /** Sends RST instead of FIN. */
  reset(): void;
  close(): void;
}

/** Opens a connection to `http://host:port`. */
export async function openRaw(origin: string): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let received = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  // A reset by the peer is an ordinary outcome here; 'close' follows and is what tests look at.
  socket.on('error', () => (closed = true));
  socket.on('close', () => (closed = true));
  return {
    socket,
    get received() {
      return received;
    },
    get closed() {
      return closed;
    },
    write: (bytes) => void socket.write(bytes),
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}

/** An origin on which nobody listens: connections are refused. */
export async function refusedOrigin(): Promise<string> {
  const server = await listen(() => undefined);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

/** Accepts connections and never reads or writes a byte. */
export async function startBlackhole(
  test: Cleanup,
): Promise<{ origin: string; connections(): number }> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = await listen((socket) => {
    accepted += 1;
    socket.pause();
    socket.on('error', () => sockets.delete(socket));
    sockets.add(socket);
  });
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, connections: () => accepted };
}

async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
