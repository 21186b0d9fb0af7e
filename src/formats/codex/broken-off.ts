/** The error for a Codex stream that ended without its terminal event (codex.md 1.11, vector 47). */
import { SwitchyardError } from '../../errors.ts';

const MESSAGE =
  'stream error: stream disconnected before completion: ' +
  'stream closed before response.completed';

/** `upstream_incomplete_stream`: only this turn is concerned, the account is not. */
export const brokenOff = (): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', { message: MESSAGE });
