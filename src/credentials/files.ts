/**
 * The credential directory: every `*.json` at its top level becomes a record without tokens, or a
 * named reason why it was skipped (config.md 10, 11). Writing files is tokens.ts's part.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defined, describeIssues, isFields, type Fields } from '../config/values.ts';
import { SwitchyardError } from '../errors.ts';
import { effectiveRules, unitedAliases, unitedExclusions, type OauthMaps } from './aliases.ts';
import { credentialFileSchema, snakeFields, type CredentialFile } from './file-schema.ts';
import { fingerprintOf } from './fingerprint.ts';
import { identityOf } from './identity.ts';
import { fileId, handleOf } from './ids.ts';
import { idTokenClaims } from './jwt.ts';
import { errnoOf, parseJsonObject, readSecretText } from './json-file.ts';
import { toAliases, toRules } from './nested.ts';
import { cleanBaseUrl, cleanPatterns, cleanPrefix, retryOverride } from './normalise.ts';
import type { CredentialRecord } from './record.ts';
import { tokensOf } from './tokens.ts';
import { vertexAddress } from './vertex-file.ts';

/** A file, or a part of one, that has no effect. */
export interface FileNote {
  /** File name without folder. */
  file: string;
  reason: string;
}

/** Result of a scan, in order of file names. */
export interface CredentialScan {
  records: CredentialRecord[];
  /** Files that gave no record. */
  skipped: FileNote[];
  /** Files that gave a record although a part of them is not usable. */
  warnings: FileNote[];
}

/**
 * Makes the directory, for its owner only, when it is missing.
 * @throws SwitchyardError `credential_file_failed`
 */
export async function ensureAuthDir(authDir: string): Promise<void> {
  try {
    await mkdir(authDir, { recursive: true, mode: 0o700 });
    if ((await stat(authDir)).isDirectory()) return;
  } catch (thrown) {
    const message = `auth-dir ${authDir} can not be used (${errnoOf(thrown)})`;
    throw new SwitchyardError('credential_file_failed', { message, cause: thrown });
  }
}

/** Names of the files that may be credentials, sorted. */
export async function credentialFileNames(authDir: string): Promise<string[]> {
  const entries = await readdir(authDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.name.endsWith('.json') && !entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Reads all credential files. A bad file never stops the others.
 * @throws SwitchyardError `credential_file_failed` when the directory itself can not be used
 */
export async function scanCredentialFiles(
  authDir: string,
  maps: OauthMaps,
): Promise<CredentialScan> {
  await ensureAuthDir(authDir);
  const scan: CredentialScan = { records: [], skipped: [], warnings: [] };
  for (const file of await credentialFileNames(authDir)) {
    const path = resolve(join(authDir, file));
    try {
      const ignored: string[] = [];
      const raw = parseJsonObject(await readSecretText(path), file);
      const result = toRecord(raw, { file, path }, maps, ignored);
      if (typeof result === 'string') scan.skipped.push({ file, reason: result });
      else scan.records.push(result);
      scan.warnings.push(
        ...ignored.map((place) => ({ file, reason: `${place} is not a usable expression` })),
      );
    } catch (thrown) {
      if (!(thrown instanceof SwitchyardError)) throw thrown;
      scan.skipped.push({ file, reason: thrown.message });
    }
  }
  return scan;
}

/** The provider key, or why there is none. */
function typeOf(file: CredentialFile, fields: Fields): { type: string } | { reason: string } {
  const type = file.type.toLowerCase();
  if (type === 'codex' || (type === '' && isFields(fields['tokens']))) return { type: 'codex' };
  if (type === 'claude' || type === 'vertex') return { type };
  if (type === '' && fields['OPENAI_API_KEY']) {
    return { reason: 'holds only an OPENAI_API_KEY: add it to codex-api-key in the config file' };
  }
  if (type === 'service_account') {
    return { reason: 'is the bare key of a service account: switchyard login import FILE' };
  }
  return { reason: type === '' ? 'has no type' : `type ${type} is not supported yet` };
}

function toRecord(
  raw: Fields,
  place: { file: string; path: string },
  maps: OauthMaps,
  ignored: string[],
): CredentialRecord | string {
  const fields = snakeFields(raw);
  const checked = credentialFileSchema.safeParse(fields);
  if (!checked.success) return describeIssues(checked.error);
  const file = checked.data;
  const known = typeOf(file, fields);
  if ('reason' in known) return known.reason;
  const tokens = tokensOf(fields);
  const address = addressOf(known.type, fields, file, tokens.apiKey !== '');
  if ('reason' in address) return address.reason;
  const claims = idTokenClaims(tokens.idToken);
  const email = file.email || (claims.email ?? '');
  const { type } = known;
  const rules = toRules(file.request_scoped_errors, 'request_scoped_errors', ignored);
  const kind = tokens.apiKey ? 'apikey' : 'oauth';
  return defined<CredentialRecord>({
    ...ownSettings(file),
    baseUrl: address.baseUrl,
    id: fileId(place.file),
    provider: type,
    kind,
    handle: handleOf(`${type}:${place.path}`),
    label: file.label || email || type,
    email: email || undefined,
    plan: claims.plan,
    excludedModels: unitedExclusions(cleanPatterns(file.excluded_models), type, maps),
    aliases: unitedAliases(toAliases(file.model_aliases), type, maps),
    requestScopedErrors: kind === 'oauth' ? effectiveRules(rules, type, maps) : rules,
    source: {
      kind: 'file',
      path: place.path,
      fingerprint: fingerprintOf(fields, identityOf(fields)),
    },
  });
}

/** Where the account is served, or why it can not be. */
function addressOf(
  type: string,
  fields: Fields,
  file: CredentialFile,
  hasKey: boolean,
): { baseUrl: string } | { reason: string } {
  const baseUrl = cleanBaseUrl(file.base_url);
  if (type === 'vertex' && !hasKey) return vertexAddress(fields, baseUrl);
  const { accessToken, refreshToken } = tokensOf(fields);
  if (hasKey || accessToken !== '' || refreshToken !== '') return { baseUrl };
  return { reason: 'has neither access_token nor refresh_token nor api_key' };
}

/** What the user set in the file and nothing else decides. */
function ownSettings(file: CredentialFile) {
  const period = file.refresh_interval_seconds ?? file.refresh_interval ?? 0;
  return {
    disabled: file.disabled,
    prefix: cleanPrefix(file.prefix),
    priority: file.priority,
    weight: file.weight,
    proxyUrl: file.proxy_url,
    headers: file.headers,
    models: [],
    disableCooling: file.disable_cooling,
    requestRetry: retryOverride(file.request_retry),
    websockets: file.websockets,
    supportPromptCacheKey: false,
    keepCacheRetention: file.keep_cache_retention,
    refreshIntervalSeconds: period > 0 ? period : undefined,
  };
}
