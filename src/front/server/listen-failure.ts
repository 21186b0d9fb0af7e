/** The error of a listener that can not listen; names the address. */
import { SwitchyardError } from '../../errors.ts';

/** `cause`: what the system said, when it says anything. */
export function listenFailure(host: string, port: number, cause: unknown): SwitchyardError {
  const where = `${host === '' ? '*' : host}:${port}`;
  const reason =
    cause instanceof Error ? cause.message : 'the address is taken or not of this machine';
  return new SwitchyardError('invalid_config', {
    message: `can not listen on ${where}: ${reason}`,
    cause,
  });
}
