import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { scanCredentialFiles } from '../../src/credentials/files.ts';
import { handleOf } from '../../src/credentials/ids.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import { writeTokenFields } from '../../src/credentials/tokens.ts';
import { parse } from '../config/support.ts';
import { tempDir } from '../support/temp.ts';
import { idToken, writeJson } from './support.ts';

const NO_MAPS = parse('');

const FULL = {
  type: 'Codex',
  email: 'user@example.com',
  account_id: 'acct-1234',
  id_token: idToken('other@example.com', 'acct-1234', 'team'),
  access_token: 'secret-a',
  refresh_token: 'secret-r',
  last_refresh: '2026-01-01T00:00:00Z',
  expired: '2026-01-11T00:00:00Z',
  disabled: false,
  prefix: '/teamA/',
  proxy_url: 'socks5://127.0.0.1:1080',
  priority: '10',
  weight: 2,
  note: 'spare',
  websockets: 'true',
  headers: { 'X-Tenant': 'a' },
  excluded_models: ['GPT-5*'],
  model_aliases: [{ name: 'gpt-5.5', alias: 'fast', 'display-name': 'Fast' }],
  disable_cooling: false,
  request_retry: 2,
  request_scoped_errors: [],
  refresh_interval_seconds: 600,
  keep_cache_retention: true,
};

/** Scans a folder that holds one file. */
async function scanOne(t: Parameters<typeof tempDir>[0], value: unknown, maps = NO_MAPS) {
  const dir = await tempDir(t);
  await writeJson(dir, 'a.json', value);
  return scanCredentialFiles(dir, maps);
}

async function recordOf(t: Parameters<typeof tempDir>[0], value: unknown, maps = NO_MAPS) {
  const { records, skipped } = await scanOne(t, value, maps);
  assert.deepEqual(skipped, []);
  return records[0] as CredentialRecord;
}

function fingerprint(record: CredentialRecord | undefined): string {
  assert.equal(record?.source.kind, 'file');
  return record.source.kind === 'file' ? record.source.fingerprint : '';
}

