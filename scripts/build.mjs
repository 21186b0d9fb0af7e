// Compiles src/ and workers/ to dist/: one flat folder, in which each entry (the program, its threads,
// its child processes) finds the others beside itself. What entries share is built once, into chunks.
// Packages are part of it: a thread that loads a few files starts in a third of the time of one that
// loads hundreds, and it is the time that accounts are away when a thread had to be replaced.
// Skips the work when no source, and no lock of the packages, is newer than the last build.
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.stamp');

/** Beside the threads in workers/; the supervisor alone is what tests of the whole program load. */
const ENTRIES = [
  'src/main.ts',
  'src/supervisor/supervisor.ts',
  'src/state/probe-child.ts',
  'src/state/read-child.ts',
];

/** Packages that stay in node_modules, because they load native code or thread entries of their own. */
const EXTERNAL = ['lmdb', 'msgpackr', 'pino', 'piscina', 'uWebSockets.js'];

/** For packages in CommonJS: a module has no `require` of its own. */
const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`;

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Builds when needed and returns the path of the compiled entry. */
export async function build() {
  const threads = sources('workers');
  const others = ['package-lock.json', 'scripts/build.mjs'].map((name) => join(root, name));
  const files = [...sources('src'), ...threads, ...others];
  const newest = Math.max(...files.map(modifiedAt));
  if (modifiedAt(stamp) <= newest) {
    const esbuild = await import('esbuild');
    // Built beside it and moved: a proxy that runs from the old build may still load a thread.
    const fresh = `${dist}.${process.pid}`;
    await esbuild.build({
      entryPoints: [...ENTRIES.map((entry) => join(root, entry)), ...threads],
      outdir: fresh,
      entryNames: '[name]',
      chunkNames: 'chunk-[hash]',
      bundle: true,
      splitting: true,
      external: EXTERNAL,
      banner: { js: REQUIRE },
      format: 'esm',
      target: 'node20',
      platform: 'node',
      sourcemap: true,
      logLevel: 'warning',
    });
    writeFileSync(join(fresh, '.stamp'), '');
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  }
  return join(dist, 'main.js');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
