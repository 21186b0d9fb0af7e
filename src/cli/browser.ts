/** Opens a page with the platform's own opener. */
import { spawn } from 'node:child_process';

/** Program and arguments that show a page; the URL is never seen by a shell that would split it. */
export function openerFor(platform: NodeJS.Platform, url: string): [string, string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // `start` is a word of cmd, which takes & as its own: rundll32 gets the URL as it is.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}

/** False when there is no such program, or it fails at once. Does not wait for the browser. */
export function openBrowser(url: string): Promise<boolean> {
  const [program, args] = openerFor(process.platform, url);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    child.once('spawn', () => child.unref());
  });
}
