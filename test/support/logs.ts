/** Collects the log lines of a test, so that it can look at them and the output stays clean. */
import { configureLogging, loggerFor, type Log } from '../../src/observe/log.ts';

/** A logger and what it wrote, parsed. */
export interface CollectedLog {
  log: Log;
  lines: Record<string, unknown>[];
}

/** Sends this thread's log into a list. */
export function collectLog(component = 'test'): CollectedLog {
  const lines: Record<string, unknown>[] = [];
  configureLogging({
    sink: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { log: loggerFor(component, true), lines };
}
