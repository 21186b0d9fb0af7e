// Installs the locked dependencies when they are missing or not those of the lock file.
// Plain JavaScript without imports from packages: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.package-lock.json', import.meta.url);
/** Hash of the lock file that was installed: its time changes with every checkout, its text not. */
const stamp = new URL('../node_modules/.installed-lock', import.meta.url);

const lockHash = () => createHash('sha256').update(readFileSync(lock)).digest('hex');

/** True when node_modules reflects the lock file. */
function isInstalled(hash) {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === hash;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

/** Runs `npm ci` once if needed; exits with npm's status when it fails. */
export function ensureDependencies() {
  const hash = lockHash();
  if (!isInstalled(hash)) {
    process.stderr.write('installing dependencies (once)...\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const run = spawnSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund'], {
      cwd: root,
      stdio: 'inherit',
    });
    if (run.status !== 0) process.exit(run.status ?? 1);
  }
  if (!existsSync(stamp)) writeFileSync(stamp, hash);
}

ensureDependencies();
