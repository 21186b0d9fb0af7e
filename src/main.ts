/** Composition root: flags, supervisor, signals. */
import { resolve } from 'node:path';
import { guardMain } from './observe/process-guards.ts';
import { loggerFor } from './observe/log.ts';
import { parseFlags, USAGE } from './cli/flags.ts';
import { prepareUwsEnvironment } from './front/server/uws.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { toSwitchyardError } from './errors.ts';
import { VERSION } from './version.ts';

/** Header limit that is set before the native server loads; later changes need a restart. */
const DEFAULT_HEADER_BYTES = 64 * 1024;

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help || flags.version) {
    process.stdout.write(flags.help ? USAGE : `${VERSION}\n`);
    return;
  }
  const log = loggerFor('main', false);
  guardMain(log);
  prepareUwsEnvironment(DEFAULT_HEADER_BYTES);
  const configPath = resolve(flags.config ?? 'config.yaml');
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
  process.exitCode = 1;
});
