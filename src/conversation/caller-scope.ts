/** What stands for a client's access key outside the front: hashes that can not be turned back. */
import { createHash } from 'node:crypto';
import { uuidV5 } from './uuid5.ts';

/** Hex SHA-256 that separates the conversations of different clients (codex.md 4.4); `''` = no key. */
export function callerScope(clientKey: string | undefined): string {
  const key = clientKey?.trim() ?? '';
  if (key === '') return '';
  return createHash('sha256').update(`cli-proxy-api:caller-scope:v1\0${key}`).digest('hex');
}

/** Continuity key of last resort for a client (codex.md 4.2). */
export function clientCacheKey(clientKey: string): string {
  return uuidV5(`cli-proxy-api:codex:prompt-cache:${clientKey.trim()}`);
}
