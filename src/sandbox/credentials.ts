/** The two credentials that make the sandbox a pool: one to serve, one to move to. */
import { entryHandle, entryId } from '../credentials/ids.ts';
import type { CredentialRecord, ModelEntry } from '../credentials/record.ts';
import { credentialId } from '../ids.ts';
import { SANDBOX_MODELS } from './upstream.ts';

/** Labels of the accounts; each is also its own API key. */
export const SANDBOX_ACCOUNTS = ['sandbox-1', 'sandbox-2'] as const;

/** Records of the sandbox accounts. Ids and handles do not depend on the port. */
export function sandboxCredentials(origin: string): CredentialRecord[] {
  return SANDBOX_ACCOUNTS.map((account, index) => {
    const id = credentialId(entryId('codex:sandbox', [account]));
    return {
      id,
      provider: 'codex',
      kind: 'apikey',
      handle: entryHandle('codex-sandbox', '', account, id),
      label: account,
      disabled: false,
      prefix: '',
      priority: 0,
      weight: 1,
      // The sandbox is on this machine, whatever proxy leads to the world.
      proxyUrl: 'direct',
      baseUrl: `${origin}/v1`,
      headers: {},
      models: SANDBOX_MODELS.map(sandboxModel),
      excludedModels: [],
      aliases: [],
      requestScopedErrors: [],
      websockets: true,
      supportPromptCacheKey: true,
      source: { kind: 'config', section: 'sandbox', index, apiKey: account },
    };
  });
}

function sandboxModel(name: string): ModelEntry {
  return { name, alias: name, forceMapping: false, image: false, isCompat: false };
}
