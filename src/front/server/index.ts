/** Chooses the server: uWebSockets.js where its native build loads, else node. */
import { loadUws, startUws, type Uws } from './uws.ts';
import { startNode } from './node.ts';
import { SwitchyardError } from '../../errors.ts';
import { warn } from '../../observe/warnings.ts';
import type { Application, Server, ServerOptions } from './types.ts';
import type { Log } from '../../observe/log.ts';

/** Environment variable: `uws` (no fallback), `node`; empty or unset: the better one that loads. */
export const SERVER_VARIABLE = 'SWITCHYARD_SERVER';

/** What the choice depends on; tests replace it. */
export interface Choice {
  /** Value of {@link SERVER_VARIABLE}. */
  wanted: string | undefined;
  load(): Promise<Uws>;
}

/**
 * Starts listening.
 * @throws SwitchyardError `invalid_config` when the address, the certificate or the wanted server
 * can not be used. A taken address is no reason to fall back.
 */
export async function startServer(
  options: ServerOptions,
  app: Application,
  log: Log,
  choice: Choice = { wanted: process.env[SERVER_VARIABLE], load: loadUws },
): Promise<Server> {
  const wanted = choice.wanted ?? '';
  if (wanted === 'node') return startNode(options, app, log);
  if (wanted !== '' && wanted !== 'uws') {
    throw new SwitchyardError('invalid_config', {
      message: `${SERVER_VARIABLE} is uws or node, not ${JSON.stringify(wanted)}`,
    });
  }
  let uws: Uws;
  try {
    uws = await choice.load();
  } catch (cause) {
    if (wanted === 'uws') throw missingBuild(cause);
    warn(log, 'SWY_W009', { reason: reasonOf(cause), node: process.version });
    return startNode(options, app, log);
  }
  return startUws(uws, options, app, log);
}

function missingBuild(cause: unknown): SwitchyardError {
  return new SwitchyardError('invalid_config', {
    message: `${SERVER_VARIABLE} is uws, but uWebSockets.js does not load: ${reasonOf(cause)}`,
    cause,
  });
}

/** The loader's own words are in the last line, behind advice of the package. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().split('\n').at(-1) ?? '';
}
