/** The error for a chat request whose `messages` is no list. */
import { SwitchyardError } from '../../errors.ts';

/** Every upstream refuses such a body; telling so here spares the account a failed turn. */
export const wrongMessages = (): SwitchyardError =>
  new SwitchyardError('invalid_request', {
    message: 'messages must be a list of messages',
    param: 'messages',
  });
