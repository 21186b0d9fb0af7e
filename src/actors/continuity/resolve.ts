/**
 * Which cache identity a turn has at its upstream (codex.md 4.7). A pure function of the request and
 * the credential: no table, no clock, so the key is the same on every thread and after a restart.
 */
import { derivedSession } from '../../conversation/derived.ts';
import { headerValue } from '../../headers.ts';
import { scanObject } from '../../json/scan.ts';
import {
  claudeSession,
  explicitCacheKey,
  explicitSignal,
  usable,
  type SignalSource,
} from '../../conversation/signals.ts';
import { uuidV5 } from '../../conversation/uuid5.ts';
import type { ContinuitySource, TurnRequest } from '../../turn.ts';
import type { CredentialId } from '../../ids.ts';

/** The key for `prompt_cache_key` and the session header, and the signal that chose it. */
export interface Continuity {
  /** Undefined only where no key is written at all. */
  readonly key: string | undefined;
  readonly source: ContinuitySource;
}

/** Agent of Claude Code that sends no agent id (codex.md 4.3). */
const MAIN_AGENT = 'main';

/**
 * The first signal that is there wins, from the client's own key down to the credential's id, which
 * is always there. `model`: upstream model, without suffix.
 * @throws SwitchyardError `invalid_json` when the parts of the body that are needed are none.
 */
export function resolveContinuity(
  turn: TurnRequest,
  model: string,
  credential: CredentialId,
): Continuity {
  if (turn.format === 'openai-image') return ofImage(turn);
  const source = { headers: turn.headers, body: turn.body, members: scanObject(turn.body) };
  const explicit = explicitCacheKey(source);
  if (explicit !== undefined) return { key: explicit, source: 'prompt_cache_key' };

  const session = usable(turn.executionSession ?? undefined);
  if (session !== undefined) {
    return { key: scopedKey('execution-session', session), source: 'execution_session' };
  }
  const idempotency = usable(headerValue(turn.headers, 'idempotency-key'));
  if (idempotency !== undefined) {
    const key = scopedKey('idempotency', turn.principal.scope, idempotency);
    return { key, source: 'idempotency_key' };
  }
  const affinity = affinityKey(turn, model, source);
  if (affinity !== undefined) return { key: affinity, source: 'request_affinity' };
  const principal = turn.principal.cacheKey;
  if (principal !== undefined) return { key: principal, source: 'client_principal' };
  return { key: credentialKey(credential), source: 'credential_id' };
}

/** An image continues nothing: only a session of the transport gives it a key (codex.md 4.2). */
function ofImage(turn: TurnRequest): Continuity {
  const session = usable(turn.executionSession ?? undefined);
  if (session === undefined) return { key: undefined, source: 'none' };
  return { key: scopedKey('execution-session', session), source: 'execution_session' };
}

/** Fourth signal: Claude Code's session, another explicit session, or how the conversation begins. */
function affinityKey(turn: TurnRequest, model: string, source: SignalSource): string | undefined {
  const claude = claudeSession(source);
  if (claude !== undefined) return claudeCodeKey(model, claude, turn.headers);
  const { scope } = turn.principal;
  const explicit = explicitSignal(source);
  if (explicit !== undefined) return scopedKey('affinity', scope, explicit.id);
  if (turn.format === 'openai-image' || turn.format === 'openai-completion') return undefined;
  const derived = derivedSession(turn.format, scope, source.body, source.members);
  return derived && scopedKey('derived-session', derived);
}

/** One key per agent: a sub-agent has a prompt of its own. */
function claudeCodeKey(model: string, session: string, headers: readonly string[]): string {
  const agent = usable(headerValue(headers, 'x-claude-code-agent-id')) ?? MAIN_AGENT;
  return uuidV5(`cli-proxy-api:codex:claude-code\0${model}\0claude:${session}:agent:${agent}`);
}

function credentialKey(credential: CredentialId): string {
  return uuidV5(`cli-proxy-api:codex:prompt-cache:auth:${credential}`);
}

function scopedKey(kind: string, ...names: string[]): string {
  return uuidV5(['cli-proxy-api', 'codex', kind, ...names].join('\0'));
}
