/** Which ids are registered, and what they mean upstream (routing.md 1.2, 1.3, 3.7 to 3.9). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, codexKey, idsOf, keyed, model, NOW_SECONDS, tableOf } from './support.ts';
import { credentialId } from '../../src/ids.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { CredentialRecord, ModelAlias } from '../../src/credentials/record.ts';
import type { Offer } from '../../src/routing/table.ts';

const IMAGES = ['gpt-image-1.5', 'gpt-image-2'];
const FORCE = 'force-model-prefix: true';

const alias = (name: string, as: string, changes: Partial<ModelAlias> = {}): ModelAlias => ({
  name,
  alias: as,
  fork: false,
  forceMapping: false,
  ...changes,
});

function offer(records: CredentialRecord[], id: string, of: string): Offer | undefined {
  return tableOf(records).models.get(id)?.offers.get(credentialId(of));
}

describe('catalogue by plan, routing.md 1.2', () => {
  const FREE = ['codex-auto-review', 'gpt-5.4-mini', 'gpt-5.5', 'gpt-5.6-luna', 'gpt-5.6-terra'];
  const TEAM = [...FREE, 'gpt-5.4', 'gpt-5.6-sol'];
  const PRO = [...TEAM, 'gpt-5.3-codex-spark'];
  const cases: [string | undefined, string[]][] = [
    ['free', FREE],
    ['team', TEAM],
    ['business', TEAM],
    ['go', TEAM],
    ['Plus', PRO],
    ['pro', PRO],
    ['constructor', PRO],
    [undefined, PRO],
  ];
  for (const [plan, expected] of cases) {
    it(`plan ${plan ?? 'unknown'}`, () => {
      assert.deepEqual(idsOf(tableOf([account('a', { plan })])), [...expected, ...IMAGES].sort());
    });
  }

  it('a key without models has the pro list, one with models has its own and the image models', () => {
    const bare = codexKey('k', []);
    assert.deepEqual(idsOf(tableOf([bare])), [...PRO, ...IMAGES].sort());
    assert.deepEqual(idsOf(tableOf([codexKey('k')])), [...IMAGES, 'm']);
  });

  it('P25: excluded patterns on the Gemini list', () => {
    const excludedModels = ['gemini-2.5-*', '*-preview'];
    const key = codexKey('g', [], { provider: 'gemini', excludedModels });
    assert.deepEqual(idsOf(tableOf([key])), [
      'gemini-3.5-flash',
      'gemini-3.5-flash-lite',
      'gemini-3.6-flash',
      'gemini-3.7-flash',
    ]);
  });

  it('dates, owners and windows', () => {
    const info = (plan: string, id: string) =>
      tableOf([account('a', { plan })]).models.get(id)?.info;
    assert.equal(info('plus', 'gpt-5.5')?.created, 1_776_902_400);
    assert.equal(info('plus', 'gpt-5.5')?.ownedBy, 'openai');
    assert.equal(info('plus', 'gpt-5.6-sol')?.contextLength, 372_000);
    assert.equal(info('pro', 'gpt-5.6-sol')?.contextLength, 921_000);
    assert.deepEqual(info('pro', 'gpt-5.5')?.thinking?.levels, ['low', 'medium', 'high', 'xhigh']);
  });

  for (const provider of ['gemini', 'vertex']) {
    it(`${provider}: a built-in model under another name keeps its abilities (not in the reference)`, () => {
      const models = [model('gemini-2.5-pro', 'pro'), model('own-tune', 'tune')];
      const table = tableOf([codexKey('g', models, { provider })]);
      const info = table.models.get('pro')?.info;
      assert.deepEqual(info?.thinking, { min: 128, max: 32_768, dynamicAllowed: true });
      assert.deepEqual([info?.contextLength, info?.maxOutput], [1_048_576, 65_536]);
      assert.deepEqual(table.models.get('tune')?.offers.get(credentialId('g'))?.capabilities, [
        null,
      ]);
    });
  }

  it('a compat provider offers what is configured; its models are dated by the registration', () => {
    const table = tableOf([keyed('k')]);
    assert.deepEqual(idsOf(table), ['m']);
    const info = table.models.get('m')?.info;
    assert.deepEqual([info?.created, info?.ownedBy], [NOW_SECONDS, 'acme']);
  });

  it('the sandbox offers its own models only', () => {
    const table = tableOf(sandboxCredentials('http://127.0.0.1:1'));
    assert.deepEqual(idsOf(table), ['sandbox', 'sandbox-mini']);
    assert.equal(table.models.get('sandbox')?.offers.size, 2);
  });

  it('a disabled credential offers nothing, but is known', () => {
    const table = tableOf([account('a', { disabled: true })]);
    assert.deepEqual(idsOf(table), []);
    assert.equal(table.credentials.get(credentialId('a'))?.disabled, true);
  });
});

describe('prefixes, routing.md 22 to 25', () => {
  const team = keyed('k', [model('m')], { prefix: 'team' });

  it('P26, 22: both forms', () => assert.deepEqual(idsOf(tableOf([team])), ['m', 'team/m']));
  it('P26, 23: force', () => assert.deepEqual(idsOf(tableOf([team], FORCE)), ['team/m']));
  it('24: a prefix that is the id', () => {
    const same = keyed('k', [model('m')], { prefix: 'm' });
    assert.deepEqual(idsOf(tableOf([same], FORCE)), ['m', 'm/m']);
  });
  it('25: the credential strips its own prefix', () => {
    assert.deepEqual(offer([team], 'team/m', 'k')?.upstream, ['m']);
  });
  it('an id that contains a slash is an ordinary id', () => {
    assert.deepEqual(offer([keyed('k', [model('org/m')])], 'org/m', 'k')?.upstream, ['org/m']);
  });
});

describe('aliases, routing.md 27 to 34', () => {
  const daily = alias('gpt-5.5', 'daily');

  it('27: the alias stands for the original', () => {
    const records = [account('a', { aliases: [daily] })];
    assert.deepEqual(offer(records, 'daily', 'a')?.upstream, ['gpt-5.5']);
    assert.ok(!idsOf(tableOf(records)).includes('gpt-5.5'));
  });

  it('28: fork keeps the original beside it', () => {
    const ids = idsOf(tableOf([account('a', { aliases: [{ ...daily, fork: true }] })]));
    assert.ok(ids.includes('gpt-5.5') && ids.includes('daily'));
  });

  it('29: a suffix in the configured name', () => {
    const found = offer(
      [account('a', { aliases: [alias('gpt-5.5(low)', 'daily')] })],
      'daily',
      'a',
    );
    assert.deepEqual([found?.upstream, found?.suffixes], [['gpt-5.5'], ['low']]);
  });

  it('an alias of a model that is excluded or not in the plan adds nothing', () => {
    const excluded = account('a', { aliases: [daily], excludedModels: ['gpt-5.5'] });
    const free = account('a', { plan: 'free', aliases: [alias('gpt-5.4', 'daily')] });
    for (const record of [excluded, free]) assert.ok(!idsOf(tableOf([record])).includes('daily'));
  });

  it('an alias that bears the id of another model is looked up first', () => {
    const found = offer([account('a', { aliases: [alias('gpt-5.5', 'gpt-5.4')] })], 'gpt-5.4', 'a');
    assert.deepEqual(found?.upstream, ['gpt-5.5']);
  });

  it('an alias with a prefix', () => {
    const found = offer([account('a', { prefix: 'p', aliases: [daily] })], 'p/daily', 'a');
    assert.deepEqual(found?.upstream, ['gpt-5.5']);
  });

  it('32: several names under one alias are one pool; the credential counts once', () => {
    const pool = [keyed('k', [model('v1', 'big'), model('v2', 'big')])];
    assert.deepEqual(offer(pool, 'big', 'k')?.upstream, ['v1', 'v2']);
    assert.equal(tableOf(pool).models.get('big')?.offers.size, 1);
  });

  it('each name of a pool thinks as it can, as the operator says', () => {
    const thinking = { levels: ['low'] };
    const pool = [keyed('k', [{ ...model('v1', 'big'), thinking }, model('v2', 'big')])];
    assert.deepEqual(offer(pool, 'big', 'k')?.capabilities, [{ ...thinking, exact: true }, null]);
  });

  it('34: the name behind an alias is hidden', () => {
    assert.deepEqual(idsOf(tableOf([keyed('k', [model('a', 'b')])])), ['b']);
  });

  it('38: force-mapping carries the alias as configured, without the prefix', () => {
    const entry = keyed('k', [model('up', 'Nice', { forceMapping: true })], { prefix: 'p' });
    assert.equal(offer([entry], 'p/Nice', 'k')?.forced, 'Nice');
    const file = account('a', { aliases: [{ ...daily, forceMapping: true }] });
    assert.equal(offer([file], 'daily', 'a')?.forced, 'daily');
    assert.equal(offer([keyed('k')], 'm', 'k')?.forced, null);
  });
});

describe('image endpoints, codex.md 8.1', () => {
  const images = (records: CredentialRecord[], id: string, of: string): boolean | undefined =>
    offer(records, id, of)?.images;

  it('a free account lists the image models, but is never chosen for them', () => {
    assert.equal(images([account('a', { plan: 'Free' })], 'gpt-image-2', 'a'), false);
    assert.equal(images([account('a', { plan: 'plus' })], 'gpt-image-1.5', 'a'), true);
    assert.equal(images([account('a', { plan: 'plus' })], 'gpt-5.5', 'a'), false);
  });

  it('aliases and prefixes of an image model make images too', () => {
    const records = [account('a', { prefix: 'team', aliases: [alias('gpt-image-2', 'pic')] })];
    assert.equal(images(records, 'team/pic', 'a'), true);
  });

  it('a configured image model stands in the place of the built-in one', () => {
    const records = [codexKey('k', [model('vendor/pix', 'gpt-image-2', { image: true })])];
    assert.deepEqual(offer(records, 'gpt-image-2', 'k')?.upstream, ['vendor/pix']);
    assert.equal(images(records, 'gpt-image-2', 'k'), true);
    const text = [codexKey('k', [model('vendor/pix', 'gpt-image-2')])];
    assert.deepEqual(offer(text, 'gpt-image-2', 'k')?.upstream, ['gpt-image-2']);
  });
});

describe('the table as data', () => {
  const records = [
    keyed('b', [model('m')], { priority: 5 }),
    keyed('a', [model('m')], { priority: 5 }),
    codexKey('c'),
    codexKey('d', [model('m')], { priority: -1 }),
    keyed('e', [model('m')], { provider: 'openai-compatible-zed', compatName: 'Zed' }),
  ];

  it('tiers by priority, members by id, providers by count', () => {
    const entry = tableOf(records).models.get('m');
    const tiers = entry?.tiers.map((tier) => tier.map((member) => member.credential.id));
    assert.deepEqual(tiers, [['a', 'b'], ['c', 'e'], ['d']]);
    assert.deepEqual(entry?.providers, [
      'codex',
      'openai-compatible-acme',
      'openai-compatible-zed',
    ]);
  });

  it('a structured clone is the same table, shared objects included', () => {
    const table = tableOf(records);
    const clone = structuredClone(table);
    assert.deepEqual(clone, table);
    const entry = clone.models.get('m');
    assert.equal(entry?.tiers[0]?.[0], entry?.offers.get(credentialId('a')));
  });

  it('holds no secret', () => {
    const seen: unknown[] = [];
    const text = JSON.stringify(tableOf(records), (_key, value: unknown) => {
      seen.push(value);
      return value instanceof Map ? [...value] : value;
    });
    assert.ok(text.includes('"label":"a"'), 'the maps were looked into');
    assert.ok(!text.includes('secret'));
  });
});
