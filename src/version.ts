/** The version of this program, read once from its package file. */
import { readFileSync } from 'node:fs';

/** From `src/` and from the compiled `dist/src/`. */
const PACKAGE_FILES = ['../package.json', '../../package.json'];

function packageVersion(): string {
  for (const path of PACKAGE_FILES) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      const { version } = parsed as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    }
  }
  return '0.0.0';
}

/** e.g. `0.1.0`. */
export const VERSION = packageVersion();

/** How Switchyard names itself to others (codex.md 0.2), e.g. `switchyard/0.1.0`. */
export const PRODUCT_TOKEN = `switchyard/${VERSION}`;
