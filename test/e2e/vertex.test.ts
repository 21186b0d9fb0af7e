/** Vertex AI end to end: a service account's file, and a key (providers.md 3). */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { endingOf, PATHS, shortTurn } from '../support/endings.ts';
import { googleBody, startFakeGoogle } from '../support/fake-google.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startProxy } from '../support/proxy.ts';
import { tempDir } from '../support/temp.ts';
import type { UpstreamExchange } from '../support/fake-upstream.ts';

const MODEL = 'gemini-2.5-pro';

describe('Vertex AI', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let tokens = 0;
  let refused = '';
  const google = await startFakeGoogle({ after }, (call) => {
    const token = call.request.headers['authorization'] ?? '';
    if (call.request.path === '/token') {
      tokens += 1;
      call.json(200, { access_token: `ya29.${String(tokens)}`, expires_in: 3599 });
      return true;
    }
    if (refused === '' || token !== refused) return false;
    call.json(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } });
    return true;
  });
  const folder = await tempDir({ after });
  await mkdir(join(folder, 'auth'), { mode: 0o700 });
  const file = {
    type: 'vertex',
    project_id: 'acme-1',
    email: 'svc@acme-1.iam.gserviceaccount.com',
    location: 'europe-west4',
    base_url: google.origin,
    prefix: 'eu',
    service_account: {
      type: 'service_account',
      private_key_id: 'kid-1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'svc@acme-1.iam.gserviceaccount.com',
      token_uri: `${google.origin}/token`,
    },
  };
  const path = join(folder, 'auth', 'vertex-acme-1.json');
  await writeFile(path, JSON.stringify(file), { mode: 0o600 });
  const key = { 'api-key': 'vk', 'base-url': google.origin, prefix: 'key' };
  const proxy = await startProxy({ after }, { 'vertex-api-key': [key] }, folder);

  const ask = (model: string): Promise<ClientAnswer> =>
    sendRequest(proxy.origin + PATHS.chat, { body: shortTurn('chat', model, true) });
  const turns = (): UpstreamExchange[] =>
    google.calls.filter(({ request }) => request.path !== '/token');

  it('D2: a service account: one token for many turns', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await endingOf(await ask(`eu/${MODEL}`), 'chat')).kind, 'ok');
    }
    assert.equal(tokens, 1);
    const { path: asked, headers } = turns()[0]?.request ?? {};
    assert.equal(
      asked,
      `/v1/projects/acme-1/locations/europe-west4/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`,
    );
    assert.equal(headers?.['authorization'], 'Bearer ya29.1');
    assert.equal(googleBody(turns()[0])['model'], MODEL);
  });

  it('a refused token is replaced once, and the turn is asked again', async () => {
    refused = 'Bearer ya29.1';
    assert.equal((await endingOf(await ask(`eu/${MODEL}`), 'chat')).kind, 'ok');
    assert.equal(tokens, 2);
    assert.equal(turns().at(-1)?.request.headers['authorization'], 'Bearer ya29.2');
  });

  it('a key', async () => {
    assert.equal((await endingOf(await ask(`key/${MODEL}`), 'chat')).kind, 'ok');
    const { path: asked, headers } = turns().at(-1)?.request ?? {};
    assert.equal(asked, `/v1/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`);
    assert.equal(headers?.['x-goog-api-key'], 'vk');
  });
});
