/** Private keys of service accounts (providers.md 3.1): read, and repaired where they are damaged. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/**
 * The key in a PEM text. Keys are often damaged on their way into a file; what is left between the
 * marks is enough.
 * @throws Error without a word of the key when it is none
 */
export function rsaKey(pem: string): KeyObject {
  const key = readable(pem) ?? readable(repaired(pem));
  if (key?.asymmetricKeyType !== 'rsa') throw new Error('the private key is no RSA key');
  return key;
}

/**
 * The key as Google writes it, whatever it went through. (The reference writes PKCS#1; both forms are
 * read.)
 * @throws Error without a word of the key when it is none
 */
export const cleanPem = (pem: string): string =>
  String(rsaKey(pem).export({ type: 'pkcs8', format: 'pem' }));

function readable(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

const MARKS = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----(.*)-----END \1-----/s;
/** Colours and other commands to a terminal. */
const CONTROLS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
const LINE = /.{1,64}/g;

/** Line breaks that were written as two characters are ones again (16, D2). */
function repaired(pem: string): string {
  const [, kind = '', inner = ''] = MARKS.exec(pem.replaceAll(CONTROLS, '')) ?? [];
  const base64 = inner.replaceAll(/\\[nr]/g, '').replaceAll(/[^A-Za-z0-9+/=]/g, '');
  const lines = base64.match(LINE) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
}
