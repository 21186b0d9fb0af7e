import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { handleOf } from '../../src/credentials/ids.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import { parse } from '../config/support.ts';

/** The only record of a config. */
function single(text: string): CredentialRecord {
  const { credentials } = parse(text);
  assert.equal(credentials.length, 1);
  return credentials[0] as CredentialRecord;
}

const ids = (text: string): string[] => parse(text).credentials.map(({ id }) => id);

describe('codex-api-key', () => {
  it('config 3: every field of an item reaches its record', () => {
    const record = single(`
codex-api-key:
  - api-key: " sk-demo-1 "
    base-url: "https://relay.example.com/v1/"
    prefix: "/team-a/"
    priority: 5
    weight: 3
    websockets: true
    headers: { " X-Tenant ": " blue ", X-Session: "$X-Session-ID", X-Empty: "" }
    models:
      - { name: "gpt-5.5", alias: "daily", force-mapping: true, thinking: { levels: ["low","high"] } }
      - { name: "gpt-5.4", display-name: D, max-context-length: 9, is-compat: true }
      - { alias: "nameless" }
    excluded-models: [" *-Mini ", "*-mini", "b"]
    disable-cooling: false
    request-retry: 1
    keep-cache-retention: true
    proxy-url: direct
    request-scoped-errors:
      - { status: 400, match: ["context_window_exceeded"], action: "stop" }
`);
    assert.deepEqual(record, {
      id: record.id,
      provider: 'codex',
      kind: 'apikey',
      handle: record.handle,
      label: 'codex-apikey',
      disabled: false,
      prefix: 'team-a',
      priority: 5,
      weight: 3,
      proxyUrl: 'direct',
      baseUrl: 'https://relay.example.com/v1',
      headers: { 'X-Tenant': 'blue', 'X-Session': '$X-Session-ID' },
      models: [
        {
          name: 'gpt-5.5',
          alias: 'daily',
          forceMapping: true,
          image: false,
          isCompat: false,
          thinking: { levels: ['low', 'high'] },
        },
        {
          name: 'gpt-5.4',
          alias: 'gpt-5.4',
          displayName: 'D',
          maxContextLength: 9,
          forceMapping: false,
          image: false,
          isCompat: true,
        },
      ],
      excludedModels: ['*-mini', 'b'],
      aliases: [],
      disableCooling: false,
      requestRetry: 1,
      keepCacheRetention: true,
      requestScopedErrors: [
        { status: 400, match: ['context_window_exceeded'], matchRegex: [], action: 'stop' },
      ],
      websockets: true,
      supportPromptCacheKey: false,
      source: { kind: 'config', section: 'codex-api-key', index: 0, apiKey: 'sk-demo-1' },
    });
  });

  it('config 5: an item without base-url is dropped, the others keep their place', () => {
    const record = single('codex-api-key: [{api-key: a}, {api-key: b, base-url: "http://b"}]');
    assert.equal(record.source.kind === 'config' && record.source.index, 1);
  });

  it('config 5: an inner slash empties the prefix', () => {
    assert.equal(single('codex-api-key: [{base-url: "http://b", prefix: "a/b"}]').prefix, '');
  });

  const weights: [string, number][] = [
    ['', 1],
    ['weight: 0', 0],
    ['weight: -4', 0],
    ['weight: 1000000', 1_000_000],
  ];
  for (const [text, weight] of weights) {
    it(`config 3: weight "${text}" is ${weight}`, () => {
      const entry = `codex-api-key:\n  - base-url: http://b\n    ${text}\n`;
      assert.equal(single(entry).weight, weight);
    });
  }

  it('config 3: a negative request-retry inherits', () => {
    const record = single('codex-api-key: [{base-url: "http://b", request-retry: -1}]');
    assert.equal('requestRetry' in record, false);
  });
});

describe('request-scoped-errors', () => {
  const rules = (items: string) =>
    parse(`codex-api-key: [{base-url: "http://b", request-scoped-errors: ${items}}]`);

  const dropped = [
    '[{status: 0, match: [a], action: stop}]',
    '[{match: [a], action: stop}]',
    '[{status: 400, match: [""], action: stop}]',
    '[{status: 400, match: [a]}]',
    '[{status: 400, match: [a], action: leap}]',
  ];
  for (const items of dropped) {
    it(`config 5: dropped: ${items}`, () => {
      assert.deepEqual(rules(items).credentials[0]?.requestScopedErrors, []);
    });
  }

  it('config 4.4: the key match-regexr holds regular expressions', () => {
    const config = rules('[{status: 429, match-regexr: ["^q.*$"], action: Continue-and-cooldown}]');
    assert.deepEqual(config.credentials[0]?.requestScopedErrors, [
      { status: 429, match: [], matchRegex: ['^q.*$'], action: 'continue-and-cooldown' },
    ]);
  });

  it('an expression this runtime does not know has no effect and is named', () => {
    const config = rules('[{status: 429, match: [a], match-regexr: ["b", "("], action: stop}]');
    assert.deepEqual(config.credentials[0]?.requestScopedErrors, [
      { status: 429, match: ['a'], matchRegex: ['b'], action: 'stop' },
    ]);
    assert.deepEqual(config.ignoredKeys, [
      'codex-api-key[0].request-scoped-errors[0].match-regexr[1]',
    ]);
  });
});

