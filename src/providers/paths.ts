/** Which endpoint a client path asks for. */
import { SwitchyardError } from '../errors.ts';

/**
 * Is this the compaction of a Responses conversation (codex.md 3.4)? One trailing slash is forgiven,
 * as in the route table.
 */
export const isCompactPath = (path: string): boolean => /\/responses\/compact\/?$/.test(path);

/** Does the request only ask for its own size (translate-openai-claude.md 9.5)? */
export const isCountPath = (path: string): boolean =>
  /\/messages\/count_tokens\/?$/.test(path) || path.endsWith(':countTokens');

/**
 * Refuses to compact for upstreams that have no such endpoint (providers.md 1.1).
 * @throws SwitchyardError `invalid_request` with status 501
 */
export function refuseCompact(path: string): void {
  if (!isCompactPath(path)) return;
  throw new SwitchyardError('invalid_request', {
    status: 501,
    message: '/responses/compact not supported',
  });
}
