/** `disable-image-generation` in chats and Responses turns (codex.md 1.6, 1.8; vectors 37 to 39). */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idToken } from '../credentials/support.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startProxy } from '../support/proxy.ts';
import { tempDir } from '../support/temp.ts';

type Json = Record<string, unknown>;

const PING = {
  model: 'gpt-5.5(high)',
  input: 'ping',
  store: true,
  temperature: 0.2,
  service_tier: 'flex',
  parallel_tool_calls: false,
};
const SENT = {
  model: 'gpt-5.5',
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ping' }] }],
  store: false,
  stream: true,
  instructions: '',
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'high' },
};
const IMAGE = { type: 'image_generation', output_format: 'png' };

/** What an account of this plan is asked when a client sends `body`. */
async function sentFor(
  test: TestContext,
  plan: string,
  config: Json,
  body: Json = PING,
  path = '/v1/responses',
): Promise<Json> {
  const upstream = await startFakeUpstream(test);
  const folder = await tempDir(test);
  await mkdir(join(folder, 'auth'));
  const file = {
    type: 'codex',
    access_token: 'a',
    id_token: idToken('a@example.com', 'acct-1', plan),
    base_url: `${upstream.origin}/codex`,
    expired: '2099-01-01T00:00:00Z',
  };
  await writeFile(join(folder, 'auth', 'a.json'), JSON.stringify(file));
  const proxy = await startProxy(test, { 'api-keys': ['sk-client-1'], ...config }, folder);
  const headers = { authorization: 'Bearer sk-client-1' };
  const answer = await sendRequest(proxy.origin + path, { body, headers });
  assert.equal(answer.status, 200, await answer.text());
  const request = upstream.requests[0];
  assert.equal(request?.headers['accept'], 'text/event-stream');
  return request.json();
}

const ON = { 'disable-image-generation': false };

describe('the hosted image tool', () => {
  it('37: with disable-image-generation: false it is added', async (test) => {
    const { prompt_cache_key: key, ...sent } = await sentFor(test, 'plus', ON);
    assert.deepEqual(sent, { ...SENT, tools: [IMAGE], parallel_tool_calls: true });
    assert.equal(key, 'af125fed-66ca-5ef8-9728-39f3ebdb931e');
  });

  it('37: without the key nothing is added (the reference: as with false)', async (test) => {
    const { prompt_cache_key: key, ...sent } = await sentFor(test, 'plus', {});
    assert.deepEqual(sent, SENT);
    assert.equal(typeof key, 'string');
  });

  it('38: never for accounts of the plan Free', async (test) => {
    const sent = await sentFor(test, 'Free', ON);
    assert.equal('tools' in sent, false);
    assert.equal('parallel_tool_calls' in sent, false);
  });

  it('39: never for spark models', async (test) => {
    const sent = await sentFor(test, 'plus', ON, { ...PING, model: 'gpt-5.3-codex-spark' });
    assert.equal('tools' in sent, false);
  });

  it('a chat gets it, too; chat takes it out of both', async (test) => {
    const messages = [{ role: 'user', content: 'ping' }];
    const plain = { model: 'gpt-5.5', messages };
    const chat = { ...plain, tools: [{ type: 'image_generation' }] };
    const path = '/v1/chat/completions';
    assert.deepEqual((await sentFor(test, 'plus', ON, plain, path))['tools'], [IMAGE]);
    const off = { 'disable-image-generation': 'chat' };
    assert.equal('tools' in (await sentFor(test, 'plus', off, chat, path)), false);
    const turn = { ...PING, tools: chat.tools };
    assert.equal('tools' in (await sentFor(test, 'plus', off, turn)), false);
  });
});
