/** Patterns of excluded models (routing.md 3.9): `*` is any run of characters, nothing else is special. */

/** `pattern` in lower case; `text` in any case. The whole text has to match. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const subject = text.toLowerCase();
  const head = pieces[0] ?? '';
  if (pieces.length === 1) return subject === head;
  const tail = pieces[pieces.length - 1] ?? '';
  if (subject.length < head.length + tail.length) return false;
  if (!subject.startsWith(head) || !subject.endsWith(tail)) return false;
  const end = subject.length - tail.length;
  let at = head.length;
  for (const middle of pieces.slice(1, -1)) {
    const found = subject.indexOf(middle, at);
    if (found < 0 || found + middle.length > end) return false;
    at = found + middle.length;
  }
  return true;
}
