/** Payload rules of the configuration, on real turns. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { sendRequest } from '../support/http-client.ts';
import { codexKeys, startProxy } from '../support/proxy.ts';

describe('payload rules', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1),
      switchyard: { limits: { 'cpu-pool-kb': 64 } },
      payload: {
        default: [{ models: [{ name: 'gpt-*' }], params: { service_tier: 'priority' } }],
        override: [
          {
            models: [{ name: '*', headers: { 'X-Tier': 'gold-*' }, 'from-protocol': 'responses' }],
            params: { 'metadata.tier': 'gold', model: 'other' },
          },
        ],
      },
    },
  );
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    upstream.handler = (call) => call.turn({ text: 'Hello' });
    const answer = await sendRequest(`${proxy.origin}/v1/responses`, {
      headers,
      body: { model: 'gpt-5.5', input: 'Hi', ...body },
    });
    assert.equal(answer.status, 200);
    return upstream.requests.at(-1)?.json() ?? {};
  };

  it('apply to the body that goes upstream', async () => {
    const sent = await ask({}, { 'x-tier': 'gold-1' });
    assert.equal(sent['service_tier'], 'priority');
    assert.deepEqual(sent['metadata'], { tier: 'gold' });
    assert.equal(sent['model'], 'gpt-5.5');
  });

  it('not to requests that they do not mean', async () => {
    assert.equal('metadata' in (await ask({}, { 'x-tier': 'silver' })), false);
  });

  it('also on the thread for large bodies', async () => {
    const sent = await ask({ input: 'long '.repeat(20_000) }, { 'x-tier': 'gold-1' });
    assert.deepEqual(sent['metadata'], { tier: 'gold' });
  });
});