describe('openai-compatibility', () => {
  const acme = `
openai-compatibility:
  - name: "Acme"
    base-url: "https://api.acme.test/v1"
    prefix: "acme"
    priority: 2
    disable-cooling: true
    support-prompt-cache-key: true
    headers: { X-A: "1" }
    api-key-entries:
      - { api-key: "k1", weight: 4 }
      - { api-key: "k2", proxy-url: "direct" }
    models:
      - { name: "vendor/big-1", alias: "big" }
      - { name: "vendor/pix", alias: "pix", image: true, thinking: { min: 1, max: 2 } }
`;

  it('config 11.4: one record per key entry, with the settings of the provider', () => {
    const [one, two] = parse(acme).credentials;
    assert.equal(one?.provider, 'openai-compatible-acme');
    assert.equal(one?.compatName, 'Acme');
    assert.equal(one?.label, 'Acme');
    assert.equal(one?.supportPromptCacheKey, true);
    assert.deepEqual([one?.weight, two?.weight], [4, 1]);
    assert.deepEqual([one?.proxyUrl, two?.proxyUrl], ['', 'direct']);
    assert.deepEqual([one?.prefix, two?.prefix], ['acme', 'acme']);
    assert.deepEqual([one?.disableCooling, two?.priority], [true, 2]);
    assert.deepEqual(two?.headers, { 'X-A': '1' });
    assert.notEqual(one?.id, two?.id);
  });

  it('config 4.2: an omitted thinking block means low, medium and high', () => {
    const models = parse(acme).credentials[0]?.models ?? [];
    assert.deepEqual(
      models.map(({ thinking }) => thinking),
      [{ levels: ['low', 'medium', 'high'] }, { min: 1, max: 2 }],
    );
    assert.equal(models[1]?.image, true);
  });

  it('providers 12.2: a model that reads text and no images', () => {
    const models = ['[Text]', '[text, image]', '[audio]', '[]'].map(
      (modalities, index) => `{name: m${index}, input-modalities: ${modalities}}`,
    );
    const item = `{name: a, base-url: "http://b", models: [${models.join(', ')}]}`;
    const record = single(`openai-compatibility: [${item}]`);
    const flags = record.models.map(({ textOnly }) => textOnly);
    assert.deepEqual(flags, [true, undefined, undefined, undefined]);
  });

  it('config 11.4: without keys there is one key-less record', () => {
    const record = single('openai-compatibility: [{name: acme, base-url: "http://b"}]');
    assert.equal(record.source.kind === 'config' && record.source.apiKey, '');
  });

  it('gives nothing while it is disabled', () => {
    const item = '{name: a, base-url: "http://b", disabled: true}';
    assert.deepEqual(parse(`openai-compatibility: [${item}]`).credentials, []);
  });

  it('O1 differs: without base-url it gives nothing (reference: 401 for each turn)', () => {
    assert.deepEqual(parse('openai-compatibility: [{name: a}]').credentials, []);
  });

  it('config 11.4: codex entries come before compat ones, whatever the file says', () => {
    const text = `${acme}codex-api-key: [{base-url: "http://b"}]`;
    assert.deepEqual(
      parse(text).credentials.map(({ provider }) => provider),
      ['codex', 'openai-compatible-acme', 'openai-compatible-acme'],
    );
  });
});

