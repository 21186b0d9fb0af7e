/**
 * Where a worker thread's entry file is: in `workers/` when the sources run through tsx, beside the
 * other compiled files in `dist/` otherwise.
 */

/** Names of the files in `workers/`. */
export type ThreadName = 'front' | 'host' | 'cpu' | 'sandbox';

const SOURCES = import.meta.url.endsWith('.ts');

/** Options of a thread or a child process that runs one of our files. */
interface ExecArgv {
  execArgv?: string[];
}

/**
 * What threads do not take over from a process that was started through tsx: it costs each of them
 * a third of a second, and their entries bring it themselves where they need it.
 */
export const THREAD_OPTIONS: ExecArgv = process.execArgv.includes('tsx') ? { execArgv: [] } : {};

/** The same for a child process that runs a file beside its parent's. */
export const CHILD_OPTIONS: ExecArgv = SOURCES ? {} : THREAD_OPTIONS;

/** URL of the entry file of a kind of thread. */
export function threadEntry(name: ThreadName): URL {
  const entry = entryFile(name);
  return SOURCES ? throughTsx(entry) : entry;
}

const entryFile = (name: ThreadName): URL =>
  new URL(SOURCES ? `../../workers/${name}.ts` : `./${name}.js`, import.meta.url);

/** Where a pool of threads finds a task, and what its threads need before they load it. */
export function poolEntry(name: ThreadName): ExecArgv & { filename: string } {
  const filename = entryFile(name).href;
  // A pool takes files only, so that tsx can not come with the entry.
  return SOURCES
    ? { filename, execArgv: ['--import', moduleOf(registerTsx()).href] }
    : { filename, ...THREAD_OPTIONS };
}

/**
 * An entry in TypeScript, for development and tests. On Node 20 tsx does not reach into worker
 * threads by itself, so a module of one line loads it there first.
 */
export function throughTsx(entry: URL): URL {
  const file = JSON.stringify(entry.href);
  return moduleOf(`${registerTsx()}export default(await import(${file})).default`);
}

function registerTsx(): string {
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return `import{register}from${tsx};register();`;
}

const moduleOf = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
