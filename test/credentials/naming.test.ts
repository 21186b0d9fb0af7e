import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  claudeFileName,
  codexFileName,
  vertexFileName,
  type CodexIdentity,
} from '../../src/credentials/naming.ts';

describe('codexFileName', () => {
  const account = { accountId: 'acct-1234', email: 'user@example.com' };
  const cases: [string, CodexIdentity, string][] = [
    ['codex 107', { ...account, plan: 'team' }, 'codex-1dcc0fe5-user@example.com-team.json'],
    [
      'codex 6.6: without account',
      { email: 'user@example.com', plan: 'ChatGPT Plus' },
      'codex-user@example.com-chatgpt-plus.json',
    ],
    ['codex 6.6: without plan', account, 'codex-1dcc0fe5-user@example.com.json'],
    ['codex 6.6: without e-mail', { accountId: 'acct-1234' }, 'codex-1dcc0fe5.json'],
    ['odd plan', { email: 'a@b.c', plan: ' -Pro__Élan- ' }, 'codex-a@b.c-pro-élan.json'],
    ['an address that is a path', { email: '../../x@y\n' }, 'codex-..-..-x@y.json'],
  ];
  for (const [name, identity, file] of cases) {
    it(name, () => assert.equal(codexFileName(identity), file));
  }
});

describe('claudeFileName', () => {
  for (const [email, file] of [
    ['ann@example.com', 'claude-ann@example.com.json'],
    ['../x@y\n', 'claude-..-x@y.json'],
    ['', 'claude.json'],
  ] as const) {
    it(JSON.stringify(email), () => assert.equal(claudeFileName(email), file));
  }
});

describe('vertexFileName', () => {
  const cases: [name: string, project: string, prefix: string, file: string][] = [
    ['G11: other characters', 'a:b c', 'eu', 'vertex-eu-a_b-c.json'],
    ['without a prefix', 'acme-1', '', 'vertex-acme-1.json'],
    ['a project that is a path', '../x\\y\n', 'a', 'vertex-a-.._x_y.json'],
  ];
  for (const [name, project, prefix, file] of cases) {
    it(name, () => assert.equal(vertexFileName(project, prefix), file));
  }
});
