/** Errors of a listener that can not start: they name the address, and what the system said. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { SwitchyardError } from '../../errors.ts';
import type { ServerOptions } from './types.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'no permission for this port',
  EADDRNOTAVAIL: 'the address is not one of this machine',
  ENOTFOUND: 'the host name is not known',
};

/** Certificate and key as files hold them. */
export interface TlsPair {
  cert: Buffer;
  key: Buffer;
}

/** `invalid_config` with the address in it. */
export function listenFailure(host: string, port: number, cause: unknown): SwitchyardError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const reason = REASONS[code] ?? (code === '' ? 'the address can not be used' : code);
  const name = host === '' ? '*' : host.includes(':') ? `[${host}]` : host;
  return new SwitchyardError('invalid_config', {
    message: `can not listen on ${name}:${port}: ${reason}`,
    cause,
  });
}

/**
 * Listens for a moment with node. Resolves with the port (a free one for 0).
 * @throws the system's error, which native code keeps to itself.
 */
export function probeListen(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      const address = probe.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      probe.close(() => resolve(found));
    });
  });
}

/**
 * Reads and checks certificate and key.
 * @throws SwitchyardError `invalid_config` that names the file, never its content.
 */
export async function readTls(tls: NonNullable<ServerOptions['tls']>): Promise<TlsPair> {
  const pair = { cert: await readPem('cert', tls.cert), key: await readPem('key', tls.key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new SwitchyardError('invalid_config', {
      message: `tls: ${tls.cert} and ${tls.key} are no certificate with its key`,
      cause,
    });
  }
  return pair;
}

async function readPem(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SwitchyardError('invalid_config', {
      message: `tls.${name}: ${path} can not be read (${code})`,
      cause,
    });
  }
}
