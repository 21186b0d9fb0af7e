/** Files of Google service accounts (providers.md 3.1): what they are for, and the account's key. */
import { isFields, type Fields } from '../config/values.ts';

/** Region of files that name none. */
export const DEFAULT_LOCATION = 'us-central1';

/** The secret part of a file. */
export interface ServiceAccount {
  /** PEM, as it stands in the file. */
  privateKey: string;
  privateKeyId: string;
  clientEmail: string;
  /** Where tokens are given out. */
  tokenUri: string;
}

const GOOGLE_TOKENS = 'https://oauth2.googleapis.com/token';

/** Is this the name of a region, or `global`? It becomes a part of the host's name. */
export const isLocation = (text: string): boolean => /^[a-z0-9-]+$/.test(text);

/** The project that a file is for; `''`: it names none. */
export const projectOf = (fields: Fields): string =>
  textOf(fields['project_id']) || textOf(fields['project']);

/** The region of a file. */
export const locationOf = (fields: Fields): string =>
  textOf(fields['location']) || DEFAULT_LOCATION;

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Address of all models of a file's project, or why there is none. `baseUrl`: the file's own host. */
export function vertexAddress(
  fields: Fields,
  baseUrl: string,
): { baseUrl: string } | { reason: string } {
  const project = projectOf(fields);
  const location = locationOf(fields);
  if (project === '') return { reason: 'has no project_id' };
  if (!isFields(fields['service_account'])) return { reason: 'has no service_account' };
  if (!isLocation(location)) return { reason: 'has a location that is none' };
  const host = location === 'global' ? '' : `${location}-`;
  const origin = baseUrl === '' ? `https://${host}aiplatform.googleapis.com` : baseUrl;
  const place = `${encodeURIComponent(project)}/locations/${location}`;
  return { baseUrl: `${origin}/v1/projects/${place}` };
}

/** The account of a decoded file; undefined when it has no key. */
export function serviceAccountOf(fields: Fields): ServiceAccount | undefined {
  const account = fields['service_account'];
  if (!isFields(account) || textOf(account['private_key']) === '') return undefined;
  return {
    privateKey: textOf(account['private_key']),
    privateKeyId: textOf(account['private_key_id']),
    clientEmail: textOf(account['client_email']),
    tokenUri: textOf(account['token_uri']) || GOOGLE_TOKENS,
  };
}
