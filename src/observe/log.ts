/**
 * Logging of one thread: pino, JSON lines on standard output, or readable text on a terminal.
 * Every thread has its own instance on the same descriptor. Lines are written in the background, in
 * writes of at most one pipe buffer so that threads never cut into each other's lines, and the rest
 * is flushed on exit. A thread that is terminated from outside may lose its last few lines.
 */
import { isatty } from 'node:tty';
import { isMainThread } from 'node:worker_threads';
import pino from 'pino';
import { maskText, redactFields } from './mask.ts';
import { prettyLine } from './pretty.ts';

/** The logger type that other modules name. */
export type Log = pino.Logger;

/** Where finished lines go, each with its newline. */
export interface LogSink {
  write(line: string): void;
}

/** PIPE_BUF of Linux: the largest write to a pipe that is not mixed with another thread's. */
export const MAX_WRITE_BYTES = 4096;

/** Waiting bytes when the reader of our output stands still; later lines are dropped. */
export const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Environment variable; `off` = nothing is written to standard output. */
const SWITCH = 'SWITCHYARD_LOG';

/** Standard output. */
const STDOUT = 1;

/** Lines are gathered up to this size... */
const MIN_WRITE_BYTES = MAX_WRITE_BYTES - 512;
/** ...or for this long, milliseconds: a write per line would cost more than the line itself. */
const MAX_DELAY_MS = 100;

/** `warn`: from here on the message text itself is searched for secrets. */
const SEARCHED_FROM = 40;

interface Output {
  root: Log;
  /** Without the search for secrets. */
  plain: Log;
  flush(): void;
}

let output: Output | undefined;
const loggers = new Set<Log>();

/**
 * Logger for lines whose every field is known to hold no secret (`request-line.ts`): it skips the
 * search, which costs more than the line itself.
 */
export function plainLoggerFor(component: string): Log {
  output ??= standardOutput();
  return output.plain.child({ component }, { level: 'info' });
}

/** Sets where this thread's lines go. Call before the first {@link loggerFor}; tests pass a sink. */
export function configureLogging(options: { sink: LogSink; pretty?: boolean }): void {
  output = makeOutput(options.sink, options.pretty ?? false, () => undefined);
}

/**
 * Logger of one component, e.g. `front` or `host-0`: `loggerFor('store').info({ dir }, 'opened')`.
 * Call it once per component, not per request. `debug` is `config.debug`.
 */
export function loggerFor(component: string, debug = false): Log {
  output ??= standardOutput();
  const log = output.root.child({ component }, { level: debug ? 'debug' : 'info' });
  loggers.add(log);
  return log;
}

/** Changes the level of every logger of this thread: a reload switched `debug`. */
export function setDebug(debug: boolean): void {
  for (const log of loggers) log.level = debug ? 'debug' : 'info';
}

/** Writes what is still waiting, synchronously. For the last moment of a thread. */
export function flushLogs(): void {
  output?.flush();
}

function standardOutput(): Output {
  if (process.env[SWITCH] === 'off') {
    return makeOutput({ write: () => undefined }, false, () => undefined);
  }
  const stream = pino.destination({
    fd: STDOUT,
    sync: false,
    maxWrite: MAX_WRITE_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
    minLength: MIN_WRITE_BYTES,
    periodicFlush: MAX_DELAY_MS,
  });
  // pino flushes at exit by itself on the main thread only.
  if (!isMainThread) process.on('exit', () => stream.flushSync());
  return makeOutput(stream, isatty(STDOUT), () => stream.flushSync());
}

function makeOutput(sink: LogSink, pretty: boolean, flush: () => void): Output {
  const target = pretty ? { write: (line: string) => sink.write(prettyLine(line)) } : sink;
  const level = (label: string): object => ({ level: label });
  const common = { base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  const root = pino(
    {
      ...common,
      formatters: { level, log: redactFields },
      serializers: { err: errorFields },
      hooks: { logMethod: maskMessage },
    },
    target,
  );
  return { root, plain: pino({ ...common, formatters: { level } }, target), flush };
}

/** An error as it is logged; the texts of its causes are part of `message` and `stack`. */
function errorFields(error: Error): Record<string, unknown> {
  const { type, message, stack } = pino.stdSerializers.err(error);
  const code = (error as { code?: unknown }).code;
  return { type, code, message: maskText(message), stack: maskText(stack) };
}

function maskMessage(this: Log, args: Parameters<Log['info']>, method: pino.LogFn, level: number) {
  if (level >= SEARCHED_FROM) {
    const at = typeof args[0] === 'string' ? 0 : 1;
    const message: unknown = args[at];
    if (typeof message === 'string') (args as unknown[])[at] = maskText(message);
  }
  method.apply(this, args);
}
