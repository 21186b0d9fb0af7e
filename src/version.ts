/** The version of this program, read once from its package file. */
import { readFileSync } from 'node:fs';

/** Beside `src/` and beside the compiled `dist/`. */
const PACKAGE_FILE = new URL('../package.json', import.meta.url);

function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'));
  const { version } = parsed as { version?: unknown };
  return typeof version === 'string' ? version : '0.0.0';
}

/** e.g. `0.1.0`. */
export const VERSION = packageVersion();

/** How Switchyard names itself to others (codex.md 0.2), e.g. `switchyard/0.1.0`. */
export const PRODUCT_TOKEN = `switchyard/${VERSION}`;
