/** Tokens of service accounts (providers.md 3.1, 3.2, D2). */
import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { ServiceAccount } from '../../../src/credentials/vertex-file.ts';
import {
  accountTokenRequest,
  readAccountAnswer,
} from '../../../src/providers/vertex/service-account.ts';
import { NOW } from '../support.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const OLD_PEM = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));

const account = (key: string): ServiceAccount => ({
  privateKey: key,
  privateKeyId: 'kid-1',
  clientEmail: 'svc@acme-1.iam.gserviceaccount.com',
  tokenUri: 'https://oauth2.googleapis.com/token',
});

function statement(key: string): { head: unknown; claims: unknown; valid: boolean } {
  const { body } = accountTokenRequest(account(key), '', NOW);
  const form = new URLSearchParams(Buffer.from(body ?? []).toString());
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  const valid = verify.verify(publicKey, signature, 'base64url');
  return { head: decoded(head), claims: decoded(claims), valid };
}

const KEYS: [name: string, key: string][] = [
  ['PKCS#8', PEM],
  ['PKCS#1', OLD_PEM],
  ['line breaks as two characters (D2)', PEM.replaceAll('\n', '\\n')],
  ['carriage returns', PEM.replaceAll('\n', '\r\n')],
  ['no line breaks at all', PEM.replaceAll('\n', ' ')],
  ['colours of a terminal', `\u001b[32m${PEM}\u001b[0m`],
];

describe('service accounts', () => {
  for (const [name, key] of KEYS) {
    it(`a key with ${name} signs`, () => {
      const { head, claims, valid } = statement(key);
      assert.ok(valid);
      assert.deepEqual(head, { alg: 'RS256', typ: 'JWT', kid: 'kid-1' });
      assert.deepEqual(claims, {
        iss: 'svc@acme-1.iam.gserviceaccount.com',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        aud: 'https://oauth2.googleapis.com/token',
        iat: NOW / 1000,
        exp: NOW / 1000 + 3600,
      });
    });
  }

  it('what is no RSA key is refused without a word of it', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const key of [String(ec.export({ type: 'pkcs8', format: 'pem' })), 'secret', '']) {
      assert.throws(() => accountTokenRequest(account(key), '', NOW), {
        message: 'the private key is no RSA key',
      });
    }
  });

  it('answers', () => {
    const renewed = readAccountAnswer(200, '{"access_token":"ya29.x","expires_in":3599}', NOW);
    assert.equal(renewed.kind, 'renewed');
    assert.equal(renewed.kind === 'renewed' && renewed.fields.expiresAtMs, NOW + 3_599_000);
    assert.deepEqual(readAccountAnswer(400, '{"error":"invalid_grant"}', NOW), {
      kind: 'login',
      message: 'status 400: invalid_grant',
    });
    assert.equal(readAccountAnswer(401, '', NOW).kind, 'login');
    assert.equal(readAccountAnswer(503, '<html>', NOW).kind, 'failed');
    assert.equal(readAccountAnswer(200, '{}', NOW).kind, 'failed');
  });
});
