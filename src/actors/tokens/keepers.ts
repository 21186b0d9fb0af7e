/** Which keeper holds a credential's token. */
import type { CredentialRecord } from '../../credentials/record.ts';
import type { Log } from '../../observe/log.ts';
import { tokenServiceFor } from '../../providers/token-services.ts';
import type { Caller } from '../../upstream/types.ts';
import { systemClock, type KeeperClock } from './clock.ts';
import { FileKeeper } from './file-keeper.ts';
import type { Keeper } from './keeper.ts';
import { configKeyKeeper, fileKeyKeeper } from './key-keepers.ts';
import { ServiceAccountKeeper } from './service-account-keeper.ts';

/** What may differ from the ordinary. */
export interface KeeperOptions {
  clock?: KeeperClock;
  /** Default: that of the provider. */
  tokenUrl?: string;
  /** The access token changed, so cooldowns that a refused one caused are void (codex.md 6.4). */
  onNewToken?: () => void;
}

/**
 * Makes the keeper of a credential. `proxyUrl`: the global one in force, for
 * credentials without their own.
 */
export function keeperFor(
  record: CredentialRecord,
  upstream: Caller,
  proxyUrl: () => string,
  log: Log,
  options: KeeperOptions = {},
): Keeper {
  const { source } = record;
  if (source.kind === 'config') return configKeyKeeper(source.apiKey);
  if (record.kind === 'apikey') return fileKeyKeeper(source.path);
  const base = {
    upstream,
    clock: options.clock ?? systemClock,
    get proxyUrl() {
      return record.proxyUrl === '' ? proxyUrl() : record.proxyUrl;
    },
  };
  if (record.provider === 'vertex') return new ServiceAccountKeeper(source.path, base, log);
  const service = tokenServiceFor(record.provider);
  const route = {
    ...base,
    service,
    url: options.tokenUrl ?? service.url(),
    get proxyUrl() {
      return base.proxyUrl;
    },
  };
  return new FileKeeper(record, source.path, route, log, options.onNewToken ?? (() => undefined));
}
