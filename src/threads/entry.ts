/**
 * Where a worker thread's entry file is: beside the sources when they run through tsx, beside the
 * compiled files in `dist/` otherwise.
 */

/** Names of the files in `workers/`. */
export type ThreadName = 'front' | 'host' | 'cpu' | 'sandbox';

/** URL of the entry file of a kind of thread. */
export function threadEntry(name: ThreadName): URL {
  const sources = import.meta.url.endsWith('.ts');
  const entry = new URL(`../../workers/${name}.${sources ? 'ts' : 'js'}`, import.meta.url);
  return sources ? throughTsx(entry) : entry;
}

/**
 * An entry in TypeScript, for development and tests. On Node 20 tsx does not reach into worker
 * threads by itself, so a module of one line loads it there first.
 */
export function throughTsx(entry: URL): URL {
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const file = JSON.stringify(entry.href);
  const code = `import{register}from${tsx};register();export default(await import(${file})).default`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
