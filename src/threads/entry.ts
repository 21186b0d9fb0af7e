/**
 * Where a worker thread's entry file is: beside the sources when they run through tsx, beside the
 * compiled files in `dist/` otherwise.
 */

/** Names of the files in `workers/`. */
export type ThreadName = 'front' | 'host' | 'cpu' | 'sandbox';

const SOURCES = import.meta.url.endsWith('.ts');

/** URL of the entry file of a kind of thread. */
export function threadEntry(name: ThreadName): URL {
  const entry = entryFile(name);
  return SOURCES ? throughTsx(entry) : entry;
}

const entryFile = (name: ThreadName): URL =>
  new URL(`../../workers/${name}.${SOURCES ? 'ts' : 'js'}`, import.meta.url);

/** Where a pool of threads finds a task, and what its threads need before they load it. */
export function poolEntry(name: ThreadName): { filename: string; execArgv?: string[] } {
  const entry = entryFile(name);
  // A pool takes files only, so that tsx can not come with the entry.
  return SOURCES
    ? { filename: entry.href, execArgv: ['--import', moduleOf(registerTsx()).href] }
    : { filename: entry.href };
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
