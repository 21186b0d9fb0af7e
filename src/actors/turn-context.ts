/** What a turn's preparation knows of the credential and the host that it runs on. */
import type { CredentialRecord } from '../credentials/record.ts';
import type { HostSettings } from './settings.ts';
import type { Provider } from '../providers/types.ts';

/** The surroundings of a turn. They may change between two attempts, never within one. */
export interface TurnContext {
  readonly record: CredentialRecord;
  readonly provider: Provider;
  readonly settings: HostSettings;
  /** Milliseconds since the epoch. */
  now(): number;
}
