/** The one refusal for request bodies that are too large, raw or decoded; it always names the limit. */
import { SwitchyardError } from '../errors.ts';

const MIB = 1024 * 1024;

/** Error `body_too_large`. `limit`: bytes. */
export function bodyTooLarge(limit: number): SwitchyardError {
  const mib = Number((limit / MIB).toFixed(3));
  return new SwitchyardError('body_too_large', {
    message: `the request body is larger than ${mib} MiB`,
  });
}
