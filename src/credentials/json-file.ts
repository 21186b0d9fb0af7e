/**
 * Reading and replacing one JSON file that holds secrets. Errors name the file and the system's
 * code, never the content: Node's own JSON errors quote it, so they are not kept as a cause.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFields, type Fields } from '../config/values.ts';
import { SwitchyardError } from '../errors.ts';

/** Largest credential file: real ones have a few KiB, and a full scan reads them all. */
export const MAX_CREDENTIAL_BYTES = 1024 * 1024;

const MIB = 1024 * 1024;

/** The `code` of a system error, e.g. `ENOENT`. */
export function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
}

const failed = (message: string): SwitchyardError =>
  new SwitchyardError('credential_file_failed', { message });

/** The text of a credential file without a byte order mark. @throws SwitchyardError */
export async function readSecretText(
  path: string,
  maxBytes = MAX_CREDENTIAL_BYTES,
): Promise<string> {
  let text: string;
  try {
    const handle = await open(path, 'r');
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw failed(`${path} is not a file`);
      if (info.size > maxBytes) throw failed(`${path} is larger than ${maxBytes / MIB} MiB`);
      text = await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (thrown instanceof SwitchyardError) throw thrown;
    throw failed(`${path} can not be read (${errnoOf(thrown)})`);
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The JSON object in `text`; `path` is for the message. @throws SwitchyardError */
export function parseJsonObject(text: string, path: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failed(`${path} is not valid JSON`);
  }
  if (!isFields(value)) throw failed(`${path} does not hold a JSON object`);
  return value;
}

/**
 * Replaces a file in one step (write, fsync, rename), mode 0600; a symbolic link stays one.
 * `expected`: the text that the change was made from; when the file holds another one by now, it is
 * left alone.
 * @returns whether it was replaced
 * @throws SwitchyardError `credential_file_failed`
 */
export function replaceFile(path: string, text: string, expected?: string): Promise<boolean> {
  return placed(path, async () => {
    const target = await realpath(path);
    return writtenBeside(target, text, async (temporary) => {
      if (expected !== undefined && (await readSecretText(path)) !== expected) return false;
      await rename(temporary, target);
      return true;
    });
  });
}

/**
 * Makes a file of mode 0600 that is whole as soon as it is there.
 * @returns false when there is a file of this name
 * @throws SwitchyardError `credential_file_failed`
 */
export function createFile(path: string, text: string): Promise<boolean> {
  return placed(path, () =>
    writtenBeside(path, text, async (temporary) => {
      if (existsSync(path)) return false;
      await rename(temporary, path);
      return true;
    }),
  );
}

async function placed(path: string, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof SwitchyardError) throw thrown;
    throw failed(`${path} can not be written (${errnoOf(thrown)})`);
  }
}

/** Writes a hidden file in the same folder, uses it, and removes what is left of it. */
async function writtenBeside(
  target: string,
  text: string,
  use: (temporary: string) => Promise<boolean>,
): Promise<boolean> {
  const name = `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(target), name);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await use(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
