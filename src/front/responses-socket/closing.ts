/**
 * What a failed turn means to its socket (codex.md 3.9). Other than in the reference, every failure
 * is told in a frame before anything is closed, and the socket stays open where the client can go on
 * with its whole input.
 */
import { CATALOGUE } from '../../errors.ts';
import { errorFrame } from './error-frame.ts';
import { isObject } from '../../canonical/value.ts';
import { parsedJson, type Failure } from '../errors/body.ts';
import type { SocketClose } from '../server/types.ts';

/** A frame, and how the socket ends behind it. */
export interface FailureAnswer {
  frame: string;
  /** Undefined: the socket stays open. */
  close: SocketClose | undefined;
}

/** Everything has to be sent again (codex.md 3.9). */
const REPLAY: SocketClose = { code: 1012, reason: 'upstream requires HTTP replay' };

/** By this code opencode, too, uses HTTP from then on (clients.md 7.2). */
const TOO_BIG = 1009;
const RESTART = 1012;
const INTERNAL = 1011;

/** What the catalogue says when the upstream gave no reason. */
const NO_REASON: ReadonlySet<unknown> = new Set(['', CATALOGUE.upstream_message_too_big.message]);

/** Decides it. */
export function answerTo(failure: Failure): FailureAnswer {
  return { frame: errorFrame(failure), close: closeAfter(failure) };
}

function closeAfter(failure: Failure): SocketClose | undefined {
  const { code } = failure;
  if (code === 'replay_required') return REPLAY;
  if (code === 'draining') return { code: RESTART, reason: failure.message };
  if (code === 'internal') return { code: INTERNAL, reason: CATALOGUE.internal.message };
  const tooBig = tooBigReason(failure);
  return tooBig === undefined ? undefined : { code: TOO_BIG, reason: tooBig };
}

function tooBigReason({ status, code, body }: Failure): string | undefined {
  const parsed = parsedJson(body ?? '');
  const error = isObject(parsed) ? parsed['error'] : undefined;
  const known = isObject(error) && error['code'] === 'message_too_big';
  if (code !== 'upstream_message_too_big' && !(status === 413 && known)) return undefined;
  const message = isObject(error) ? error['message'] : undefined;
  return typeof message !== 'string' || NO_REASON.has(message) ? 'message too big' : message;
}
