/** Shared by the tests of this folder: a credential, a turn and a failure that look like real ones. */
import { callerScope, clientCacheKey } from '../../src/conversation/caller-scope.ts';
import { accountHandle, credentialId, requestId } from '../../src/ids.ts';
import { record } from '../providers/support.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { TurnRequest } from '../../src/turn.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

/** A Codex account from a file. */
export function recordOf(changes: Partial<CredentialRecord> = {}): CredentialRecord {
  return record({
    id: credentialId('codex-user@example.com-plus.json'),
    handle: accountHandle('acc-1a2b3c'),
    label: 'user@example.com',
    email: 'user@example.com',
    plan: 'plus',
    source: { kind: 'file', path: '/auth/codex-user.json', fingerprint: 'f0' },
    ...changes,
  });
}

/** What a test may choose about a turn. */
export interface TurnChoices extends Partial<Omit<TurnRequest, 'body' | 'headers'>> {
  body?: unknown;
  headers?: Record<string, string>;
  /** The client's access key; null: it has none. */
  clientKey?: string | null;
}

/** A turn of the client `sk-client-1`. */
export function turnOf(choices: TurnChoices = {}): TurnRequest {
  const { body, headers, clientKey = 'sk-client-1', ...rest } = choices;
  return {
    requestId: requestId('0badcafe'),
    format: 'openai',
    path: '/v1/chat/completions',
    requestedModel: 'gpt-5.5',
    upstreamModels: ['gpt-5.5'],
    thinking: [null],
    forcedModel: null,
    capabilities: [null],
    stream: false,
    principal: {
      scope: callerScope(clientKey ?? undefined),
      cacheKey: clientKey === null ? undefined : clientCacheKey(clientKey),
    },
    headers: Object.entries(headers ?? {}).flat(),
    executionSession: null,
    continues: false,
    body: Buffer.from(JSON.stringify(body ?? { messages: [{ role: 'user', content: 'hello' }] })),
    ...rest,
  };
}

/** A failed answer with this status and body. */
export function failureOf(
  status: number,
  body: unknown = '',
  changes: Partial<UpstreamFailure> = {},
): UpstreamFailure {
  return {
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: [],
    retryAfterMs: undefined,
    evidence: undefined,
    requestScoped: false,
    credentialScoped: false,
    network: 'none',
    ...changes,
  };
}
