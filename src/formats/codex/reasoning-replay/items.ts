/**
 * The items of a Codex body as far as replayed reasoning has to know them. One walk, nothing is
 * parsed: a conversation of some 100 KB costs about as much as skipping it.
 */
import { bufferOf, scanObject, skipValue } from '../../../json/scan.ts';
import { isToken, token, walkArray, walkObject } from '../../../json/walk.ts';

/** What an item is to the model's answers. */
export type ItemKind = 'reasoning' | 'call' | 'output' | 'assistant' | 'other';

/** One item of `input`. */
export interface InputItem {
  readonly kind: ItemKind;
  /** Byte range in the body. */
  readonly start: number;
  readonly end: number;
  /** `call_id` of calls and outputs, {@link proofKey} of reasoning; else `''`. */
  readonly key: string;
}

/**
 * Characters of a proof that stand for all of it: the end of the token is its MAC, which tells it
 * from every other one.
 */
const KEY_CHARS = 64;

/** A short name of a proof. */
export const proofKey = (proof: string): string => proof.slice(-KEY_CHARS);

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

const TYPE = token('type');
const ROLE = token('role');
const ASSISTANT = token('assistant');
const KEYS = [token('call_id'), token('encrypted_content')];

const KINDS: readonly (readonly [type: Uint8Array, kind: ItemKind])[] = [
  [token('reasoning'), 'reasoning'],
  [token('function_call'), 'call'],
  [token('function_call_output'), 'output'],
];

/** The items in order; none where `input` is no array. @throws SwitchyardError `invalid_json`. */
export function inputItems(body: Uint8Array): InputItem[] {
  let items: InputItem[] = [];
  scanObject(body, 0, body.length, (key, start) => {
    if (key !== 'input') return undefined;
    // Of duplicate members the last one counts.
    items = [];
    if (body[start] !== OPEN_BRACKET) return undefined;
    return walkArray(body, start, body.length, (at) => {
      const item = itemAt(body, at);
      items.push(item);
      return item.end;
    });
  });
  return items;
}

function itemAt(body: Uint8Array, start: number): InputItem {
  let kind: ItemKind = 'other';
  let key = '';
  if (body[start] !== OPEN_BRACE) {
    return { kind, start, end: skipValue(body, start, body.length), key };
  }
  const end = walkObject(body, start, body.length, (keyStart, keyEnd, valueStart) => {
    const valueEnd = skipValue(body, valueStart, body.length);
    if (isToken(body, keyStart, keyEnd, TYPE)) {
      kind = KINDS.find(([type]) => isToken(body, valueStart, valueEnd, type))?.[1] ?? kind;
    } else if (isToken(body, keyStart, keyEnd, ROLE)) {
      if (isToken(body, valueStart, valueEnd, ASSISTANT)) kind = 'assistant';
    } else if (KEYS.some((name) => isToken(body, keyStart, keyEnd, name))) {
      key = keyText(body, valueStart, valueEnd);
    }
    return valueEnd;
  });
  return { kind, start, end, key };
}

/** Ids and proofs that clients were given have no character that JSON would escape. */
function keyText(body: Uint8Array, start: number, end: number): string {
  const from = Math.max(start + 1, end - 1 - KEY_CHARS);
  return bufferOf(body).toString('latin1', from, end - 1);
}
