/**
 * The debug line of one upstream request (codex.md 4.5): which signal chose the conversation's key,
 * and what went to which account. Names no client, no file and no key in clear text.
 */
import { createHash } from 'node:crypto';
import { headerValue } from '../headers.ts';
import { memberOf, scanObject } from '../json/scan.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { PreparedTurn } from './prepare.ts';
import type { Transport, TurnRequest } from '../turn.ts';

/** Hex characters of a key's hash: enough to see that two requests share it. */
const HASH_LENGTH = 12;

/** Fields of the line, in the order in which they are logged. */
export interface Diagnostics {
  /** Request id, as in the request's own line. */
  id: string;
  /** Public handle; the credential's id may hold an email address. */
  account: string;
  provider: string;
  kind: CredentialRecord['kind'];
  model: string;
  path: string;
  clientFormat: string;
  upstreamFormat: string;
  streaming: boolean;
  /** How the upstream is asked. */
  transport: Transport;
  continuity: string;
  /** Hash of the continuity key; undefined when none is written. */
  cacheKeyHash: string | undefined;
  /** What became of the client's `prompt_cache_retention`. */
  retention: 'none' | 'kept' | 'stripped';
  executionSession: boolean;
  thinking: string | undefined;
  originator: string | undefined;
  bodyBytes: number;
}

/** Facts of one prepared attempt. Call it only when the line will be logged: it scans the body. */
export function diagnosticsOf(
  record: CredentialRecord,
  request: TurnRequest,
  prepared: PreparedTurn,
): Diagnostics {
  const { context, continuity } = prepared;
  return {
    id: request.requestId,
    account: record.handle,
    provider: record.provider,
    kind: record.kind,
    model: context.model,
    path: request.path,
    clientFormat: prepared.clientFormat,
    upstreamFormat: prepared.upstreamFormat,
    streaming: prepared.streaming,
    transport: prepared.over.transport,
    continuity: continuity.source,
    cacheKeyHash: continuity.key === undefined ? undefined : hashOf(continuity.key),
    retention: retentionOf(request.body, context.keepRetention),
    executionSession: request.executionSession !== null,
    thinking: context.thinking,
    originator: headerValue(request.headers, 'originator'),
    bodyBytes: request.body.byteLength,
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
}

function retentionOf(body: Uint8Array, keep: boolean): Diagnostics['retention'] {
  const members = scanObject(body);
  const given =
    memberOf(members, 'prompt_cache_retention') ?? memberOf(members, 'promptCacheRetention');
  if (given === undefined) return 'none';
  return keep ? 'kept' : 'stripped';
}