describe('scanCredentialFiles', () => {
  it('codex 6.6: every field reaches the record, no token does', async (t) => {
    const dir = await tempDir(t);
    const path = await writeJson(dir, 'codex-a.json', FULL);
    const { records, skipped, warnings } = await scanCredentialFiles(dir, NO_MAPS);
    assert.deepEqual([skipped, warnings], [[], []]);
    assert.deepEqual(records, [
      {
        id: 'codex-a.json',
        provider: 'codex',
        kind: 'oauth',
        handle: handleOf(`codex:${path}`),
        label: 'user@example.com',
        email: 'user@example.com',
        plan: 'team',
        disabled: false,
        prefix: 'teamA',
        priority: 10,
        weight: 2,
        proxyUrl: 'socks5://127.0.0.1:1080',
        baseUrl: '',
        headers: { 'X-Tenant': 'a' },
        models: [],
        excludedModels: ['gpt-5*'],
        aliases: [
          { name: 'gpt-5.5', alias: 'fast', fork: false, displayName: 'Fast', forceMapping: false },
        ],
        disableCooling: false,
        requestRetry: 2,
        requestScopedErrors: [],
        websockets: true,
        supportPromptCacheKey: false,
        keepCacheRetention: true,
        refreshIntervalSeconds: 600,
        source: { kind: 'file', path, fingerprint: fingerprint(records[0]) },
      },
    ]);
    assert.doesNotMatch(JSON.stringify(records), /secret/);
  });

  it('config 10.3: kebab spellings are read, the snake one wins', async (t) => {
    const record = await recordOf(t, {
      type: 'codex',
      access_token: 'a',
      'proxy-url': 'direct',
      'base-url': 'https://kebab.example.com',
      base_url: 'https://snake.example.com/v1/',
      'excluded-models': ['b'],
      'disable-cooling': true,
      'request-retry': 3,
      'keep-cache-retention': false,
    });
    assert.equal(record.proxyUrl, 'direct');
    assert.equal(record.baseUrl, 'https://snake.example.com/v1');
    assert.deepEqual(record.excludedModels, ['b']);
    assert.deepEqual([record.disableCooling, record.requestRetry], [true, 3]);
    assert.equal(record.keepCacheRetention, false);
  });

  it('config 10.3: defaults of a minimal file', async (t) => {
    const record = await recordOf(t, { type: 'codex', refresh_token: 'r', label: 'Mine' });
    assert.deepEqual([record.label, record.weight, record.priority], ['Mine', 1, 0]);
    assert.equal('email' in record, false);
  });

  const periods: [object, number | undefined][] = [
    [{ refresh_interval_seconds: 600 }, 600],
    [{ refresh_interval: 300 }, 300],
    [{ refresh_interval: '30m' }, 1800],
    [{ refresh_interval: '30m', refresh_interval_seconds: '60' }, 60],
    [{ refresh_interval_seconds: '10m' }, 600],
    [{ refreshIntervalSeconds: 600, refresh_interval: 300 }, 600],
    [{ refreshInterval: '30m' }, 1800],
    [{ refresh_interval_seconds: 0 }, undefined],
  ];
  for (const [fields, seconds] of periods) {
    it(`codex 6.4: refresh period of ${JSON.stringify(fields)}`, async (t) => {
      const record = await recordOf(t, { type: 'codex', access_token: 'a', ...fields });
      assert.equal(record.refreshIntervalSeconds, seconds);
    });
  }

  it('config 10.3: api_key makes an API key credential', async (t) => {
    const file = { type: 'codex', api_key: 'k', base_url: 'https://relay.example.com/v1' };
    assert.equal((await recordOf(t, file)).kind, 'apikey');
  });

  it('codex 6.8: the Codex CLI file works as it is', async (t) => {
    const record = await recordOf(t, {
      OPENAI_API_KEY: null,
      tokens: {
        id_token: idToken('user@example.com', 'acct-1234', 'plus'),
        access_token: 'secret-a',
        refresh_token: 'secret-r',
        account_id: 'acct-1234',
      },
      last_refresh: '2026-01-01T00:00:00Z',
    });
    assert.equal(record.provider, 'codex');
    assert.deepEqual(
      [record.email, record.plan, record.kind],
      ['user@example.com', 'plus', 'oauth'],
    );
  });

  for (const [name, file] of [
    ['P6: files of the Gemini CLI', { type: 'gemini', token: { access_token: 'x' } }],
    [
      'O11 differs: files of compatible providers, tokens or not',
      { type: 'openai-compatible-acme', refresh_token: 'r' },
    ],
  ] as const) {
    it(`${name} are skipped, with the reason`, async (t) => {
      const { records, skipped } = await scanOne(t, file);
      assert.deepEqual(records, []);
      assert.deepEqual(skipped, [
        { file: 'a.json', reason: `type ${file.type} is not supported yet` },
      ]);
    });
  }

  it('P7: slashes around a prefix are cut off; a prefix with one inside is none', async (t) => {
    for (const [prefix, cleaned] of [
      ['/team/', 'team'],
      ['a/b', ''],
    ]) {
      const record = await recordOf(t, { type: 'codex', access_token: 'a', prefix });
      assert.equal(record.prefix, cleaned);
    }
  });

  const skips: [string, unknown, RegExp][] = [
    ['another provider', { type: 'qwen', access_token: 'x' }, /^type qwen is not supported yet$/],
    ['no type', { access_token: 'x' }, /^has no type$/],
    ['a key of Google', { type: 'service_account' }, /^is the bare key .* login import FILE$/],
    [
      'only a key',
      { OPENAI_API_KEY: 'sk-secret' },
      /^holds only an OPENAI_API_KEY: add it to codex/,
    ],
    ['no token', { type: 'codex', email: 'a@b.c' }, /^has neither access_token nor/],
    [
      'config 10.3: a bad weight',
      { ...FULL, weight: 'x' },
      /^weight: expected a whole number up to/,
    ],
    [
      'a bad flag',
      { ...FULL, disabled: 'perhaps' },
      /^disabled: expected true or false, got text$/,
    ],
    ['a list', [1], /^a\.json does not hold a JSON object$/],
  ];
  for (const [name, value, reason] of skips) {
    it(`skipped with a reason: ${name}`, async (t) => {
      const { records, skipped } = await scanOne(t, value);
      assert.deepEqual(records, []);
      assert.equal(skipped[0]?.file, 'a.json');
      assert.match(skipped[0]?.reason ?? '', reason);
    });
  }

  it('config 10.1: top level and *.json only; a bad file does not stop the others', async (t) => {
    const dir = await tempDir(t);
    await mkdir(join(dir, 'sub'));
    await mkdir(join(dir, 'folder.json'));
    const good = { type: 'codex', access_token: 'a' };
    await writeJson(join(dir, 'sub'), 'x.json', good);
    await writeJson(dir, 'notes.txt', good);
    await writeJson(dir, '.oauth-codex-s.oauth', good);
    await writeFile(join(dir, 'a.json'), '{"access_token": "secret",');
    await writeJson(dir, 'c.json', good);
    await writeJson(dir, 'b.json', good);
    const { records, skipped } = await scanCredentialFiles(dir, NO_MAPS);
    assert.deepEqual(
      records.map(({ id }) => id),
      ['b.json', 'c.json'],
    );
    assert.deepEqual(skipped, [{ file: 'a.json', reason: 'a.json is not valid JSON' }]);
  });

  it('a missing directory is made for its owner only', async (t) => {
    const dir = join(await tempDir(t), 'deep', 'auths');
    const scan = await scanCredentialFiles(dir, NO_MAPS);
    assert.deepEqual(scan, { records: [], skipped: [], warnings: [] });
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
  });

  it('config 2.1: a path that is not a directory is an error', async (t) => {
    const path = await writeJson(await tempDir(t), 'file', {});
    await assert.rejects(scanCredentialFiles(path, NO_MAPS), {
      code: 'credential_file_failed',
      message: /can not be used \(EEXIST\)/,
    });
  });

  it('an unusable expression is a warning, the record stays', async (t) => {
    const rule = { status: 429, match: ['a'], 'match-regexr': ['('], action: 'stop' };
    const { records, warnings } = await scanOne(t, { ...FULL, request_scoped_errors: [rule] });
    assert.equal(records[0]?.requestScopedErrors.length, 1);
    assert.match(
      warnings[0]?.reason ?? '',
      /^request_scoped_errors\[0\]\.match-regexr\[0\] is not/,
    );
  });
});

