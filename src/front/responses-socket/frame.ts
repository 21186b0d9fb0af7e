/** The frames that a client sends over its WebSocket (codex.md 3.5, 3.6). */
import { memberOf, readString, scanObject, textOf } from '../../json/scan.ts';
import { modelOf } from '../peek.ts';
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

const KINDS: ReadonlyMap<string, ClientFrame['kind']> = new Map([
  ['response.create', 'create'],
  ['response.append', 'append'],
]);

/** Characters of an unknown type that its refusal repeats. */
const SHOWN_TYPE_CHARS = 64;

/** @throws SwitchyardError `invalid_json` | `invalid_request`: the socket can stay open. */
export function readFrame(data: Uint8Array): ClientFrame {
  const members = membersOf(data);
  const text = (key: string): string | undefined => {
    const member = memberOf(members, key);
    return member && readString(data, member.valueStart, member.valueEnd);
  };
  const type = text('type') ?? '';
  const kind = KINDS.get(type);
  if (kind === undefined) {
    throw wrong(`unsupported websocket request type: ${type.slice(0, SHOWN_TYPE_CHARS)}`);
  }
  const model = memberOf(members, 'model');
  const previousResponseId = text('previous_response_id')?.trim() || undefined;
  return {
    kind,
    model: (model && modelOf(data, model))?.trim() || undefined,
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

/**
 * Why a frame can not begin a conversation: it continues an answer that nobody knows (codex.md 3.6;
 * vectors 84, 92). `replay_required` is told as `previous_response_not_found`.
 */
export function unknownStart({ previousResponseId }: ClientFrame): SwitchyardError {
  return previousResponseId === undefined
    ? wrong('websocket request received before response.create')
    : new SwitchyardError('replay_required', { status: 409 });
}

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
