import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfigFile } from '../../src/config/load.ts';
import { hasSampleKeys } from '../../src/config/sample-keys.ts';
import type { Config } from '../../src/config/types.ts';
import { tempDir } from '../support/temp.ts';
import { env, parse } from './support.ts';

/** What an empty file means. */
const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 8317,
  tls: { enable: false, cert: '', key: '' },
  authDir: '/home/ann/.cli-proxy-api',
  debug: false,
  proxyUrl: '',
  apiKeys: [],
  routing: {
    strategy: 'round-robin',
    sessionAffinity: true,
    sessionAffinityTtlMs: 3_600_000,
    forceModelPrefix: false,
    unknownModelStatus: 400,
  },
  retry: {
    requestRetry: 0,
    maxRetryCredentials: 0,
    maxRetryIntervalMs: 0,
    bootstrapRetries: 0,
    disableCooling: false,
    transientCooldownMs: 60_000,
  },
  answers: {
    passthroughHeaders: false,
    streamKeepaliveMs: 0,
    nonstreamKeepaliveMs: 0,
    diagnosticHeaders: true,
  },
  limits: {
    maxBodyBytes: 64 * 1024 * 1024,
    maxHeaderBytes: 64 * 1024,
    requestTimeoutMs: 60_000,
    maxOpenRequests: 10_000,
    maxClientSockets: 10_000,
    cpuPoolBytes: 1024 * 1024,
  },
  cors: { origins: [] },
  upstream: { connectMs: 10_000, headersMs: 120_000, firstEventMs: 180_000, idleMs: 300_000 },
  sockets: { pingMs: 30_000, idleMs: 600_000, maxAgeMs: 3_000_000, perCredential: 1024 },
  threads: { hosts: Math.max(1, availableParallelism() - 1), fronts: 1 },
  sandbox: 'auto',
  stateDir: '',
  codexHeaderDefaults: { userAgent: '', betaFeatures: '' },
  disableImageGeneration: 'unset',
  codexBootstrapBuffering: false,
  payload: [],
  imageBaseModel: 'gpt-5.4-mini',
  oauthModelAlias: {},
  oauthExcludedModels: {},
  oauthRequestScopedErrors: {},
  credentials: [],
  ignoredKeys: [],
};

describe('defaults', () => {
  it('config 2: an empty file gives the documented defaults', () => {
    assert.deepEqual(parse(''), DEFAULTS);
  });

  it('a key without a value counts as absent', () => {
    assert.deepEqual(parse('api-keys:\ncodex-api-key:\nrouting:\nhost:\n'), DEFAULTS);
  });

  it('the shipped config.yaml adds three rounds, a wait of 30 s and short rests, nothing else', async () => {
    const shipped = await loadConfigFile(join(import.meta.dirname, '../../config.yaml'), env);
    const retry = {
      ...DEFAULTS.retry,
      requestRetry: 3,
      maxRetryIntervalMs: 30_000,
      transientCooldownMs: 10_000,
    };
    assert.deepEqual(shipped, { ...DEFAULTS, retry });
  });
});

