/** Which endpoint a client path asks for. */

/** Is this the compaction of a Responses conversation (codex.md 3.4)? */
export const isCompactPath = (path: string): boolean => path.endsWith('/responses/compact');
