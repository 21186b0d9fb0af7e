import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { challengeOf, proofKey } from '../../../src/providers/oauth/proof-key.ts';

describe('proof keys', () => {
  it('vector 105: the challenge of RFC 7636', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    assert.equal(challengeOf(verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('vector 106: 96 bytes 0x00...0x5f', () => {
    assert.deepEqual(proofKey(Uint8Array.from({ length: 96 }, (_, index) => index)), {
      verifier:
        'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BB' +
        'QkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f',
      challenge: '10vGEdIUs89S5HPKbpL7Zkkl0o0Fu1gaA9ZhyeE_I74',
    });
  });
});
