/** Composition root: command line, supervisor, signals. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { guardMain } from './observe/process-guards.ts';
import { loggerFor } from './observe/log.ts';
import { DEFAULT_CONFIG } from './cli/command-config.ts';
import { parseCommand } from './cli/flags.ts';
import { processIo } from './cli/io.ts';
import { runCommand } from './cli/run.ts';
import { prepareUwsEnvironment } from './front/server/uws.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { toSwitchyardError } from './errors.ts';
import { VERSION } from './version.ts';

/** Exit code of a login that can not listen (codex.md 6.1). */
const PORT_IN_USE = 13;

/** Header limit that is set before the native server loads; later changes need a restart. */
const DEFAULT_HEADER_BYTES = 64 * 1024;

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  if (command.name !== 'serve') {
    process.exitCode = await runCommand(processIo(homedir()), command);
    return;
  }
  const log = loggerFor('main', false);
  guardMain(log);
  prepareUwsEnvironment(DEFAULT_HEADER_BYTES);
  const configPath = resolve(command.config ?? DEFAULT_CONFIG);
  const supervisor = await Supervisor.start({ configPath, version: VERSION, log });
  stopOnSignals(supervisor, log);
}

function stopOnSignals(supervisor: Supervisor, log: ReturnType<typeof loggerFor>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping; a second signal stops at once');
    supervisor.stop().then(
      () => process.exit(0),
      (thrown: unknown) => {
        log.error({ err: thrown }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((thrown: unknown) => {
  const error = toSwitchyardError(thrown);
  process.stderr.write(`switchyard: ${error.message}\n`);
  process.exitCode = error.code === 'callback_port_in_use' ? PORT_IN_USE : 1;
});
