/** A keeper on a real file, with a token endpoint on a real socket and a clock of its own. */
import { request as httpRequest } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { Keeper } from '../../../src/actors/tokens/keeper.ts';
import { keeperFor } from '../../../src/actors/tokens/keepers.ts';
import type { Caller } from '../../../src/upstream/types.ts';
import type { CredentialRecord } from '../../../src/credentials/record.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { idToken, writeJson } from '../../credentials/support.ts';
import { record } from '../../providers/support.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamHandler,
} from '../../support/fake-upstream.ts';
import { collectLog, type CollectedLog } from '../../support/logs.ts';
import { tempDir, type Cleanup } from '../../support/temp.ts';
import { FakeClock } from './fake-clock.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** 2026-01-01T00:00:00Z */
export const START_MS = Date.UTC(2026, 0, 1);

export const ID_TOKEN = idToken('ann@example.com', 'acct-1234', 'plus');

/** A flat file whose token has ten days to live, refreshed just now. */
export const FLAT = {
  type: 'codex',
  email: 'ann@example.com',
  account_id: 'acct-1234',
  id_token: ID_TOKEN,
  access_token: 'A1',
  refresh_token: 'R1',
  last_refresh: '2026-01-01T00:00:00Z',
  expired: '2026-01-11T00:00:00Z',
  disabled: false,
  note: 'spare',
};

/** A caller that makes one plain HTTP request. */
export const plainCaller: Caller = {
  call(request, handler) {
    let ended = false;
    const once = (run: () => void): void => {
      if (!ended) run();
      ended = true;
    };
    const headers: Record<string, string> = {};
    for (let index = 0; index < request.headers.length; index += 2) {
      headers[request.headers[index] ?? ''] = request.headers[index + 1] ?? '';
    }
    const fail = (code: 'cancelled' | 'upstream_connect_failed'): void =>
      once(() => handler.onError(new SwitchyardError(code), 'sent'));
    const sent = httpRequest(request.url, { method: request.method, headers, agent: false });
    sent.on('response', (answer) => {
      handler.onHead(answer.statusCode ?? 0, answer.rawHeaders);
      answer.on('data', (chunk: Buffer) => ended || handler.onData(chunk));
      answer.on('end', () => once(() => handler.onEnd()));
      answer.on('error', () => fail('upstream_connect_failed'));
    });
    sent.on('error', () => fail('upstream_connect_failed'));
    sent.end(request.body);
    return {
      pause: () => undefined,
      resume: () => undefined,
      markFirstEvent: () => undefined,
      abort: () => {
        fail('cancelled');
        sent.destroy();
      },
    };
  },
};

/** What a test holds. */
export interface KeptFile {
  auth: FakeUpstream;
  clock: FakeClock;
  path: string;
  logged: CollectedLog;
  /** How often the keepers reported another access token. */
  changes: number;
  /** A further keeper for the same file. */
  open(parts?: Partial<CredentialRecord>): Keeper;
  /** The file as it is now. */
  stored(): Promise<Record<string, unknown>>;
  /** Refresh tokens that reached the endpoint, in order. */
  spent(): (string | null)[];
}

/** Writes the file and starts the endpoint; both go with the test. */
export async function keepFile(
  test: Cleanup,
  file: unknown,
  handler: UpstreamHandler,
): Promise<KeptFile> {
  const path = await writeJson(await tempDir(test), 'codex-ann@example.com.json', file);
  const auth = await startFakeUpstream(test, handler);
  const logged = collectLog();
  const opened: Keeper[] = [];
  test.after(async () => opened.forEach((keeper) => keeper.close()));
  const clock = new FakeClock(START_MS);
  const kept: KeptFile = {
    auth,
    clock,
    path,
    logged,
    changes: 0,
    open(parts = {}) {
      const source = { kind: 'file', path, fingerprint: '' } as const;
      const options = {
        clock,
        tokenUrl: `${auth.origin}/oauth/token`,
        onNewToken: () => void (kept.changes += 1),
      };
      const keeper = keeperFor(
        record({ source, ...parts }),
        plainCaller,
        () => '',
        logged.log,
        options,
      );
      opened.push(keeper);
      return keeper;
    },
    stored: async () => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>,
    spent: () =>
      auth.requests.map(({ body }) => new URLSearchParams(body.toString()).get('refresh_token')),
  };
  return kept;
}
