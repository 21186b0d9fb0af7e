/** How values appear in config-diff lines. */

/** Scheme and host of an address; the words for "no proxy" and nothing stay readable. */
function safeUrl(text: string): string {
  if (text === '' || /^(?:direct|none)$/i.test(text)) return text;
  if (!URL.canParse(text)) return '<redacted>';
  const { protocol, host } = new URL(text);
  return host ? `${protocol}//${host}` : '<redacted>';
}

/** `key: old -> new`, or nothing when they are equal. Empty text shows as `<none>`. */
export function changeLine<T extends string | number | boolean>(
  key: string,
  before: T,
  after: T,
): string[] {
  if (before === after) return [];
  return [`${key}: ${before === '' ? '<none>' : before} -> ${after === '' ? '<none>' : after}`];
}

/** {@link changeLine} of an address; one of which only a hidden part changed still gets a line. */
export function urlLine(key: string, before: string, after: string): string[] {
  if (before === after) return [];
  const line = changeLine(key, safeUrl(before), safeUrl(after));
  return line.length > 0 ? line : [`${key}: updated`];
}
