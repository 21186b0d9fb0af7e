/** Config-diff lines of the credential sections (routing.md 16). */
import { isDeepStrictEqual } from 'node:util';
import type { CredentialRecord } from '../credentials/record.ts';
import { changeLine, urlLine } from './diff-values.ts';

type Records = readonly CredentialRecord[];

const ofSection = (records: Records, section: string): CredentialRecord[] =>
  records.filter(({ source }) => source.kind === 'config' && source.section === section);

const keyOf = ({ source }: CredentialRecord): string =>
  source.kind === 'config' ? source.apiKey : '';

const counted = (key: string, before: readonly unknown[], after: readonly unknown[]): string[] =>
  isDeepStrictEqual(before, after)
    ? []
    : [`${key}: updated (${before.length} -> ${after.length} entries)`];

const updated = (key: string, before: unknown, after: unknown): string[] =>
  isDeepStrictEqual(before, after) ? [] : [`${key}: updated`];

const tri = (value: boolean | undefined): string => String(value ?? 'inherit');
const count = (value: number | undefined): string => String(value ?? '<unset>');

function recordLines(at: string, before: CredentialRecord, after: CredentialRecord): string[] {
  const rules = [before.requestScopedErrors, after.requestScopedErrors] as const;
  return [
    ...updated(`${at}.api-key`, keyOf(before), keyOf(after)),
    ...urlLine(`${at}.base-url`, before.baseUrl, after.baseUrl),
    ...urlLine(`${at}.proxy-url`, before.proxyUrl, after.proxyUrl),
    ...changeLine(`${at}.prefix`, before.prefix, after.prefix),
    ...changeLine(`${at}.priority`, before.priority, after.priority),
    ...changeLine(`${at}.weight`, before.weight, after.weight),
    ...updated(`${at}.headers`, before.headers, after.headers),
    ...counted(`${at}.models`, before.models, after.models),
    ...counted(`${at}.excluded-models`, before.excludedModels, after.excludedModels),
    ...changeLine(`${at}.disable-cooling`, tri(before.disableCooling), tri(after.disableCooling)),
    ...changeLine(`${at}.request-retry`, count(before.requestRetry), count(after.requestRetry)),
    ...counted(`${at}.request-scoped-errors`, ...rules),
    ...changeLine(`${at}.websockets`, before.websockets, after.websockets),
    ...changeLine(
      `${at}.rebuild-mid-system-message`,
      before.movesSystem === true,
      after.movesSystem === true,
    ),
    ...changeLine(
      `${at}.keep-cache-retention`,
      tri(before.keepCacheRetention),
      tri(after.keepCacheRetention),
    ),
  ];
}

/** Lines of a section with one record per item; a new length is reported alone. */
export function entryLines(
  name: string,
  section: string,
  before: Records,
  after: Records,
): string[] {
  const [old, now] = [ofSection(before, section), ofSection(after, section)];
  if (old.length !== now.length) return [`${section} count: ${old.length} -> ${now.length}`];
  return now.flatMap((record, index) => {
    const was = old[index];
    return was ? recordLines(`${name}[${index}]`, was, record) : [];
  });
}

function byProvider(records: Records): Map<string, CredentialRecord[]> {
  const groups = new Map<string, CredentialRecord[]>();
  for (const record of ofSection(records, 'openai-compatibility')) {
    const name = record.compatName ?? '';
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  return groups;
}

function summary(records: Records): string {
  const keys = records.filter((record) => keyOf(record) !== '').length;
  return `(api-keys=${keys}, models=${records[0]?.models.length ?? 0})`;
}

/** Where an item stands in the file is not a change of the provider. */
const withoutPlace = (records: Records) =>
  records.map((record) => ({ ...record, source: keyOf(record) }));

/** Lines of `openai-compatibility`: one per provider that came, went or changed. */
export function compatLines(before: Records, after: Records): string[] {
  const [old, now] = [byProvider(before), byProvider(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (!is) return [`provider removed: ${name} ${summary(was ?? [])}`];
    if (!was) return [`provider added: ${name} ${summary(is)}`];
    if (isDeepStrictEqual(withoutPlace(was), withoutPlace(is))) return [];
    return [`provider updated: ${name} ${summary(is)}`];
  });
}
