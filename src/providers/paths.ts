/** Which endpoint a client path asks for. */

/**
 * Is this the compaction of a Responses conversation (codex.md 3.4)? One trailing slash is forgiven,
 * as in the route table.
 */
export const isCompactPath = (path: string): boolean => /\/responses\/compact\/?$/.test(path);
