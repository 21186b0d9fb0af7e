import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/schema.ts';
import { sourceModels } from '../../src/routing/catalogue.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';

const records = (yaml: string): CredentialRecord[] =>
  parseConfig(yaml, { homeDir: '/home/x', cwd: '/etc' }).credentials;

describe('claude-api-key (config.md 3, 11)', () => {
  it('id and handle are those of the vectors', () => {
    const [record] = records(
      'claude-api-key:\n  - api-key: demo-key\n    base-url: https://relay.example.com\n',
    );
    assert.equal(record?.provider, 'claude');
    assert.equal(record.id, 'claude:apikey:b7771d391bc6');
    assert.equal(record.handle, '17619e83e2a47066');
    assert.equal(record.label, 'claude-apikey');
  });

  it('an address is not needed, a key or an address is', () => {
    const found = records('claude-api-key:\n  - api-key: k\n  - prefix: x\n');
    assert.deepEqual(
      found.map(({ baseUrl, source }) => [baseUrl, source.kind === 'config' && source.section]),
      [['', 'claude-api-key']],
    );
  });
});

describe('models of Anthropic', () => {
  const modelsOf = (yaml: string) => {
    const [record] = records(yaml);
    if (record === undefined) throw new Error('no record');
    return sourceModels(record, 0).map(({ info }) => info);
  };

  it('without models of its own an entry offers the built-in ones', () => {
    const models = modelsOf('claude-api-key:\n  - api-key: k\n');
    const opus = models.find(({ id }) => id === 'claude-opus-4-6');
    assert.equal(opus?.ownedBy, 'anthropic');
    assert.deepEqual(opus.thinking?.levels, ['low', 'medium', 'high', 'max']);
    assert.equal(opus.contextLength, 1_000_000);
    assert.equal(opus.created, 1_770_318_000);
  });

  it('a built-in model that is configured under another name keeps its abilities', () => {
    const [model] = modelsOf(
      'claude-api-key:\n  - api-key: k\n    models:\n      - {name: claude-sonnet-4-5-20250929, alias: sonnet}\n',
    );
    assert.equal(model?.id, 'sonnet');
    assert.deepEqual(model.thinking, { min: 1024, max: 128_000, zeroAllowed: true });
    assert.deepEqual([model.contextLength, model.maxOutput], [200_000, 64_000]);
  });
});
