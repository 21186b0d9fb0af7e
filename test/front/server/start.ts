/** Starts one backend with a small application, for the contract cases. */
import type { Application, BodySink, Exchange } from '../../../src/front/server/types.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { Server, ServerOptions } from '../../../src/front/server/types.ts';

/** A backend under test. */
export type StartBackend = (options: ServerOptions, app: Application) => Promise<Server>;

/** A running server. */
export interface Started {
  origin: string;
  port: number;
  server: Server;
}

const OPTIONS: ServerOptions = {
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  maxHeaderBytes: 64 * 1024,
  requestTimeoutMs: 60_000,
  maxMessageBytes: 1024 * 1024,
  reusePort: false,
};

/** Starts it on a free port; it ends with the test. */
export async function startWith(
  test: Cleanup,
  start: StartBackend,
  onRequest: (exchange: Exchange) => BodySink | undefined,
  options: Partial<ServerOptions> = {},
  onUpgrade: Application['onUpgrade'] = refuse,
): Promise<Started> {
  const server = await start({ ...OPTIONS, ...options }, { onRequest, onUpgrade });
  test.after(() => server.close());
  return { origin: `http://127.0.0.1:${server.port}`, port: server.port, server };
}

function refuse(exchange: Exchange): undefined {
  exchange.head(426, ['content-type', 'application/json']);
  exchange.end('{"error":{"message":"use HTTP"}}');
}

/** A sink whose unexpected callbacks fail the test. */
export function sinkOf(parts: Partial<BodySink>): BodySink {
  const unexpected = (name: string) => () => {
    throw new Error(`${name} was not expected`);
  };
  return {
    limit: 1024 * 1024,
    onBody: unexpected('onBody'),
    onTooLarge: unexpected('onTooLarge'),
    onTimeout: unexpected('onTimeout'),
    ...parts,
  };
}
