/**
 * Hiding secrets in everything that is logged (routing.md 14.3): values by the name they stand
 * under, and tokens inside free text. What is not logged at all is decided elsewhere.
 */

/**
 * Parts of a field, header or query name that mark its value as secret (separators ignored).
 * `tokens` is left out: those names hold counts (`input_tokens_details`).
 */
const SECRET_NAMES = /authorization|apikey|token(?!s)|secret|cookie|password|^key$/;

/** Separators that vary between spellings of one name. */
const SEPARATORS = /[-_]/g;

/** `Bearer x`, `sk-...`, and what follows a secret's name and `=` or `:` in a text. */
const BEARER = /\b(Bearer\s+)([^\s"',;]+)/gi;
const KEY_LIKE = /\b(?:sk|rk)-[A-Za-z0-9_-]{6,}/g;
const NAMED =
  /\b((?:[\w-]*(?:api[-_]?key|token|secret|password)|authorization)["']?\s*[=:]\s*["']?)(?!Bearer\b)([^\s"',;&}]+)/gi;

/** Known answers of {@link isSecretName}: field names repeat in every line. */
const knownNames = new Map<string, boolean>();

/** Field names come from our own code, so this is only a guard against names made of data. */
export const MAX_KNOWN_NAMES = 2000;

/** How deep objects are searched; log objects are flat, causes and details at most this deep. */
export const MAX_REDACT_DEPTH = 4;

/** Keeps enough of a secret to recognise it: `abcd...wxyz`, `ab...yz`, `a...z`. */
export function maskSecret(value: string): string {
  const keep = value.length > 8 ? 4 : value.length > 4 ? 2 : value.length > 2 ? 1 : 0;
  if (keep === 0) return value;
  return `${value.slice(0, keep)}...${value.slice(-keep)}`;
}

/** Does a field, header or query parameter of this name hold a secret? */
export function isSecretName(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replace(SEPARATORS, '');
  const secret = SECRET_NAMES.test(plain);
  if (knownNames.size < MAX_KNOWN_NAMES) knownNames.set(name, secret);
  return secret;
}

/** A header value as it may be logged; the scheme of an authorization stays readable. */
export function maskHeader(name: string, value: string): string {
  if (!isSecretName(name)) return value;
  const space = value.indexOf(' ');
  if (!name.toLowerCase().includes('authorization') || space < 0) return maskSecret(value);
  return `${value.slice(0, space)} ${maskSecret(value.slice(space + 1))}`;
}

/** Free text, e.g. an error message of an upstream, with its tokens masked. */
export function maskText(text: string): string {
  return text
    .replace(BEARER, (_, scheme: string, token: string) => scheme + maskSecret(token))
    .replace(NAMED, (_, name: string, value: string) => name + maskSecret(value))
    .replace(KEY_LIKE, maskSecret);
}

/** A copy of a log object with secrets masked; the object itself when it holds none. */
export function redactFields(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name in fields) {
    const value = fields[name];
    const shown = redactValue(name, value, depth);
    if (shown === value) continue;
    copy ??= { ...fields };
    copy[name] = shown;
  }
  return copy ?? fields;
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  if (typeof value === 'string') return isSecretName(name) ? maskHeader(name, value) : value;
  if (value === null || typeof value !== 'object' || value instanceof Error) return value;
  if (isSecretName(name)) return '[hidden]';
  if (Array.isArray(value)) return redactList(name, value, depth);
  return depth < MAX_REDACT_DEPTH
    ? redactFields(value as Record<string, unknown>, depth + 1)
    : '[too deep]';
}

/** Lists of objects are searched; flat header pairs are masked by the name before each value. */
function redactList(name: string, list: unknown[], depth: number): unknown[] {
  const pairs = name.toLowerCase().endsWith('headers') && typeof list[0] === 'string';
  return list.map((value, index) => {
    if (!pairs) return redactValue('', value, depth + 1);
    const header = list[index - 1];
    return index % 2 === 1 && typeof value === 'string' ? maskHeader(String(header), value) : value;
  });
}
