/**
 * Service accounts for Vertex AI as they are imported (providers.md 3.1): the key that Google hands
 * out, or a credential file of `type: vertex`.
 */
import { isDeepStrictEqual } from 'node:util';
import { defined, isFields, type Fields } from '../config/values.ts';
import { addFile, readAccountFiles, type SavedAccount } from './accounts.ts';
import { vertexFileName } from './naming.ts';
import { cleanPrefix } from './normalise.ts';
import { cleanPem } from './private-key.ts';
import { updateFile } from './update-file.ts';
import { DEFAULT_LOCATION, isLocation, locationOf, projectOf } from './vertex-file.ts';

/** What is said beside the file, and beats it. */
export interface VertexWishes {
  location: string | undefined;
  prefix: string | undefined;
}

/** A service account that is usable. Undefined parts: neither the file nor the wishes name one. */
export interface NewServiceAccount {
  project: string;
  email: string;
  location: string | undefined;
  prefix: string | undefined;
  /** Google's own fields, with a key that every program reads. */
  key: Fields;
  /** What else its owner wrote into a credential file. */
  own: Fields;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/**
 * Reads a decoded file. `isBare`: it is Google's own.
 * @returns why it is not usable; the words never hold the key
 */
export function newServiceAccount(
  raw: Fields,
  isBare: boolean,
  wishes: VertexWishes,
): NewServiceAccount | { reason: string } {
  const account = isBare ? raw : raw['service_account'];
  if (!isFields(account)) return { reason: 'invalid service account: it has no service_account' };
  const project = (isBare ? '' : projectOf(raw)) || projectOf(account);
  if (project === '') return { reason: 'project_id missing' };
  const location = wishes.location ?? (isBare ? undefined : textOf(raw['location']) || undefined);
  if (location !== undefined && !isLocation(location)) {
    return { reason: `location ${JSON.stringify(location)} is none` };
  }
  const pem = textOf(account['private_key']);
  if (pem === '') return { reason: 'invalid service account: it has no private_key' };
  let key: Fields;
  try {
    key = { ...account, private_key: cleanPem(pem) };
  } catch {
    return { reason: 'invalid service account: its private_key is no RSA key' };
  }
  const prefix = wishes.prefix ?? (isBare ? undefined : textOf(raw['prefix']) || undefined);
  return {
    project,
    email: (isBare ? '' : textOf(raw['email'])) || textOf(account['client_email']),
    location,
    prefix: prefix === undefined ? undefined : cleanPrefix(prefix),
    key,
    own: isBare ? {} : raw,
  };
}

/**
 * Adds the account, or gives its file the other key.
 * @throws SwitchyardError `credential_file_failed`
 */
export async function saveServiceAccount(
  authDir: string,
  account: NewServiceAccount,
): Promise<SavedAccount> {
  const { project, email, location = DEFAULT_LOCATION, prefix = '', key, own } = account;
  const files = await readAccountFiles(authDir);
  const present = files.find(({ fields }) => isAccountOf(account, fields));
  if (present === undefined) {
    const head = { type: 'vertex', project_id: project, email, location, prefix };
    const fields = defined({ ...head, ...own, ...head, prefix: prefix || undefined });
    const added = await addFile(authDir, vertexFileName(project, prefix), {
      ...fields,
      service_account: key,
    });
    return { outcome: 'added', ...added, disabled: own['disabled'] === true };
  }
  const { name, path, fields } = present;
  const disabled = fields['disabled'] === true;
  if (isDeepStrictEqual(fields['service_account'], key)) {
    return { outcome: 'kept', name, path, disabled };
  }
  await updateFile(path, (now) => ({ ...now, service_account: key }));
  return { outcome: 'updated', name, path, disabled };
}

/** One account may serve several regions and prefixes, from a file for each. */
function isAccountOf(account: NewServiceAccount, fields: Fields): boolean {
  const held = fields['service_account'];
  if (fields['type'] !== 'vertex' || !isFields(held)) return false;
  const { location = locationOf(fields), prefix } = account;
  const heldPrefix = cleanPrefix(textOf(fields['prefix']));
  return (
    projectOf(fields) === account.project &&
    textOf(held['client_email']) === textOf(account.key['client_email']) &&
    locationOf(fields) === location &&
    (prefix ?? heldPrefix) === heldPrefix
  );
}
