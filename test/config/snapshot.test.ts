import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compareSnapshots, takeSnapshot } from '../../src/config/snapshot.ts';
import { tempDir } from '../support/temp.ts';

describe('takeSnapshot', () => {
  it('trusts size, time and inode only when it is given an older look', async (t) => {
    const dir = await tempDir(t);
    const path = join(dir, 'a.json');
    await writeFile(path, '{"a":1}');
    await utimes(path, 1000, 1000);
    const first = await takeSnapshot(dir);
    await writeFile(path, '{"a":2}');
    await utimes(path, 1000, 1000);
    assert.deepEqual(compareSnapshots(first, await takeSnapshot(dir, first)).changed, []);
    assert.deepEqual(compareSnapshots(first, await takeSnapshot(dir)).changed, ['a.json']);
    await utimes(path, 2000, 2000);
    assert.deepEqual(compareSnapshots(first, await takeSnapshot(dir, first)).changed, ['a.json']);
  });

  it('knows an unfinished text and a missing directory', async (t) => {
    const dir = await tempDir(t);
    await writeFile(join(dir, 'a.json'), '{"a":');
    assert.equal((await takeSnapshot(dir)).get('a.json')?.complete, false);
    assert.equal((await takeSnapshot(join(dir, 'none'))).size, 0);
  });
});
