/** Shared by the tests of this folder: records, turns, events and headers with few words. */
import { accountHandle, credentialId, requestId } from '../../src/ids.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { SseEvent } from '../../src/formats/format.ts';
import type { BuildInput } from '../../src/providers/types.ts';
import type { TurnRequest } from '../../src/turn.ts';

/** 2026-01-01T00:00:00Z */
export const NOW = Date.UTC(2026, 0, 1);

/** An OAuth Codex record. */
export function record(parts: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    id: credentialId('codex-a@example.com.json'),
    provider: 'codex',
    kind: 'oauth',
    handle: accountHandle('4ccb7cc938588358'),
    label: 'a@example.com',
    disabled: false,
    prefix: '',
    priority: 0,
    weight: 1,
    proxyUrl: '',
    baseUrl: '',
    headers: {},
    models: [],
    excludedModels: [],
    aliases: [],
    requestScopedErrors: [],
    websockets: false,
    supportPromptCacheKey: false,
    source: { kind: 'file', path: '/auths/codex-a@example.com.json', fingerprint: '' },
    ...parts,
  };
}

/** A `codex-api-key` record. */
export const keyRecord = (parts: Partial<CredentialRecord> = {}): CredentialRecord =>
  record({
    kind: 'apikey',
    baseUrl: 'https://api.example.com/v1',
    source: { kind: 'config', section: 'codex-api-key', index: 0, apiKey: 'sk-up-1' },
    ...parts,
  });

/** One credential of an `openai-compatibility` item. */
export const compatRecord = (parts: Partial<CredentialRecord> = {}): CredentialRecord =>
  record({
    provider: 'openai-compatible-acme',
    kind: 'apikey',
    baseUrl: 'https://api.acme.test/v1',
    compatName: 'acme',
    source: { kind: 'config', section: 'openai-compatibility', index: 0, apiKey: 'k1' },
    ...parts,
  });

/** A turn with these client headers. */
export function turn(headers: string[] = [], parts: Partial<TurnRequest> = {}): TurnRequest {
  return {
    requestId: requestId('0a1b2c3d'),
    format: 'openai-response',
    path: '/v1/responses',
    requestedModel: 'gpt-5.5',
    upstreamModels: ['gpt-5.5'],
    thinking: [null],
    forcedModel: null,
    capabilities: [null],
    stream: true,
    principal: { scope: '', cacheKey: undefined },
    headers,
    executionSession: null,
    continues: false,
    body: Buffer.from('{}'),
    ...parts,
  };
}

/** What a provider needs to build a request. */
export function input(parts: Partial<BuildInput> = {}): BuildInput {
  return {
    record: record(),
    turn: turn(),
    model: 'gpt-5.5',
    token: 'at-1',
    accountId: 'acct-1234',
    format: 'codex',
    body: Buffer.from('{}'),
    cacheKey: undefined,
    streaming: true,
    proxyUrl: '',
    defaults: { userAgent: '', betaFeatures: '' },
    ...parts,
  };
}

/** Flat pairs as an object with lower-case names. */
export function asObject(headers: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2) {
    pairs.push([headers[index]?.toLowerCase() ?? '', headers[index + 1] ?? '']);
  }
  return Object.fromEntries(pairs);
}

/** An event with this data, as the reader gives it. */
export function event(data: unknown, name?: string): SseEvent {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const json: unknown = text === '' || text === '[DONE]' ? undefined : JSON.parse(text);
  return { event: name, data: text, json };
}
