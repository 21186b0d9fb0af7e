/** What the providers of Google's APIs have in common; each adds its address and its login. */
import { failureOfEvent, failureOfResponse } from './failures.ts';
import { refuseCompact } from '../paths.ts';
import type { Provider } from '../types.ts';

/** All of a provider but its requests. */
export const googleProvider: Omit<Provider, 'buildRequest'> = {
  upstreamFormat(_client, path) {
    refuseCompact(path);
    return 'gemini';
  },

  // The API knows no such member: no body holds it.
  keepsRetention: () => false,

  // The prompt cache is found by its content, not by a key.
  usesContinuity: () => false,

  countsTokens: () => true,

  failureOfResponse,
  failureOfEvent,

  // Google tells what is used up, never what is left.
  quotaOfHeaders: () => undefined,
  quotaOfEvent: () => undefined,
};
