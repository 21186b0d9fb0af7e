/**
 * Where a worker thread's entry file is: beside the sources when they run through tsx, beside the
 * compiled files in `dist/` otherwise.
 */

/** Names of the files in `workers/`. */
export type ThreadName = 'front' | 'host' | 'cpu' | 'sandbox';

/** URL of the entry file of a kind of thread. */
export function threadEntry(name: ThreadName): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../../workers/${name}.${extension}`, import.meta.url);
}
