/** The client keys of the sample file: a proxy that still has one is open to everybody. */
import type { Config } from './types.ts';

const SAMPLE_KEYS = new Set(['your-api-key-1', 'your-api-key-2', 'your-api-key-3']);

/** True while a client key of the sample file is still in use (config.md 1, template guard). */
export function hasSampleKeys(config: Pick<Config, 'apiKeys'>): boolean {
  return config.apiKeys.some((key) => SAMPLE_KEYS.has(key));
}
