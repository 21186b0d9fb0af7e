/**
 * What happens to an error that nothing caught: it is logged with a code, and its thread stops. A
 * worker is replaced by the supervisor; the main thread ends the process and leaves the restart to
 * whoever started it. Going on would mean to serve with state that nobody vouches for.
 */
import { flushLogs, loggerFor, type Log } from './log.ts';
import { WARNINGS, type WarningCode } from './warnings.ts';

/** Exit status of a thread that stopped on an uncaught error. */
export const CRASH_STATUS = 1;

/** Installs the policy in a worker thread. */
export function guardWorker(log: Log = loggerFor('worker')): void {
  guard(log);
}

/** Installs the policy in the main thread. */
export function guardMain(log: Log = loggerFor('main')): void {
  guard(log);
}

function guard(log: Log): void {
  // Without a handler of its own an unhandled rejection arrives here too, named by its origin.
  process.on('uncaughtException', (error, origin) => {
    const code: WarningCode = origin === 'unhandledRejection' ? 'SWY_W005' : 'SWY_W004';
    log.fatal({ code, err: error }, WARNINGS[code]);
    flushLogs();
    // In a worker this ends the thread, not the process.
    process.exit(CRASH_STATUS);
  });
}
