/** The error for a Responses request whose `input` has a type no upstream takes. */
import { SwitchyardError } from '../../errors.ts';

/** `invalid_request` that names the field. */
export const wrongInput = (): SwitchyardError =>
  new SwitchyardError('invalid_request', {
    message: 'input must be a string or a list of items',
    param: 'input',
  });
