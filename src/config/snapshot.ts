/** What is known about the credential files of a directory, and what changed between two looks. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialFileNames } from '../credentials/files.ts';

/** One file as it was seen. */
export interface FileState {
  size: number;
  mtimeMs: number;
  inode: number;
  /** SHA-256 of the content. */
  hash: string;
  /** False while the text is not JSON: an editor may still be writing it. */
  complete: boolean;
}

/** By file name. */
export type Snapshot = ReadonlyMap<string, FileState>;

/** File names whose content is new, and names that are gone. */
export interface CredentialChange {
  changed: string[];
  removed: string[];
}

/** SHA-256 in hex. */
export const digest = (content: Buffer): string =>
  createHash('sha256').update(content).digest('hex');

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(content.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function fileState(path: string, known?: FileState): Promise<FileState> {
  const { size, mtimeMs, ino: inode } = await stat(path);
  if (known?.size === size && known.mtimeMs === mtimeMs && known.inode === inode) return known;
  const content = await readFile(path);
  return { size, mtimeMs, inode, hash: digest(content), complete: isJson(content) };
}

/**
 * Looks at all credential files. With `known`, a file of the same size, time and inode is not read
 * again. A file that can not be read counts as gone; a missing directory is empty.
 */
export async function takeSnapshot(dir: string, known?: Snapshot): Promise<Snapshot> {
  const states = new Map<string, FileState>();
  for (const name of await namesIn(dir)) {
    try {
      states.set(name, await fileState(join(dir, name), known?.get(name)));
    } catch {
      // Removed or made unreadable since the listing; the scan reports unreadable files by name.
      continue;
    }
  }
  return states;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await credentialFileNames(dir);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}

/** What differs between two snapshots. */
export function compareSnapshots(before: Snapshot, after: Snapshot): CredentialChange {
  return {
    changed: [...after].filter(([name, { hash }]) => before.get(name)?.hash !== hash).map(first),
    removed: [...before.keys()].filter((name) => !after.has(name)),
  };
}

const first = ([name]: readonly [string, FileState]): string => name;