describe('ids and handles', () => {
  const base = 'https://api.acme.test/v1';

  it('config 11.2: codex vector', () => {
    const text = `codex-api-key: [{api-key: demo-key, base-url: "${base}", proxy-url: direct,
      prefix: team, headers: {X-B: "2", X-A: "1"}}]`;
    assert.deepEqual(ids(text), ['codex:apikey:288aec15efd1']);
  });

  it('config 11.2: compat vectors, with and without a key', () => {
    const keys = 'api-key-entries: [{api-key: demo-key}]';
    const text = `openai-compatibility: [{name: Acme, base-url: "${base}", ${keys}},
      {name: acme, base-url: "${base}"}]`;
    assert.deepEqual(ids(text), [
      'openai-compatibility:acme:cacbbc6c38d6',
      'openai-compatibility:acme:d32d1acddcfb',
    ]);
  });

  it('codex 109: ids with and without options, and of two equal entries', () => {
    const plain = 'api-key: sk-up-1, base-url: "https://api.example.com/v1"';
    const more = 'proxy-url: "socks5://127.0.0.1:1080", prefix: teamA, headers: {X-A: "1"}';
    assert.deepEqual(ids(`codex-api-key: [{${plain}}, {${plain}, ${more}}, {${plain}}]`), [
      'codex:apikey:432061004b41',
      'codex:apikey:5b9680e9d236',
      'codex:apikey:432061004b41-1',
    ]);
  });

  it('codex 110: handle of a key entry', () => {
    const text = 'codex-api-key: [{api-key: sk-up-1, base-url: "https://api.example.com/v1"}]';
    assert.equal(single(text).handle, '61fe180a9c25de12');
  });

  it('entries without a key have handles of their own', () => {
    const item = 'base-url: "http://b"';
    const [one, two] = parse(`codex-api-key: [{${item}}, {${item}}]`).credentials;
    assert.match(one?.handle ?? '', /^[0-9a-f]{16}$/);
    assert.notEqual(one?.handle, two?.handle);
  });
});

describe('maps by provider', () => {
  it('config 5: aliases: lower-case channel, both names, different, first alias wins', () => {
    const { oauthModelAlias } = parse(`
oauth-model-alias:
  Codex:
    - { name: gpt-5.5, alias: daily, fork: true, display-name: Daily, force-mapping: true }
    - { name: gpt-5.4, alias: DAILY }
    - { name: same, alias: Same }
    - { name: half }
  codex:
    - { name: gpt-5.4, alias: other }
  claude: []
`);
    assert.deepEqual(oauthModelAlias, {
      codex: [
        { name: 'gpt-5.5', alias: 'daily', fork: true, displayName: 'Daily', forceMapping: true },
        { name: 'gpt-5.4', alias: 'other', fork: false, forceMapping: false },
      ],
    });
  });

  it('config 5: exclusions are cleaned like those of entries', () => {
    const { oauthExcludedModels } = parse('oauth-excluded-models: {CODEX: [" *-Mini", "*-mini"]}');
    assert.deepEqual(oauthExcludedModels, { codex: ['*-mini'] });
  });

  it('config 4.4: rules by channel', () => {
    const rule = '{status: 400, match: [a], action: stop}';
    const { oauthRequestScopedErrors } = parse(`oauth-request-scoped-errors: {codex: [${rule}]}`);
    assert.deepEqual(oauthRequestScopedErrors, {
      codex: [{ status: 400, match: ['a'], matchRegex: [], action: 'stop' }],
    });
  });
});

describe('claude-api-key', () => {
  it('config 4.1: rebuild-mid-system-message', () => {
    const entry =
      '[{ api-key: k, base-url: "https://a.example", rebuild-mid-system-message: true }]';
    assert.equal(single(`claude-api-key: ${entry}`).movesSystem, true);
    assert.equal(single('claude-api-key: [{ api-key: k }]').movesSystem, undefined);
  });
});

describe('gemini-api-key', () => {
  it('11.2, 11.4: ids, order, and entries that are none', () => {
    const text = `
codex-api-key: [{ api-key: c, base-url: "https://relay.example.com" }]
gemini-api-key:
  - { api-key: demo-key }
  - { api-key: demo-key }
  - { api-key: demo-key, prefix: team }
  - { prefix: neither-key-nor-address }
  - { base-url: "https://g.example.com/" }
`;
    const { credentials } = parse(text);
    const [first, second, third] = credentials;
    assert.deepEqual(
      credentials.map(({ provider, label }) => [provider, label]),
      [...Array<string[]>(3).fill(['gemini', 'gemini-apikey']), ['codex', 'codex-apikey']],
    );
    assert.equal(first?.id, 'gemini:apikey:751ed0251c17');
    assert.equal(second?.prefix, 'team');
    assert.equal(third?.baseUrl, 'https://g.example.com');
  });
});

describe('vertex-api-key', () => {
  it('5, 11.2: keys are needed; a model without an alias has its own name (not in the reference)', () => {
    const { credentials } = parse(`
vertex-api-key:
  - { api-key: k, models: [{ name: a, alias: b }, { name: c }] }
  - { api-key: k }
  - { base-url: "https://v.example.com" }
`);
    assert.equal(credentials.length, 1);
    const [only] = credentials;
    assert.match(only?.id ?? '', /^vertex:apikey:[0-9a-f]{12}$/);
    assert.equal(only?.handle, handleOf(`id:${String(only?.id)}`));
    assert.deepEqual(
      only?.models.map(({ alias }) => alias),
      ['b', 'c'],
    );
  });
});