describe('values', () => {
  const cases: [string, (config: Config) => unknown, unknown][] = [
    ['host: ""', (c) => c.host, ''],
    ['{"port": 9000}', (c) => c.port, 9000],
    ['auth-dir: auths', (c) => c.authDir, '/srv/app/auths'],
    ['auth-dir: "~"', (c) => c.authDir, '/home/ann'],
    ['auth-dir: /data/a', (c) => c.authDir, '/data/a'],
    ['debug: on', (c) => c.debug, true],
    ['debug: No', (c) => c.debug, false],
    ['api-keys: [" a ", "", 12, 007, 1e5]', (c) => c.apiKeys, ['a', '12', '007', '1e5']],
    ['api-keys:\n  - a\n  -\n', (c) => c.apiKeys, ['a']],
    ['x: &k [a]\napi-keys: *k', (c) => c.apiKeys, ['a']],
    ['b: &b {strategy: ff}\nrouting: {<<: *b}', (c) => c.routing.strategy, 'fill-first'],
    ['routing: {strategy: WRR}', (c) => c.routing.strategy, 'weighted-round-robin'],
    ['routing: {strategy: Headroom}', (c) => c.routing.strategy, 'headroom'],
    ['routing: {strategy: roundrobin}', (c) => c.routing.strategy, 'round-robin'],
    ['routing: {strategy: magic}', (c) => c.routing.strategy, 'round-robin'],
    ['routing: {session-affinity: false}', (c) => c.routing.sessionAffinity, false],
    ['routing: {session-affinity-ttl: 90s}', (c) => c.routing.sessionAffinityTtlMs, 90_000],
    ['routing: {session-affinity-ttl: soon}', (c) => c.routing.sessionAffinityTtlMs, 3_600_000],
    ['routing: {session-affinity-ttl: 0}', (c) => c.routing.sessionAffinityTtlMs, 3_600_000],
    ['routing: {session-affinity-ttl: -1h}', (c) => c.routing.sessionAffinityTtlMs, 3_600_000],
    ['force-model-prefix: true', (c) => c.routing.forceModelPrefix, true],
    ['request-retry: -2', (c) => c.retry.requestRetry, 0],
    ['max-retry-credentials: -1', (c) => c.retry.maxRetryCredentials, 0],
    ['max-retry-interval: -5', (c) => c.retry.maxRetryIntervalMs, 0],
    ['transient-error-cooldown-seconds: 5', (c) => c.retry.transientCooldownMs, 5000],
    ['transient-error-cooldown-seconds: -1', (c) => c.retry.transientCooldownMs, -1],
    ['streaming: {bootstrap-retries: -1}', (c) => c.retry.bootstrapRetries, 0],
    ['streaming: {keepalive-seconds: 15}', (c) => c.answers.streamKeepaliveMs, 15_000],
    ['nonstream-keepalive-interval: 9999999', (c) => c.answers.nonstreamKeepaliveMs, 86_400_000],
    ['disable-image-generation: true', (c) => c.disableImageGeneration, 'true'],
    ['disable-image-generation: "ON"', (c) => c.disableImageGeneration, 'true'],
    ['disable-image-generation: 0', (c) => c.disableImageGeneration, 'false'],
    ['disable-image-generation:', (c) => c.disableImageGeneration, 'unset'],
    ['codex: {stream-bootstrap-buffering: on}', (c) => c.codexBootstrapBuffering, true],
    ['codex: {identity-confuse: true}', (c) => c.ignoredKeys, ['codex.identity-confuse']],
    ['disable-image-generation: Chat', (c) => c.disableImageGeneration, 'chat'],
    ['disable-image-generation: passthrough', (c) => c.disableImageGeneration, 'passthrough'],
    ['gpt-image-2-base-model: GPT-5.5', (c) => c.imageBaseModel, 'GPT-5.5'],
    ['gpt-image-2-base-model: o3', (c) => c.imageBaseModel, 'gpt-5.4-mini'],
    ['switchyard: {sandbox: off}', (c) => c.sandbox, 'off'],
    ['switchyard: {sandbox: true}', (c) => c.sandbox, 'on'],
    ['switchyard: {state-dir: st}', (c) => c.stateDir, '/srv/app/st'],
    ['switchyard: {threads: {hosts: 3}}', (c) => c.threads, { hosts: 3, fronts: 1 }],
    ['switchyard: {limits: {max-body-mb: 1}}', (c) => c.limits.maxBodyBytes, 1_048_576],
    ['switchyard: {upstream: {idle-timeout: 0}}', (c) => c.upstream.idleMs, 0],
    ['switchyard: {upstream: {idle-timeout: 1m30s}}', (c) => c.upstream.idleMs, 90_000],
    ['switchyard: {unknown-model-status: 502}', (c) => c.routing.unknownModelStatus, 502],
    [
      'switchyard: {cors: {origins: ["https://a.example.com/", "*"]}}',
      (c) => c.cors.origins,
      ['https://a.example.com', '*'],
    ],
    [
      'tls: {enable: true, cert: c.pem, key: ~/k.pem}',
      (c) => c.tls,
      { enable: true, cert: '/srv/app/c.pem', key: '/home/ann/k.pem' },
    ],
  ];
  for (const [text, read, expected] of cases) {
    it(`config 2: ${JSON.stringify(text)}`, () => assert.deepEqual(read(parse(text)), expected));
  }

  it('keys without effect are kept by name, typing errors below switchyard too', () => {
    const text = 'request-log: {a: 3}\nws-auth: maybe\nswitchyard: {treads: 2}\ndebug: true\n';
    assert.deepEqual(parse(text).ignoredKeys, ['request-log', 'ws-auth', 'switchyard.treads']);
    assert.deepEqual(parse('switchyard: { limits: { max-boddy-mb: 3 } }').ignoredKeys, [
      'switchyard.limits.max-boddy-mb',
    ]);
  });
});

