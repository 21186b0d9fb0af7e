/**
 * Starts the HTTP server: the native one where it loads, else node:http. The environment variable
 * `SWITCHYARD_SERVER=node` asks for the latter.
 */
import { startNode } from './node.ts';
import { startUws, loadUws } from './uws.ts';
import { warn } from '../../observe/warnings.ts';
import type { Application, Server, ServerOptions } from './types.ts';
import type { Log } from '../../observe/log.ts';

/** Which server may be used. */
export type ServerChoice = 'native' | 'node';

/** The operator's wish in the environment. */
export function serverChoice(env: NodeJS.ProcessEnv = process.env): ServerChoice {
  return env['SWITCHYARD_SERVER'] === 'node' ? 'node' : 'native';
}

/**
 * Listens. `load` is how the native server is loaded; a failure is logged once (SWY_W009).
 * @throws SwitchyardError `invalid_config` when the address or the certificate can not be used.
 */
export async function startServer(
  options: ServerOptions,
  app: Application,
  log: Log,
  choice: ServerChoice = serverChoice(),
  load: typeof loadUws = loadUws,
): Promise<Server> {
  if (choice === 'node') return startNode(options, app);
  let native: Awaited<ReturnType<typeof loadUws>>;
  try {
    native = await load();
  } catch (thrown) {
    const [reason] = String(thrown).split('\n');
    warn(log, 'SWY_W009', { reason, node: process.version });
    return startNode(options, app);
  }
  return startUws(native, options, app);
}
