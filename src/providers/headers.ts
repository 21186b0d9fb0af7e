/** Upstream request headers: an ordered list whose names differ in more than their case. */

const SENDABLE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** Characters of one value; the headers of one request together fit a usual server's limit. */
export const MAX_HEADER_CHARS = 8 * 1024;

/** Headers that frame the message: the HTTP client alone writes them, whatever a user configures. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The first non-blank value of a header in flat lower-case pairs, trimmed; undefined: none. */
export function clientHeader(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== name) continue;
    const value = headers[index + 1]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** Headers in the order in which they were first set. */
export class HeaderList {
  readonly #pairs = new Map<string, readonly [name: string, value: string]>();

  /** Sets a header. A blank, unsendable or oversized value leaves the list as it is. */
  set(name: string, value: string | undefined): void {
    const text = value?.trim() ?? '';
    if (text.length > MAX_HEADER_CHARS || !SENDABLE.test(text)) return;
    this.#pairs.set(name.toLowerCase(), [name, text]);
  }

  /** Flat pairs. */
  flat(): string[] {
    return [...this.#pairs.values()].flat();
  }
}

/**
 * Headers of the credential's own settings, over everything set before (providers.md 1.3). `$Name`
 * copies the client's header, and sets nothing when the client did not send it.
 */
export function setCustomHeaders(
  list: HeaderList,
  custom: Readonly<Record<string, string>>,
  client: readonly string[],
): void {
  for (const [name, value] of Object.entries(custom)) {
    if (FRAMING.has(name.toLowerCase())) continue;
    const copied = value.startsWith('$');
    list.set(name, copied ? clientHeader(client, value.slice(1).toLowerCase()) : value);
  }
}
