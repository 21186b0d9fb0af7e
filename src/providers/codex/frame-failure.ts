/**
 * Error frames that carry a status of their own (codex.md 2.7). They are the WebSocket's form, but a
 * relay may send them as events too: they mean the same there.
 */
import type { Fields } from '../../config/values.ts';
import { frameHeaders } from './frame-headers.ts';
import {
  errorStatus,
  failureOf,
  objectAt,
  statusText,
  textAt,
  type RetryHint,
} from '../failure.ts';
import type { UpstreamFailure } from '../types.ts';
import { limitHint, withUsageLimit } from './limits.ts';

/** The upstream closes this connection for its age: another one can be used at once. */
const CONNECTION_LIMIT = 'websocket_connection_limit_reached';

/** The failure of an error frame; undefined when it has no status. Its body is not re-classified. */
export function failureOfFrame(frame: Fields, nowMs: number): UpstreamFailure | undefined {
  if (frame['type'] !== 'error') return undefined;
  const status = errorStatus([frame['status'] ?? frame['status_code']]);
  if (status === undefined) return undefined;
  const inner = objectAt(frame, 'body');
  const error = inner['error'] ??
    frame['error'] ?? { type: 'server_error', message: statusText(status) };
  const outer = frame['body'] === undefined ? {} : { body: frame['body'] };
  const root = { status, ...outer, error };
  const body = JSON.stringify(root);
  const headers = frameHeaders(frame['headers']);
  const hint = limitHint(status, root, body, headers, nowMs) ?? connectionHint(frame, inner);
  return withUsageLimit(failureOf(status, body, headers, hint), root, headers, nowMs);
}

function connectionHint(frame: Fields, inner: Fields): RetryHint | undefined {
  const errors = [objectAt(frame, 'error'), objectAt(inner, 'error')];
  const names = errors.flatMap((error) => [textAt(error, 'code'), textAt(error, 'type')]);
  names.push(textAt(frame, 'code'), textAt(frame, 'error'));
  if (!names.includes(CONNECTION_LIMIT)) return undefined;
  return { retryAfterMs: 0, evidence: CONNECTION_LIMIT };
}
