/** Log lines for people: used instead of JSON when the output is a terminal. */

const COLORS: Record<string, string> = {
  trace: '\x1b[90m',
  debug: '\x1b[90m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
  fatal: '\x1b[31m',
};
const DIM = '\x1b[2m';
const RESET = '\x1b[0m';

/** Fields with a place of their own in the line. */
const PLACED = new Set(['level', 'time', 'component', 'msg', 'err']);

/** One JSON log line as `10:00:00 info  front  message  key=value ...`, errors with their stack. */
export function prettyLine(json: string): string {
  const entry = JSON.parse(json) as Record<string, unknown>;
  const level = String(entry['level']);
  const time = String(entry['time']).slice(11, 19);
  const fields = Object.entries(entry)
    .filter(([name, value]) => !PLACED.has(name) && value !== null && value !== '')
    .map(([name, value]) => `${DIM}${name}=${RESET}${plain(value)}`);
  const head = [
    `${DIM}${time}${RESET}`,
    `${COLORS[level] ?? ''}${level.padEnd(5)}${RESET}`,
    `${DIM}${String(entry['component'] ?? '')}${RESET}`,
    String(entry['msg'] ?? ''),
  ];
  return `${[...head, ...fields].join(' ')}\n${errorText(entry['err'])}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (error === null || typeof error !== 'object') return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const text = String(stack ?? message ?? '');
  return text === '' ? '' : `${text.replace(/^/gm, '  ')}\n`;
}
