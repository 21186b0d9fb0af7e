import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configureLogging, loggerFor, setDebug } from '../../src/observe/log.ts';
import { warn } from '../../src/observe/warnings.ts';
import { collectLog } from '../support/logs.ts';

describe('log', () => {
  it('writes JSON lines with component, level name and ISO time', () => {
    const { log, lines } = collectLog('front');
    log.info({ port: 8317 }, 'listening');
    const { time, ...rest } = lines[0] ?? {};
    assert.deepEqual(rest, { level: 'info', component: 'front', port: 8317, msg: 'listening' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('hides secrets in fields, warnings and errors', () => {
    const { log, lines } = collectLog();
    log.info({ apiKey: 'sk-0123456789' }, 'loaded');
    log.warn('refused Bearer 0123456789');
    log.error({ err: new Error('bad sk-0123456789', { cause: new Error('sk-9876543210') }) }, 'x');
    const text = JSON.stringify(lines);
    for (const secret of ['sk-0123456789', 'Bearer 0123456789', 'sk-9876543210']) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.match(text, /sk-0\.\.\.6789/);
    assert.match(text, /sk-9\.\.\.3210/);
  });

  it('starts at info and follows debug', () => {
    collectLog();
    const log = loggerFor('quiet');
    assert.equal(log.isLevelEnabled('debug'), false);
    setDebug(true);
    assert.equal(log.isLevelEnabled('debug'), true);
    setDebug(false);
    assert.equal(log.isLevelEnabled('debug'), false);
  });

  it('logs warnings with their code', () => {
    const { log, lines } = collectLog();
    warn(log, 'SWY_W001', { dir: '/x' });
    assert.equal(lines[0]?.['code'], 'SWY_W001');
    assert.equal(lines[0]?.['level'], 'warn');
    assert.equal(lines[0]?.['dir'], '/x');
  });

  it('is readable on a terminal', () => {
    const written: string[] = [];
    configureLogging({ sink: { write: (line) => written.push(line) }, pretty: true });
    loggerFor('front').info({ port: 8317, note: 'two words', empty: '' }, 'listening');
    loggerFor('front').error({ err: new Error('boom') }, 'failed');
    const [line, error] = written.map((text) => text.replaceAll(/\x1b\[\d+m/g, ''));
    assert.match(String(line), /^[\d:]{8} info {2}front listening port=8317 note="two words"\n$/);
    assert.match(String(error), /failed\n {2}Error: boom\n {4,}at /);
  });
});

describe('standard output and guards', () => {
  it('two threads and an uncaught error: every line arrives whole, status 1', async () => {
    const { lines, status } = await run('crash');
    const counts = new Map<unknown, number>();
    for (const line of lines) {
      counts.set(line['component'], (counts.get(line['component']) ?? 0) + 1);
    }
    assert.equal(counts.get('main-lines'), 2000);
    assert.equal(counts.get('worker-lines'), 2000);
    const fatal = lines.filter((line) => line['level'] === 'fatal');
    assert.deepEqual(
      fatal.map((line) => [line['component'], line['code']]),
      [
        ['worker', 'SWY_W005'],
        ['main', 'SWY_W004'],
      ],
    );
    assert.equal(status, 1);
  });

  it('the end of a worker leaves the process running', async () => {
    const { lines, status } = await run('worker-only');
    assert.equal(lines.at(-1)?.['msg'], 'worker ended with 1');
    assert.equal(status, 0);
  });
});

async function run(mode: string) {
  const script = fileURLToPath(new URL('./noisy-process.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SWITCHYARD_LOG: '' },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status] = (await once(child, 'close')) as [number];
  const text = Buffer.concat(chunks).toString('utf8');
  const lines = text.split('\n').slice(0, -1);
  return { status, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}