describe('global maps', () => {
  const maps = parse(`
oauth-model-alias:
  codex: [{name: gpt-5.4, alias: FAST}, {name: gpt-5.4, alias: slow, fork: true}]
  claude: [{name: x, alias: y}]
oauth-excluded-models: {codex: ["gpt-5*", "*-mini"]}
oauth-request-scoped-errors: {codex: [{status: 400, match: [a], action: stop}]}
`);

  it('config 10.3: file aliases come first and win over the global ones', async (t) => {
    const { aliases } = await recordOf(t, FULL, maps);
    assert.deepEqual(
      aliases.map(({ name, alias }) => `${alias}=${name}`),
      ['fast=gpt-5.5', 'slow=gpt-5.4'],
    );
  });

  it('config 11.4: exclusions are united', async (t) => {
    assert.deepEqual((await recordOf(t, FULL, maps)).excludedModels, ['gpt-5*', '*-mini']);
  });

  it('routing 7.4: the rules of the file, else those of the provider', async (t) => {
    const own = [{ status: 500, match: ['b'], action: 'continue' }];
    const withOwn = await recordOf(t, { ...FULL, request_scoped_errors: own }, maps);
    assert.deepEqual(withOwn.requestScopedErrors[0]?.status, 500);
    assert.deepEqual((await recordOf(t, FULL, maps)).requestScopedErrors[0]?.status, 400);
  });
});

