/**
 * Arguments of a function call as the JSON text of an object. Small models now and then write what
 * is nearly JSON; Gemini clients can only take an object (thinking 7.2).
 */
import { isObject } from '../../canonical/value.ts';

/** Valid JSON objects stay as they are, on one line; what can not be read at all is `{}`. */
export function argumentsJson(text: string): string {
  const trimmed = text.trim();
  const value = parsed(trimmed);
  if (isObject(value)) return /[\r\n]/.test(trimmed) ? JSON.stringify(value) : trimmed;
  return value === undefined && trimmed.startsWith('{') ? looseObject(trimmed) : '{}';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not being JSON is what the loose reader is for.
    return undefined;
  }
}

/** Without a choice per character: such patterns fail on megabytes. */
const KEY = /\s*,?\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*:\s*/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const WORD = /[^,}]*/y;

/** `{ "key": value, … }` with bare words as texts; reads up to the first thing it can not read. */
function looseObject(text: string): string {
  const members: string[] = [];
  let at = 1;
  while (at < text.length) {
    const key = matchAt(KEY, text, at);
    if (key === undefined) break;
    const from = at + key[0].length;
    const value = looseValue(text, from);
    const name = parsed(`"${key[1] ?? ''}"`);
    if (typeof name === 'string') members.push(`${JSON.stringify(name)}:${value.json}`);
    at = value.end;
  }
  return `{${members.join(',')}}`;
}

interface LooseValue {
  json: string;
  end: number;
}

function looseValue(text: string, from: number): LooseValue {
  const first = text[from];
  if (first === '{' || first === '[') {
    const end = closingOf(text, from);
    return { json: valueJson(text.slice(from, end)), end };
  }
  const match = matchAt(first === '"' ? STRING : WORD, text, from) ?? matchAt(WORD, text, from);
  const raw = match?.[0] ?? '';
  return { json: valueJson(raw.trim()), end: from + raw.length };
}

/** Numbers, `true`, `false`, `null`, quoted and bracketed values as they are, the rest as a text. */
function valueJson(raw: string): string {
  const value = parsed(raw);
  return JSON.stringify(value === undefined ? raw : value);
}

/** Behind the bracket that closes the one at `from`, or the end of the text. */
function closingOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at += (matchAt(STRING, text, at)?.[0].length ?? 1) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