describe('errors', () => {
  const cases: [string, RegExp][] = [
    ['port: eight', /^port: expected a whole number from 0 to 65535, got text$/],
    ['port: 70000', /^port: expected a whole number from 0 to 65535, got a number$/],
    ['port: 0x10', /^port: expected a whole number/],
    ['debug: 1', /^debug: expected true or false, got a number$/],
    ['api-keys: secret', /^api-keys: expected a list$/],
    ['api-keys: [[secret]]', /^api-keys\[0\]: expected text, got a list$/],
    ['routing: fast', /^routing: expected a map$/],
    ['tls: {enable: true, cert: c.pem}', /^tls\.key: needed with tls\.enable$/],
    ['auth-dir: ""', /^auth-dir: must not be empty$/],
    [
      'switchyard: {limits: {request-timeout: 30}}',
      /^switchyard\.limits\.request-timeout: expected a duration such as 30s or 5m/,
    ],
    ['switchyard: {upstream: {idle-timeout: 25h}}', /idle-timeout: expected a duration/],
    ['switchyard: {threads: {hosts: 0}}', /hosts: expected a whole number from 1 to 64/],
    ['switchyard: {cors: {origins: [app]}}', /origins\[0\]: expected an origin/],
    ['codex-api-key: [{base-url: relay}]', /^codex-api-key\[0\]\.base-url: expected an http/],
    [
      'codex-api-key: [{}, {}, {weight: 1000001}]',
      /^codex-api-key\[2\]\.weight: expected a whole number up to 1000000, got a number$/,
    ],
    ['codex-api-key: [{weight: 1.5}]', /^codex-api-key\[0\]\.weight: /],
    [
      'openai-compatibility: [{api-key-entries: [{weight: many}]}]',
      /^openai-compatibility\[0\]\.api-key-entries\[0\]\.weight: /,
    ],
    ['codex-api-key: [{headers: {"a b": c}}]', /^codex-api-key\[0\]\.headers: expected header/],
    ['port: 1\nport: 2', /^not valid YAML at line 2, column 1: Map keys must be unique$/],
    ['[a]', /^the top level must be a map of keys$/],
  ];
  for (const [text, message] of cases) {
    it(`config 1: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parse(text), { code: 'invalid_config', status: 500, message });
    });
  }

  it('names several complaints at once', () => {
    assert.throws(() => parse('port: x\ndebug: 3'), { message: /^port: .*; debug: / });
  });

  for (const text of [
    'api-keys: ["sk-secret',
    'api-keys: {sk-secret: [}',
    'api-keys:\n  - sk-secret: "sk-secret\n',
    'api-keys: *sk-secret',
    'api-keys: !sk-secret [a]\n  b',
    'api-keys: |sk-secret\n a',
    'api-keys: [sk-secret]\n@sk-secret',
  ]) {
    it(`no secret in the message of ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parse(text),
        (error: Error) => !error.message.includes('secret') && error.message.includes('YAML'),
      );
    });
  }
});

describe('loadConfigFile', () => {
  it('names a file that does not exist', async (t) => {
    const path = join(await tempDir(t), 'none.yaml');
    await assert.rejects(loadConfigFile(path, env), {
      code: 'invalid_config',
      message: `${path}: there is no such file`,
    });
  });

  it('names the file in a decode error', async (t) => {
    const path = join(await tempDir(t), 'bad.yaml');
    await writeFile(path, 'port: x');
    await assert.rejects(loadConfigFile(path, env), { message: /bad\.yaml: port: expected/ });
  });

  it('reads a relative path from the working folder', async (t) => {
    const cwd = await tempDir(t);
    await writeFile(join(cwd, 'c.yaml'), '\uFEFFport: 4\r\n');
    await chmod(join(cwd, 'c.yaml'), 0o600);
    assert.equal((await loadConfigFile('c.yaml', { ...env, cwd })).port, 4);
  });
});

describe('hasSampleKeys', () => {
  it('config 1: true for each key of the sample file, false for others', () => {
    for (const key of ['your-api-key-1', 'your-api-key-2', 'your-api-key-3']) {
      assert.equal(hasSampleKeys({ apiKeys: ['mine', key] }), true);
    }
    assert.equal(hasSampleKeys(parse('api-keys: [your-api-key-1]')), true);
    assert.equal(hasSampleKeys({ apiKeys: ['your-api-key-4'] }), false);
    assert.equal(hasSampleKeys({ apiKeys: [] }), false);
  });
});