describe('fingerprint', () => {
  /** Fingerprints of a file before and after a step. */
  async function around(
    t: Parameters<typeof tempDir>[0],
    value: unknown,
    step: (path: string, dir: string) => Promise<unknown>,
  ): Promise<[string, string]> {
    const dir = await tempDir(t);
    const path = await writeJson(dir, 'a.json', value);
    const before = fingerprint((await scanCredentialFiles(dir, NO_MAPS)).records[0]);
    await step(path, dir);
    return [before, fingerprint((await scanCredentialFiles(dir, NO_MAPS)).records[0])];
  }

  const refresh = {
    accessToken: 'A2',
    refreshToken: 'R2',
    idToken: idToken('user@example.com', 'acct-1234', 'pro'),
    accountId: 'acct-1234',
    email: 'user@example.com',
    expiresAtMs: 1_900_000_000_000,
    lastRefreshMs: 1_800_000_000_000,
  };

  it('config 10.4: a refresh does not change it', async (t) => {
    const [before, after] = await around(t, FULL, (path) => writeTokenFields(path, refresh));
    assert.equal(after, before);
  });

  it('a refresh that adds the account and the address does not change it', async (t) => {
    const tokens = {
      id_token: idToken('user@example.com', 'acct-1234', 'plus'),
      access_token: 'A1',
      refresh_token: 'R1',
    };
    const [before, after] = await around(t, { tokens }, async (path) => {
      await writeTokenFields(path, refresh);
      assert.match(await readFile(path, 'utf8'), /"email"/);
    });
    assert.equal(after, before);
  });

  it('a refresh of a Claude account that tells its names does not change it', async (t) => {
    const file = {
      type: 'claude',
      access_token: 'A1',
      email: 'user@example.com',
      organization_uuid: 'o-1',
    };
    const names = { accountUuid: 'u-1', organizationUuid: 'o-1', organizationName: 'Acme' };
    const [before, after] = await around(t, file, async (path) => {
      await writeTokenFields(path, { ...names, accessToken: 'A2' });
      assert.match(await readFile(path, 'utf8'), /"organization_name": ?"Acme"/);
    });
    assert.equal(after, before);
  });

  it('changes with another organisation', async (t) => {
    const file = { type: 'claude', access_token: 'A1', organization_uuid: 'o-1' };
    const [before, after] = await around(t, file, (path) =>
      writeTokenFields(path, { organizationUuid: 'o-2' }),
    );
    assert.notEqual(after, before);
  });

  const edits: [string, object, boolean][] = [
    ['a priority', { priority: 11 }, true],
    ['an unknown field', { colour: 'red' }, true],
    ['another account', { account_id: 'acct-2' }, true],
    ['a session id', { session_id: 's', timestamp: 1, verification_uri_complete: 'u' }, false],
  ];
  for (const [name, edit, changes] of edits) {
    it(`${changes ? 'changes' : 'does not change'} with ${name}`, async (t) => {
      const [before, after] = await around(t, FULL, (_path, dir) =>
        writeJson(dir, 'a.json', { ...FULL, ...edit }),
      );
      assert.equal(after !== before, changes);
    });
  }

  it('does not change with the order of keys or their spelling', async (t) => {
    const one = { type: 'codex', access_token: 'a', 'proxy-url': 'direct', note: 'n' };
    const two = { note: 'n', proxy_url: 'direct', access_token: 'b', type: 'codex' };
    const [before, after] = await around(t, one, (_path, dir) => writeJson(dir, 'a.json', two));
    assert.equal(after, before);
  });
});

describe('files of service accounts', () => {
  const VERTEX = {
    type: 'vertex',
    project_id: 'acme-1',
    email: 'svc@acme-1.iam.gserviceaccount.com',
    service_account: { private_key: 'secret-p' },
  };

  it('providers 3.1: the record knows the place, not the key', async (t) => {
    const record = await recordOf(t, VERTEX);
    assert.equal(record.provider, 'vertex');
    assert.equal(record.kind, 'oauth');
    assert.equal(record.label, VERTEX.email);
    assert.equal(
      record.baseUrl,
      'https://us-central1-aiplatform.googleapis.com/v1/projects/acme-1/locations/us-central1',
    );
    assert.doesNotMatch(JSON.stringify(record), /secret-p/);
  });

  it('what is missing is told', async (t) => {
    const { skipped } = await scanOne(t, { ...VERTEX, service_account: undefined });
    assert.deepEqual(skipped, [{ file: 'a.json', reason: 'has no service_account' }]);
  });
});
