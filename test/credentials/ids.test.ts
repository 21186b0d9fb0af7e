import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entryId, handleOf, headersPart } from '../../src/credentials/ids.ts';

describe('entryId', () => {
  const none = headersPart({});
  const cases: [string, string, string[], string][] = [
    ['gemini', 'gemini:apikey', ['demo-key', '', '', '', none], 'gemini:apikey:751ed0251c17'],
    [
      'claude',
      'claude:apikey',
      ['demo-key', 'https://relay.example.com', '', '', none],
      'claude:apikey:b7771d391bc6',
    ],
  ];
  for (const [name, kind, parts, id] of cases) {
    it(`config 11.2: ${name} vector`, () => assert.equal(entryId(kind, parts), id));
  }

  it('config 11.2: parts are trimmed', () => {
    assert.equal(entryId('k', [' a ', 'b']), entryId('k', ['a', 'b ']));
  });
});

describe('handleOf', () => {
  const cases: [string, string][] = [
    ['claude-api-key:https://relay.example.com+demo-key', '17619e83e2a47066'],
    ['codex:/var/lib/switchyard/auths/codex-a@example.com.json', '4ccb7cc938588358'],
  ];
  for (const [seed, handle] of cases) {
    it(`config 11.3: ${seed}`, () => assert.equal(handleOf(seed), handle));
  }
});
