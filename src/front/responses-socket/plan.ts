/**
 * Who may serve a turn of a client WebSocket, and with which body (codex.md 3.6). Pure: what the
 * socket remembers goes in, the way of the turn comes out.
 */
import { unknownStart, type ClientFrame } from './frame.ts';
import type { CredentialId } from '../../ids.ts';
import type { SocketWishes } from '../offer-choice.ts';

/** What a socket remembers of its last answer. */
export type Memory =
  /** Nothing, or its transcript, which `TranscriptBudget` holds. */
  | { at: 'here' }
  /** The upstream's socket knows the conversation. `pin`: whose; undefined: it failed since. */
  | { at: 'upstream'; pin: CredentialId | undefined };

/** What is sent upstream. */
export type BodyKind =
  /** The frame as it came: only an upstream WebSocket understands it. */
  | 'native'
  /** The whole conversation. */
  | 'full'
  /** `native` for credentials with WebSockets, else `full`: the frame is the whole conversation. */
  | 'by-credential';

/** The way of one turn. */
export interface SocketPlan {
  wishes: SocketWishes;
  body: BodyKind;
  /** The input continues an answer that only the upstream's socket knows. */
  continues: boolean;
  /** A warm-up is answered here: `instead` of an upstream socket that can not be had. */
  here: 'never' | 'instead' | 'always';
}

/**
 * Plans a turn. `hasTranscript`: the conversation so far is kept here.
 * @throws SwitchyardError for a frame that continues what nobody knows.
 */
export function planTurn(frame: ClientFrame, memory: Memory, hasTranscript: boolean): SocketPlan {
  const { continues, warmUp } = frame;
  if (memory.at === 'upstream') {
    const { pin } = memory;
    if (continues) return { ...ANY, body: 'native', wishes: { pin, only: 'pin' }, continues };
    if (warmUp) return warmUpPlan(pin);
    return { ...ANY, wishes: { pin, only: 'any' } };
  }
  if (hasTranscript) return { ...ANY, body: 'full', here: warmUp ? 'always' : 'never' };
  if (continues) throw unknownStart(frame);
  return warmUp ? warmUpPlan(undefined) : ANY;
}

const ANY: SocketPlan = {
  wishes: { pin: undefined, only: 'any' },
  body: 'by-credential',
  continues: false,
  here: 'never',
};

function warmUpPlan(pin: CredentialId | undefined): SocketPlan {
  return { ...ANY, body: 'native', wishes: { pin, only: 'websockets' }, here: 'instead' };
}
