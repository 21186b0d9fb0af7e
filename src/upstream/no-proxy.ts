/**
 * `NO_PROXY`: hosts that the environment's proxy is not for. Entries, separated by commas: `*`, a
 * name (also its subdomains), `.name` or `*.name` (only its subdomains), an address, a range
 * (`10.0.0.0/8`); names and addresses may end in `:port`. Loopback hosts never take it.
 */
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `localhost`, 127.0.0.0/8 and ::1. `hostname`: of a URL, so lower case, IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || contains(LOOPBACK, bare(hostname));
}

/** Is the host of `url` named by the list? */
export function matchesNoProxy(url: URL, list: string): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = bare(url.hostname);
  return list.split(',').some((entry) => matchesEntry(entry.trim().toLowerCase(), host, port));
}

function matchesEntry(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);
  const [name, onlyPort] = splitPort(entry);
  if (onlyPort !== '' && onlyPort !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const domain = name.startsWith('*.') ? name.slice(1) : name;
  if (domain.startsWith('.')) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}

function inRange(entry: string, host: string): boolean {
  const [address = '', bits = ''] = entry.split('/');
  const family = isIP(address);
  const prefix = Number(bits);
  if (family === 0 || !/^\d+$/.test(bits) || prefix > (family === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  range.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return contains(range, host);
}

function contains(range: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && range.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Name and port of an entry; an IPv6 address has a port only behind brackets. */
function splitPort(entry: string): [string, string] {
  if (isIP(entry) === 6) return [entry, ''];
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return [bare(name ?? entry), port ?? ''];
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
