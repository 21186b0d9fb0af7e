/** The text form of paths and queries (translate-openai-claude.md 11.3). */
import { splitOutside } from './split.ts';
import type { Operator, Path, Query, Step, Term } from './types.ts';

/** Longest text of a path. A real one has a few dozen characters. */
export const MAX_PATH_CHARS = 1000;

/** Reads a path; undefined for text that is none. */
export function parsePath(text: string): Path | undefined {
  if (text === '' || text.length > MAX_PATH_CHARS) return undefined;
  const pieces = splitOutside(text, '.');
  if (pieces === undefined) return undefined;
  const steps = pieces.map(parseStep);
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

function parseStep(text: string): Step | undefined {
  if (text === '#') return { kind: 'each' };
  if (text.startsWith('#(')) {
    const all = text.endsWith(')#');
    if (!all && !text.endsWith(')')) return undefined;
    const query = parseQuery(text.slice(2, all ? -2 : -1));
    return query && { kind: 'query', all, query };
  }
  if (/(?<!\\)(?:\\\\)*[*?]/.test(text)) return { kind: 'pattern', pattern: text };
  const isForced = /^:\d+$/.test(text);
  const name = isForced ? text.slice(1) : text.replace(/\\(.)/gs, '$1');
  return { kind: 'key', name, isName: isForced || name !== text };
}

function parseQuery(text: string): Query | undefined {
  const query = splitOutside(text, '||')?.map((alternative) =>
    (splitOutside(alternative, '&&') ?? []).map(parseTerm),
  );
  if (query === undefined) return undefined;
  const isWhole = query.every((terms) => terms.length > 0 && terms.every((term) => term));
  return isWhole ? (query as Term[][]) : undefined;
}

const OPERATORS: readonly Operator[] = ['==', '!=', '<=', '>=', '!%', '<', '>', '%'];

function parseTerm(text: string): Term | undefined {
  const at = operatorAt(text);
  const head = text.slice(0, at).trim();
  const path = head === '' ? [] : parsePath(head);
  if (path === undefined) return undefined;
  if (at === text.length)
    return head === '' ? undefined : { path, operator: undefined, operand: '' };
  const operator = OPERATORS.find((word) => text.startsWith(word, at));
  // A single `=` means the same as two.
  const length = operator?.length ?? 1;
  if (operator === undefined && text.charAt(at) !== '=') return undefined;
  return { path, operator: operator ?? '==', operand: unquoted(text.slice(at + length).trim()) };
}

/** Where the operator begins: the first such character outside of brackets. */
function operatorAt(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (depth === 0 && '=!<>%'.includes(char)) return at;
  }
  return text.length;
}

/** Text in double quotes without them; a literal stays as it is written. */
function unquoted(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}
