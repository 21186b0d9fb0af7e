/** File names of new credential files (config.md 10.2). */
import { createHash } from 'node:crypto';

/** What a Codex file is named after; empty or absent parts are left out. */
export interface CodexIdentity {
  accountId?: string;
  email?: string;
  plan?: string;
}

/** `ChatGPT Plus` -> `chatgpt-plus`. */
const planPart = (plan: string): string =>
  plan
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');

/** An address comes from an unchecked token: it must not lead out of the folder. */
const emailPart = (email: string): string => email.trim().replace(/[\s/\\:*?"<>|\p{Cc}]/gu, '-');

/** `claude-<email>.json` (providers.md 7.3). */
export const claudeFileName = (email: string): string =>
  `${['claude', emailPart(email)].filter((part) => part !== '').join('-')}.json`;

const vertexPart = (text: string): string =>
  text
    .trim()
    .replace(/[/\\:]/g, '_')
    .replace(/[\s\p{Cc}]/gu, '-');

/** `vertex-<project>.json`, or `vertex-<prefix>-<project>.json` (providers.md 3.1). */
export const vertexFileName = (project: string, prefix: string): string =>
  `${['vertex', prefix, project].map(vertexPart).filter(Boolean).join('-')}.json`;

/** `codex-<8 hex of the account>-<email>-<plan>.json` (codex.md 6.6). */
export function codexFileName({ accountId = '', email = '', plan = '' }: CodexIdentity): string {
  const account = accountId && createHash('sha256').update(accountId).digest('hex').slice(0, 8);
  const parts = ['codex', account, emailPart(email), planPart(plan)];
  return `${parts.filter((part) => part !== '').join('-')}.json`;
}
