// Compiles src/ and workers/ to dist/ file by file (no bundling, so worker entry URLs keep working).
// Skips the work when no source is newer than the last build.
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.stamp');

function sources() {
  return ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Builds when needed and returns the path of the compiled entry. */
export async function build() {
  const files = sources();
  const newest = Math.max(...files.map(modifiedAt));
  if (modifiedAt(stamp) <= newest) {
    const esbuild = await import('esbuild');
    // Built beside it and moved: a proxy that runs from the old build may still load a thread.
    const fresh = `${dist}.${process.pid}`;
    await esbuild.build({
      entryPoints: files,
      outdir: fresh,
      outbase: root,
      format: 'esm',
      target: 'node20',
      platform: 'node',
      sourcemap: true,
      logLevel: 'warning',
      plugins: [tsImports()],
    });
    writeFileSync(join(fresh, '.stamp'), '');
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  }
  return join(dist, 'src', 'main.js');
}

/** Rewrites relative `./x.ts` imports to `./x.js`, which is all that file-by-file output needs. */
function tsImports() {
  return {
    name: 'ts-imports',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async (args) => {
        const { readFile } = await import('node:fs/promises');
        const text = await readFile(args.path, 'utf8');
        const contents = text.replace(/(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g, '$1$2.js$1');
        return { contents, loader: 'ts' };
      });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
