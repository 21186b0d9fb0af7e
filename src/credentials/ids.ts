/** Ids and public handles of credentials (config.md 11.2, 11.3). */
import { createHash } from 'node:crypto';
import { accountHandle, credentialId, type AccountHandle, type CredentialId } from '../ids.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The header part of an id: sorted `name\0value\0` pairs. */
export function headersPart(headers: Readonly<Record<string, string>>): string {
  return Object.keys(headers)
    .sort()
    .map((name) => `${name}\0${headers[name]}\0`)
    .join('');
}

/** Id of a config entry before doubles are told apart: `<kind>:<12 hex>`. */
export function entryId(kind: string, parts: readonly string[]): string {
  const hash = sha256([kind, ...parts.map((part) => part.trim())].join('\0'));
  return `${kind}:${hash.slice(0, 12)}`;
}

/** Gives the second and later use of an id within one run the suffix `-1`, `-2`, ... */
export class UniqueIds {
  readonly #uses = new Map<string, number>();

  /** The id to use. */
  claim(id: string): CredentialId {
    const uses = this.#uses.get(id) ?? 0;
    this.#uses.set(id, uses + 1);
    return credentialId(uses === 0 ? id : `${id}-${uses}`);
  }
}

/** Id of a file in the credential directory: its name. */
export const fileId = (name: string): CredentialId =>
  credentialId(process.platform === 'win32' ? name.toLowerCase() : name);

/** Handle from a seed such as `codex:<absolute path>` or `codex-api-key:<base-url>+<api-key>`. */
export const handleOf = (seed: string): AccountHandle => accountHandle(sha256(seed).slice(0, 16));

/** Handle of a config entry; one without a key is known by its id. */
export function entryHandle(
  section: string,
  baseUrl: string,
  apiKey: string,
  id: CredentialId,
): AccountHandle {
  return handleOf(apiKey ? `${section}:${baseUrl}+${apiKey}` : `id:${id}`);
}
