/** Shared by the tests of this folder: tokens and files that look like real ones. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QuotaReading, QuotaWindow } from '../../src/credentials/quota.ts';

/** A window; five hours long unless told otherwise. */
export const quotaWindow = (
  usedPercent: number,
  resetAt: number,
  windowMinutes = 300,
): QuotaWindow => ({ usedPercent, windowMinutes, resetAt, evidence: 'x-codex-primary-reset-at' });

/** A reading of the default limit from headers. */
export const quotaReading = (
  changes: Partial<QuotaReading> & Pick<QuotaReading, 'observedAt'>,
): QuotaReading => ({ limit: 'codex', source: 'headers', ...changes });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An unsigned token with these claims. */
export const jwt = (claims: Record<string, unknown>): string =>
  `${part({ alg: 'none' })}.${part(claims)}.sig`;

/** An id token of a Codex account. */
export const idToken = (email: string, accountId: string, plan: string): string =>
  jwt({
    email,
    'https://api.openai.com/auth': { chatgpt_account_id: accountId, chatgpt_plan_type: plan },
  });

/** Writes a JSON file below `dir` and returns its path. */
export async function writeJson(dir: string, name: string, value: unknown): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, JSON.stringify(value));
  return path;
}
