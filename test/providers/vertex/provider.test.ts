/** Requests to Vertex AI (providers.md 3; vectors of 17 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vertexAddress } from '../../../src/credentials/vertex-file.ts';
import { vertexProvider, withoutCallIds } from '../../../src/providers/vertex/provider.ts';
import type { CredentialRecord } from '../../../src/credentials/record.ts';
import { asObject, input, keyRecord, record } from '../support.ts';

const FILE = { type: 'vertex', project_id: 'acme-1', service_account: { private_key: 'k' } };

function addressOf(fields: Record<string, unknown>, baseUrl = ''): string {
  const address = vertexAddress({ ...FILE, ...fields }, baseUrl);
  assert.ok('baseUrl' in address);
  return address.baseUrl;
}

const build = (of: CredentialRecord, body = '{}') =>
  vertexProvider.buildRequest(
    input({ record: of, model: 'gemini-2.5-pro', token: 'T', body: Buffer.from(body) }),
  );

describe('Vertex provider', () => {
  it('3.2: service accounts', () => {
    const baseUrl = addressOf({ location: 'europe-west4' });
    const request = build(record({ provider: 'vertex', baseUrl }));
    assert.equal(
      request.url,
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-1/locations/europe-west4' +
        '/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    );
    const headers = asObject(request.headers);
    assert.equal(headers.authorization, 'Bearer T');
    assert.equal(headers['x-goog-api-key'], undefined);
  });

  it('G8: the region `global` is no part of the host', () => {
    assert.equal(
      addressOf({ location: 'global' }),
      'https://aiplatform.googleapis.com/v1/projects/acme-1/locations/global',
    );
  });

  it('G9: a file without a region is for us-central1', () => {
    assert.equal(
      addressOf({}),
      'https://us-central1-aiplatform.googleapis.com/v1/projects/acme-1/locations/us-central1',
    );
  });

  it('3.1: what a file may hold instead, and what it needs', () => {
    assert.equal(
      addressOf({ project_id: '', project: 'old' }, 'https://v.example'),
      'https://v.example/v1/projects/old/locations/us-central1',
    );
    for (const wrong of [{ location: 'a.b/c' }, { project_id: '' }, { service_account: 5 }]) {
      assert.ok('reason' in vertexAddress({ ...FILE, ...wrong }, ''));
    }
  });

  it('3.2: keys', () => {
    const request = build(keyRecord({ provider: 'vertex', baseUrl: '' }));
    assert.equal(
      request.url,
      'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    );
    assert.equal(asObject(request.headers)['x-goog-api-key'], 'T');
  });

  it('3.3: calls have no ids', () => {
    const text =
      '{"a":1,"contents":[{"parts":[{"functionCall":{"id":"c","name":"f"}},' +
      '{"functionResponse":{"id":"c","name":"f","response":{"id":"stays"}}},{"text":"t"}]}]}';
    const want = text.replaceAll('"id":"c",', '');
    assert.equal(Buffer.from(withoutCallIds(Buffer.from(text))).toString(), want);
    const plain = Buffer.from('{"contents":[{"parts":[{"text":"functionCall"}]}]}');
    assert.equal(withoutCallIds(plain), plain);
  });
});
