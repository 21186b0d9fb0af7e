/** Patterns with `*` (any run of characters) and `?` (one); a backslash makes a character plain. */

/** Does the whole text match? Case counts. Takes at most pattern times text steps. */
export function globMatches(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  let token = 0;
  let at = 0;
  /** Where to go on when the last `*` has to take one character more. */
  let retry: { token: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === STAR) {
      retry = { token, at };
      token += 1;
    } else if (wanted === ANY || wanted === text.charAt(at)) {
      token += 1;
      at += 1;
    } else if (retry !== undefined) {
      retry.at += 1;
      token = retry.token + 1;
      at = retry.at;
    } else return false;
  }
  return tokens.slice(token).every((left) => left === STAR);
}

const STAR = Symbol('any run');
const ANY = Symbol('any character');

function tokensOf(pattern: string): (string | symbol)[] {
  const tokens: (string | symbol)[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      tokens.push(pattern.charAt(at));
    } else tokens.push(char === '*' ? STAR : char === '?' ? ANY : char);
  }
  return tokens;
}
