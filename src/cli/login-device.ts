/** A login by a code that is entered on another machine (codex.md 6.3). */
import type { CodexEndpoints } from '../providers/codex/oauth-endpoints.ts';
import {
  DEVICE_LIMIT_MS,
  DEVICE_REDIRECT_URI,
  deviceCodeRequest,
  devicePollRequest,
  readDeviceCode,
  readDevicePoll,
} from '../providers/codex/oauth-device.ts';
import type { Grant } from '../providers/oauth/callback.ts';
import { loginFailed, type AuthClient } from './auth-client.ts';
import type { CliIo } from './io.ts';

/** @throws SwitchyardError `login_failed` */
export async function deviceGrant(
  io: CliIo,
  endpoints: CodexEndpoints,
  client: AuthClient,
): Promise<Grant> {
  const answer = await client.send(deviceCodeRequest(endpoints, client.proxyUrl));
  const code = readDeviceCode(answer.status, answer.body);
  if ('reason' in code) throw loginFailed(code.reason);
  io.out(`Open this page on any machine:\n\n${endpoints.devicePage}\n`);
  io.out(`and enter the code ${code.userCode}. It ends in 15 minutes.`);
  const { clock } = io;
  const deadline = clock.now() + DEVICE_LIMIT_MS;
  for (;;) {
    const asked = await client.send(devicePollRequest(endpoints, code, client.proxyUrl));
    const poll = readDevicePoll(asked.status, asked.body);
    if (poll.kind === 'granted') {
      return { code: poll.code, verifier: poll.verifier, redirectUri: DEVICE_REDIRECT_URI };
    }
    if (poll.kind === 'failed') throw loginFailed(`the login was refused: ${poll.reason}`);
    if (clock.now() + code.intervalMs > deadline) {
      throw loginFailed('nobody entered the code within 15 minutes');
    }
    await new Promise<void>((resolve) => void clock.after(code.intervalMs, resolve));
  }
}
