/** The two image endpoints, as paths of clients name them (codex.md 8.1). */

/** Is it one of the image endpoints? */
export const isImagePath = (path: string): boolean => path.includes('/images/');

/** Does it change given images? One trailing slash is forgiven, as in the route table. */
export const isEditPath = (path: string): boolean => /\/images\/edits\/?$/.test(path);

/** The same endpoint at an upstream that serves image models itself, behind its base address. */
export const upstreamImagePath = (path: string): string =>
  isEditPath(path) ? '/images/edits' : '/images/generations';
