/**
 * Finds the items of `input` that may need a change (translate-openai-claude.md 5.1; codex.md 1.9,
 * 1.10) while the body is scanned anyway. All other items are walked over and forgotten.
 */
import { skipValue } from '../../json/scan.ts';
import { isToken, token, walkArray, walkObject } from '../../json/walk.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

const TYPE = token('type');
const ROLE = token('role');
const ID = token('id');
const CONTENT = token('content');
const ENCRYPTED = token('encrypted_content');
const SYSTEM = token('system');
const REASONING = token('reasoning');
const BREAKPOINT = token('prompt_cache_breakpoint');

/** Where a value stands; start 0: it is not there. */
export interface ValueRange {
  start: number;
  end: number;
}

/** An item that may have to be changed. */
export interface FoundItem {
  start: number;
  end: number;
  /** Position in the array. */
  place: number;
  isSystem: boolean;
  isReasoning: boolean;
  hasBreakpoint: boolean;
  type: ValueRange;
  id: ValueRange;
  encrypted: ValueRange;
}

/** Walks over one `input`; its results are valid afterwards. */
export class InputScan {
  readonly found: FoundItem[] = [];
  /** Start and end of every item, in pairs: needed only to cut items out. */
  readonly ranges: number[] = [];
  readonly #bytes: Uint8Array;
  #item = emptyItem();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Walks the array whose `[` is at `at`; returns the offset behind it. @throws `invalid_json`. */
  walk(at: number): number {
    return walkArray(this.#bytes, at, this.#bytes.length, this.#element);
  }

  readonly #element = (start: number, place: number): number => {
    const bytes = this.#bytes;
    if (bytes[start] !== OPEN_BRACE)
      return this.#range(start, skipValue(bytes, start, bytes.length));
    const item = this.#item;
    const end = walkObject(bytes, start, bytes.length, this.#member);
    const { isSystem, isReasoning, hasBreakpoint, id } = item;
    if (isSystem || isReasoning || hasBreakpoint || id.start > 0) {
      this.found.push(Object.assign(item, { start, end, place }));
      this.#item = emptyItem();
    } else item.type.start = item.encrypted.start = 0;
    return this.#range(start, end);
  };

  readonly #member = (keyStart: number, keyEnd: number, valueStart: number): number => {
    const bytes = this.#bytes;
    if (isToken(bytes, keyStart, keyEnd, CONTENT) && bytes[valueStart] === OPEN_BRACKET) {
      return walkArray(bytes, valueStart, bytes.length, this.#part);
    }
    const end = skipValue(bytes, valueStart, bytes.length);
    const item = this.#item;
    if (isToken(bytes, keyStart, keyEnd, ID)) note(item.id, valueStart, end);
    else if (isToken(bytes, keyStart, keyEnd, ENCRYPTED)) note(item.encrypted, valueStart, end);
    else if (isToken(bytes, keyStart, keyEnd, ROLE)) {
      item.isSystem = isToken(bytes, valueStart, end, SYSTEM);
    } else if (isToken(bytes, keyStart, keyEnd, TYPE)) {
      note(item.type, valueStart, end);
      item.isReasoning = isToken(bytes, valueStart, end, REASONING);
    }
    return end;
  };

  readonly #part = (start: number): number => {
    const bytes = this.#bytes;
    if (bytes[start] !== OPEN_BRACE) return skipValue(bytes, start, bytes.length);
    return walkObject(bytes, start, bytes.length, this.#partMember);
  };

  readonly #partMember = (keyStart: number, keyEnd: number, valueStart: number): number => {
    const bytes = this.#bytes;
    if (isToken(bytes, keyStart, keyEnd, BREAKPOINT)) this.#item.hasBreakpoint = true;
    return skipValue(bytes, valueStart, bytes.length);
  };

  #range(start: number, end: number): number {
    this.ranges.push(start, end);
    return end;
  }
}

function emptyItem(): FoundItem {
  return {
    start: 0,
    end: 0,
    place: 0,
    isSystem: false,
    isReasoning: false,
    hasBreakpoint: false,
    type: { start: 0, end: 0 },
    id: { start: 0, end: 0 },
    encrypted: { start: 0, end: 0 },
  };
}

function note(range: ValueRange, start: number, end: number): void {
  range.start = start;
  range.end = end;
}
