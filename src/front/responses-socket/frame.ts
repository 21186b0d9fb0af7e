/** The frames that a client sends over its WebSocket (codex.md 3.5, 3.6). */
import { memberOf, readString, scanObject, textOf } from '../../json/scan.ts';
import { SwitchyardError } from '../../errors.ts';
import type { Member } from '../../json/members.ts';

/** One frame, read as far as routing needs it. */
export interface ClientFrame {
  readonly kind: 'create' | 'append';
  /** As the client spelled it; undefined: as before. */
  readonly model: string | undefined;
  /** Answer that the input continues; undefined: none, also when the member is blank. */
  readonly previousResponseId: string | undefined;
  /** The member is there, whatever its value. */
  readonly hasPreviousResponseId: boolean;
  /** The input means something only behind an earlier answer. */
  readonly continues: boolean;
  /** `generate` is there and not true: no answer is wanted yet. */
  readonly warmUp: boolean;
  readonly members: readonly Member[];
  readonly data: Uint8Array;
}

const KINDS: Readonly<Record<string, ClientFrame['kind']>> = {
  'response.create': 'create',
  'response.append': 'append',
};

/** @throws SwitchyardError `invalid_json` | `invalid_request`: the socket can stay open. */
export function readFrame(data: Uint8Array): ClientFrame {
  const members = membersOf(data);
  const text = (key: string): string | undefined => {
    const member = memberOf(members, key);
    return member && readString(data, member.valueStart, member.valueEnd);
  };
  const type = text('type') ?? '';
  const kind = KINDS[type];
  if (kind === undefined) throw wrong(`unsupported websocket request type: ${type}`);
  const previousResponseId = text('previous_response_id')?.trim() || undefined;
  return {
    kind,
    model: text('model')?.trim() || undefined,
    previousResponseId,
    hasPreviousResponseId: memberOf(members, 'previous_response_id') !== undefined,
    continues: kind === 'append' || previousResponseId !== undefined,
    warmUp: isWarmUp(data, memberOf(members, 'generate')),
    members,
    data,
  };
}

/** A fault in a frame. */
export const wrong = (message: string): SwitchyardError =>
  new SwitchyardError('invalid_request', { message });

function membersOf(data: Uint8Array): Member[] {
  try {
    return scanObject(data);
  } catch (cause) {
    throw new SwitchyardError('invalid_json', { message: 'invalid websocket request JSON', cause });
  }
}

function isWarmUp(data: Uint8Array, generate: Member | undefined): boolean {
  return generate !== undefined && textOf(data, generate.valueStart, generate.valueEnd) !== 'true';
}
