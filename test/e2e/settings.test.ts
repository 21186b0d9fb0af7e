/** Settings of the front as clients see them: access, CORS, headers, TLS, custom headers. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { PATHS, shortTurn } from '../support/endings.ts';
import { reconfigure } from '../support/reconfigure.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';

type Fields = Record<string, unknown>;

const TLS = new URL('../fixtures/tls/', import.meta.url).pathname;
const ORIGIN = 'https://app.example.com';

describe('settings of the front', async () => {
  const upstream = await startFakeUpstream({ after }, (call) =>
    call.json(
      200,
      { object: 'response', id: 'r', status: 'completed', output: [] },
      {
        'x-request-id': 'req-1',
        'set-cookie': 'secret=1',
        'x-codex-turn-state': 'state-1',
      },
    ),
  );
  const proxy = await startProxy({ after }, { 'codex-api-key': codexKeys(upstream.origin, 1) });
  const use = (marker: string, settings: Fields, key?: string): Promise<void> => {
    const keys = codexKeys(upstream.origin, 1, ['gpt-5.5', marker]);
    return reconfigure(proxy, { 'codex-api-key': keys, ...settings }, marker, key);
  };
  const url = proxy.origin + PATHS.responses;
  const body = shortTurn('responses', 'gpt-5.5', false);
  const post = (headers: Record<string, string> = {}, query = '') =>
    sendRequest(url + query, { body, headers });

  it('says nothing of CORS, passes no upstream header, tells the account', async () => {
    const answer = await post({ origin: ORIGIN });
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal(answer.headers['x-request-id'], undefined);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.match(answer.headers['x-switchyard-account'] ?? '', /^[0-9a-f]{16}$/);
    const turnState = answer.headers['x-codex-turn-state'];
    assert.match(turnState ?? '', /\.state-1$/, 'clients.md 2, row 8: always passed on');
    const preflight = await sendRequest(url, { method: 'OPTIONS', headers: { origin: ORIGIN } });
    assert.equal(preflight.status, 405);
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  });

  it('passes upstream headers and hides its own when told to', async () => {
    await use('headers', {
      'passthrough-headers': true,
      switchyard: { 'diagnostic-headers': false },
    });
    const { headers } = await post();
    assert.equal(headers['x-request-id'], 'req-1');
    assert.equal(headers['set-cookie'], undefined);
    assert.equal(headers['x-switchyard-account'], undefined);
    assert.equal(headers['x-switchyard-continuity'], undefined);
  });

  it('grants CORS to the listed origin only, errors and preflights included', async () => {
    await use('cors', { switchyard: { cors: { origins: [ORIGIN] } } });
    const allowed = await post({ origin: ORIGIN });
    assert.equal(allowed.headers['access-control-allow-origin'], ORIGIN);
    const refused = await sendRequest(url, { body: '{', headers: { origin: ORIGIN } });
    assert.equal(refused.status, 400);
    assert.equal(refused.headers['access-control-allow-origin'], ORIGIN);
    const other = await post({ origin: 'https://evil.example.com' });
    assert.equal(other.headers['access-control-allow-origin'], undefined);
    const preflight = await sendRequest(url, { method: 'OPTIONS', headers: { origin: ORIGIN } });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers['access-control-allow-methods'] ?? '', /POST/);
    assert.match(preflight.headers['access-control-allow-headers'] ?? '', /Authorization/);
  });

  it("sends a credential's own headers, copied ones only when the client has them", async () => {
    const [key = {}] = codexKeys(upstream.origin, 1, ['gpt-5.5', 'custom']);
    const headers = { 'X-Team': 'blue', 'X-Trace': '$X-Client-Trace', 'User-Agent': 'custom/1' };
    await reconfigure(proxy, { 'codex-api-key': [{ ...key, headers }] }, 'custom');
    await post({ 'x-client-trace': 'trace-7' });
    const sent = upstream.requests.at(-1)?.headers ?? {};
    assert.equal(sent['x-team'], 'blue');
    assert.equal(sent['x-trace'], 'trace-7');
    assert.equal(sent['user-agent'], 'custom/1');
    await post();
    assert.equal(upstream.requests.at(-1)?.headers['x-trace'], undefined);
  });

  it('unknown keys are named in the log and do no harm', async () => {
    await use('unknown', { 'no-such-key': 1, switchyard: { limits: { 'max-boddy': 7 }, typo: 1 } });
    assert.equal((await post()).status, 200);
    const named = (name: string) =>
      proxy.lines.some((line) => JSON.stringify(line['keys'] ?? '').includes(name));
    await waitUntil(() => named('typo'), 'the warning');
    assert.ok(named('no-such-key'), JSON.stringify(proxy.lines));
  });

  it('takes a client key in every accepted place, and refuses in JSON', async () => {
    await use('access', { 'api-keys': ['client-key-1', 'client-key-2'] }, 'client-key-1');
    const places: [headers: Record<string, string>, query?: string][] = [
      [{ authorization: 'Bearer client-key-1' }],
      [{ authorization: 'bearer client-key-2' }],
      [{ authorization: 'client-key-1' }],
      [{ 'x-api-key': 'client-key-1' }],
      [{ 'x-goog-api-key': 'client-key-2' }],
      [{}, '?key=client-key-1'],
      [{}, '?auth_token=client-key-1'],
      [{ authorization: 'Bearer wrong', 'x-api-key': 'client-key-1' }],
    ];
    for (const [headers, query] of places) {
      const answer = await post(headers, query);
      assert.equal(answer.status, 200, `${JSON.stringify(headers)} ${query}`);
    }
    const sent = JSON.stringify(upstream.requests.at(-1)?.rawHeaders);
    assert.ok(!sent.includes('client-key-1'), 'the key stays here');
    const before = upstream.requests.length;
    for (const path of [PATHS.responses, PATHS.chat, '/v1/models']) {
      const method = path.endsWith('models') ? {} : { body };
      const missing = await sendRequest(proxy.origin + path, method);
      assert.deepEqual([missing.status, await missing.json()], [401, { error: 'Missing API key' }]);
      const headers = { authorization: 'Bearer nope' };
      const invalid = await sendRequest(proxy.origin + path, { ...method, headers });
      assert.deepEqual([invalid.status, await invalid.json()], [401, { error: 'Invalid API key' }]);
    }
    assert.equal((await sendRequest(`${proxy.origin}/healthz`)).status, 200);
    assert.equal(upstream.requests.length, before);
  });

  it('refuses the sample keys of the template with 403', async () => {
    const keys = codexKeys(upstream.origin, 1);
    await proxy.writeConfig({ 'codex-api-key': keys, 'api-keys': ['your-api-key-1'] });
    const answer = await waitUntil(async () => {
      const now = await post({ authorization: 'Bearer your-api-key-1' });
      return now.status === 403 ? now : undefined;
    }, 'the guard');
    const told = (await answer.json()) as { error: string };
    assert.equal(told.error, 'unsafe_example_api_key');
  });
});

describe('the listener', () => {
  it('serves HTTPS', async (t) => {
    const upstream = await startFakeUpstream(t);
    const tls = { enable: true, cert: `${TLS}cert.pem`, key: `${TLS}key.pem` };
    const proxy = await startProxy(t, { tls, 'codex-api-key': codexKeys(upstream.origin, 1) });
    const call = request(`https://127.0.0.1:${proxy.port}${PATHS.chat}`, {
      method: 'POST',
      ca: readFileSync(tls.cert),
      checkServerIdentity: () => undefined,
      agent: false,
    });
    call.end(JSON.stringify(shortTurn('chat', 'gpt-5.5', false)));
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 200);
    const chunks = (await answer.toArray()) as Buffer[];
    assert.match(Buffer.concat(chunks).toString(), /"object":"chat.completion"/);
  });

  it('names the address when the port is in use', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    await assert.rejects(startProxy(t, { port }), new RegExp(`127\\.0\\.0\\.1:${port}: .*in use`));
  });
});
