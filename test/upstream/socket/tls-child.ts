/**
 * Run by `ways.test.ts` in a process of its own: Node reads `NODE_EXTRA_CA_CERTS` only when it starts.
 * Arguments: JSON of `[url, proxyUrl][]`. Prints the outcomes as JSON.
 */
import { UpstreamSockets } from '../../../src/upstream/socket/client.ts';
import { LIMITS } from '../support.ts';
import { ask, connect, framesCame, SOCKET_LIMITS } from './support.ts';

const client = new UpstreamSockets({ timeouts: LIMITS, limits: SOCKET_LIMITS, env: {} });
const outcomes: string[] = [];
for (const [url = '', proxyUrl = ''] of JSON.parse(process.argv[2] ?? '[]') as string[][]) {
  const { seen } = connect(client, url, { proxyUrl });
  await seen.over;
  outcomes.push(
    seen.socket === undefined ? seen.outcome : ((await framesCame(ask(seen.socket), 1))[0] ?? ''),
  );
}
await client.close();
process.stdout.write(JSON.stringify(outcomes));
