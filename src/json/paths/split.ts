/** Cuts the text of paths and queries at separators, but not inside quotes, brackets or escapes. */

/** The pieces; undefined for text whose quotes or brackets do not close. */
export function splitOutside(text: string, separator: string): string[] | undefined {
  const pieces: string[] = [];
  let from = 0;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"' && (quoted || depth > 0 || separator !== '.')) quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(separator, at)) {
      pieces.push(text.slice(from, at));
      at += separator.length - 1;
      from = at + 1;
    }
    if (depth < 0) return undefined;
  }
  if (quoted || depth !== 0) return undefined;
  return [...pieces, text.slice(from)];
}
