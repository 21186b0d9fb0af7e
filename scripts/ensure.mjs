// Installs the locked dependencies when they are missing or older than the lock file.
// Plain JavaScript without imports from packages: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = new URL('../node_modules/.package-lock.json', import.meta.url);
const lock = new URL('../package-lock.json', import.meta.url);

/** True when node_modules reflects the lock file. */
function isInstalled() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

/** Runs `npm ci` once if needed; exits with npm's status when it fails. */
export function ensureDependencies() {
  if (isInstalled()) return;
  process.stderr.write('installing dependencies (once)...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

ensureDependencies();
