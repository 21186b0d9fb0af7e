/**
 * Run by `tls.test.ts` in a process of its own: Node reads `NODE_EXTRA_CA_CERTS` only when it starts.
 * Arguments: JSON of `[url, proxyUrl][]`. Prints the outcomes as JSON.
 */
import { UpstreamHttp } from '../../src/upstream/http.ts';
import { finish, LIMITS } from './support.ts';

const client = new UpstreamHttp({ timeouts: LIMITS, env: {} });
const outcomes: string[] = [];
for (const [url = '', proxyUrl = ''] of JSON.parse(process.argv[2] ?? '[]') as string[][]) {
  const seen = await finish(client, url, { proxyUrl });
  outcomes.push(seen.error === undefined ? seen.text : `${seen.error.code} ${seen.phase}`);
}
await client.close();
process.stdout.write(JSON.stringify(outcomes));
