/** Checks of settings that are fine alone and wrong together. */
import { SwitchyardError } from '../errors.ts';
import type { Config } from './types.ts';

/**
 * Refuses a configuration that can not do what it says.
 * @throws SwitchyardError `invalid_config` with every complaint
 */
export function checkCombinations(config: Config): void {
  const complaints: string[] = [];
  if (config.tls.enable && !config.tls.cert) complaints.push('tls.cert: needed with tls.enable');
  if (config.tls.enable && !config.tls.key) complaints.push('tls.key: needed with tls.enable');
  if (!config.authDir) complaints.push('auth-dir: must not be empty');
  if (complaints.length > 0) {
    throw new SwitchyardError('invalid_config', { message: complaints.join('; ') });
  }
}
