/** What the readers of all forms share. */

export type Json = Record<string, unknown>;

/** A text, or the texts of a list of parts, one a line. */
export function textsOf(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return (content as { text: string }[]).map(({ text }) => text).join('\n');
}
