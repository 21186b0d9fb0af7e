/** Starts the measured processes and reads their CPU time and memory from /proc. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process under test. */
export interface Measured {
  name: string;
  port: number;
  pid: number;
  /** For messages to a process that listens to them. */
  child: ChildProcess;
  stop(): void;
}

/** Kernel clock ticks per second (USER_HZ is 100 on every Linux this runs on). */
const TICKS_PER_SECOND = 100;

/** CPU seconds (user and system) the process has used. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident bytes now, or the peak since the start. */
export function residentBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
}

/** Starts a node process that prints its port in a line that matches `pattern`. */
export async function startProcess(
  name: string,
  args: string[],
  pattern: RegExp,
  env: Record<string, string> = {},
): Promise<Measured> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  const port = await firstMatch(child, pattern, name);
  return { name, port, pid: child.pid ?? 0, child, stop: () => void child.kill('SIGKILL') };
}

function firstMatch(child: ChildProcess, pattern: RegExp, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    let found = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      // Keep reading after the match, so that a full pipe never stops the process.
      if (found) return;
      output += chunk.toString('utf8');
      const match = pattern.exec(output);
      if (match === null) return;
      found = true;
      resolve(Number(match[1]));
    });
    child.on('exit', (code) => reject(new Error(`${name} exited with ${code}: ${output}`)));
  });
}
