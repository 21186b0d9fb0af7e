/** Changing fields of a credential file that other programs change as well. */
import { isDeepStrictEqual } from 'node:util';
import type { Fields } from '../config/values.ts';
import { SwitchyardError } from '../errors.ts';
import { parseJsonObject, readSecretText, replaceFile } from './json-file.ts';

/** Tries when another program writes the file at the same moment; each takes milliseconds. */
const MAX_TRIES = 5;

/** The indent of the file's first member; one-line files stay on one line. */
const indentOf = (text: string): string => /^\s*\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '';

/** Writes in progress by path, so that two never read the same old content (one thread's worth). */
const writing = new Map<string, Promise<unknown>>();

/**
 * Replaces the content by what `change` makes of it, atomically, mode 0600; the layout stays.
 * Writers of one path in this thread take turns; a write of another program in between is seen.
 * @returns false when nothing was different and the file was left alone
 * @throws SwitchyardError `credential_file_failed`
 */
export async function updateFile(
  path: string,
  change: (fields: Fields) => Fields,
): Promise<boolean> {
  const before = writing.get(path) ?? Promise.resolve();
  const turn = before.then(
    () => apply(path, change),
    () => apply(path, change),
  );
  writing.set(path, turn);
  try {
    return await turn;
  } finally {
    if (writing.get(path) === turn) writing.delete(path);
  }
}

async function apply(path: string, change: (fields: Fields) => Fields): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const text = await readSecretText(path);
    const fields = parseJsonObject(text, path);
    const next = change(fields);
    if (isDeepStrictEqual(next, fields)) return false;
    const ending = /\r?\n$/.exec(text)?.[0] ?? '';
    const written = JSON.stringify(next, null, indentOf(text)) + ending;
    if (await replaceFile(path, written, text)) return true;
  }
  const message = `${path} is written by another program all the time`;
  throw new SwitchyardError('credential_file_failed', { message });
}
