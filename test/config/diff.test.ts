import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diffConfig, diffCredentialFiles } from '../../src/config/diff.ts';
import { credentialId } from '../../src/ids.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import { parse } from './support.ts';

const codex = (fields: string): string =>
  `codex-api-key: [{base-url: "https://a.example.com/v1", ${fields}}]`;
const acme = (keys: string, models = ''): string =>
  `openai-compatibility: [{name: acme, base-url: "http://b", api-key-entries: [${keys}], models: [${models}]}]`;

describe('diffConfig', () => {
  const cases: [string, string, string, string[]][] = [
    ['a number', '', 'request-retry: 3', ['request-retry: 0 -> 3']],
    ['a flag', 'debug: false', 'debug: true', ['debug: false -> true']],
    [
      'proxy-url',
      '',
      'proxy-url: "socks5://u:secret@proxy.example.com:1080"',
      ['proxy-url: <none> -> socks5://proxy.example.com:1080'],
    ],
    [
      'a proxy password alone',
      'proxy-url: "http://u:secret1@p"',
      'proxy-url: "http://u:secret2@p"',
      ['proxy-url: updated'],
    ],
    [
      'a proxy that is no URL',
      'proxy-url: direct',
      'proxy-url: secret-host',
      ['proxy-url: direct -> <redacted>'],
    ],
    [
      'api-keys count',
      'api-keys: [secret1]',
      'api-keys: [secret1, secret2]',
      ['api-keys count: 1 -> 2'],
    ],
    [
      'api-keys values',
      'api-keys: [secret1]',
      'api-keys: [secret2]',
      ['api-keys: values updated (count unchanged, redacted)'],
    ],
    ['section length', codex(''), '', ['codex-api-key count: 1 -> 0']],
    ['a key', codex('api-key: secret1'), codex('api-key: secret2'), ['codex[0].api-key: updated']],
    [
      'base-url',
      codex(''),
      'codex-api-key: [{base-url: "https://secret:x@b.example.com/v2"}]',
      ['codex[0].base-url: https://a.example.com -> https://b.example.com'],
    ],
    [
      'headers',
      codex('headers: {A: secret1}'),
      codex('headers: {A: secret2}'),
      ['codex[0].headers: updated'],
    ],
    [
      'models',
      codex('models: [{name: a}, {name: b}]'),
      codex('models: [{name: a}, {name: b}, {name: c}]'),
      ['codex[0].models: updated (2 -> 3 entries)'],
    ],
    [
      'excluded-models',
      codex('excluded-models: [a]'),
      codex('excluded-models: [a, b]'),
      ['codex[0].excluded-models: updated (1 -> 2 entries)'],
    ],
    [
      'disable-cooling and request-retry',
      codex(''),
      codex('disable-cooling: true, request-retry: 3'),
      ['codex[0].disable-cooling: inherit -> true', 'codex[0].request-retry: <unset> -> 3'],
    ],
    [
      'provider added',
      '',
      acme('{api-key: secret1}, {api-key: secret2}', '{name: a}, {name: b}, {name: c}'),
      ['provider added: acme (api-keys=2, models=3)'],
    ],
    [
      'provider removed',
      acme('{api-key: secret1}'),
      '',
      ['provider removed: acme (api-keys=1, models=0)'],
    ],
    [
      'provider updated',
      acme('{api-key: secret1}'),
      acme('{api-key: secret2}'),
      ['provider updated: acme (api-keys=1, models=0)'],
    ],
    [
      'OAuth map added',
      '',
      'oauth-excluded-models: {codex: [a, b]}',
      ['oauth-excluded-models[codex]: added (2 entries)'],
    ],
    [
      'OAuth map updated',
      'oauth-excluded-models: {codex: [a]}',
      'oauth-excluded-models: {codex: [a, b]}',
      ['oauth-excluded-models[codex]: updated (1 -> 2 entries)'],
    ],
    [
      'OAuth map removed',
      'oauth-model-alias: {codex: [{name: a, alias: b}]}',
      '',
      ['oauth-model-alias[codex]: removed'],
    ],
    [
      'transient cooldown',
      '',
      'transient-error-cooldown-seconds: -5',
      ['transient-error-cooldown-seconds: 60 -> -1'],
    ],
  ];
  for (const [name, before, after, lines] of cases) {
    it(`routing 16: ${name}`, () => {
      const found = diffConfig(parse(before), parse(after));
      assert.deepEqual(found, lines);
      assert.doesNotMatch(found.join('\n'), /secret/);
    });
  }

  it('routing 16: differs: host, tls, passthrough, streaming and affinity are reported', () => {
    const after = `
host: 0.0.0.0
tls: {enable: true, cert: /c.pem, key: /k.pem}
passthrough-headers: true
streaming: {keepalive-seconds: 15, bootstrap-retries: 1}
routing: {session-affinity: false, session-affinity-ttl: 90s}
switchyard: {limits: {max-body-mb: 1}, cors: {origins: ["*"]}}
`;
    assert.deepEqual(diffConfig(parse(''), parse(after)), [
      'host: 127.0.0.1 -> 0.0.0.0',
      'tls.enable: false -> true',
      'tls.cert: <none> -> /c.pem',
      'tls.key: <none> -> /k.pem',
      'routing.session-affinity: true -> false',
      'routing.session-affinity-ttl: 1h -> 1m30s',
      'passthrough-headers: false -> true',
      'streaming.keepalive-seconds: 0 -> 15',
      'streaming.bootstrap-retries: 0 -> 1',
      'switchyard.limits.max-body-mb: 64 -> 1',
      'switchyard.cors.origins: updated (0 -> 1 entries)',
    ]);
  });

  it('nothing to say about equal files and about a provider that only moved', () => {
    const one =
      'openai-compatibility: [{name: a, base-url: "http://a"}, {name: b, base-url: "http://b"}]';
    const two =
      'openai-compatibility: [{name: b, base-url: "http://b"}, {name: a, base-url: "http://a"}]';
    assert.deepEqual(diffConfig(parse(one), parse(one)), []);
    assert.deepEqual(diffConfig(parse(one), parse(two)), []);
  });
});

describe('diffCredentialFiles', () => {
  const [base] = parse(codex('')).credentials as [CredentialRecord];
  const record = (id: string, fields: Partial<CredentialRecord> = {}): CredentialRecord => ({
    ...base,
    id: credentialId(id),
    source: { kind: 'file', path: `/${id}`, fingerprint: '' },
    ...fields,
  });

  it('routing 16: prefix, proxy_url without its secrets, disabled, added, removed', () => {
    const before = [record('a.json'), record('b.json')];
    const changed = { prefix: 'team', proxyUrl: 'http://u:secret@p:1', disabled: true };
    assert.deepEqual(diffCredentialFiles(before, [record('a.json', changed), record('c.json')]), [
      'a.json.prefix: <none> -> team',
      'a.json.proxy_url: <none> -> http://p:1',
      'a.json.disabled: false -> true',
      'c.json: added',
      'b.json: removed',
    ]);
    assert.deepEqual(diffCredentialFiles(before, before), []);
    assert.deepEqual(diffCredentialFiles([], [base]), [], 'entries have lines of their own');
  });
});
