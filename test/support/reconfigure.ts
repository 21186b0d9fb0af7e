/** New settings for a running proxy: much cheaper than a new one for each combination of keys. */
import { sendRequest } from './http-client.ts';
import { waitUntil } from './wait.ts';
import type { TestProxy } from './proxy.ts';

/**
 * Writes the config and waits until it is in force: `marker` is a model that only this config
 * offers. Fronts are configured last, so hosts have the settings too. `key`: a client access key.
 */
export async function reconfigure(
  proxy: TestProxy,
  config: Record<string, unknown>,
  marker: string,
  key?: string,
): Promise<void> {
  await proxy.writeConfig(config);
  const headers: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  await waitUntil(async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/models`, { headers });
    return (await answer.text()).includes(`"id":"${marker}"`);
  }, `the model ${marker}`);
}
