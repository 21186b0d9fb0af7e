import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  claudeRefreshRequest,
  claudeTokenUrl,
  readClaudeRefreshAnswer,
} from '../../../src/providers/claude/oauth.ts';
import { NOW } from '../support.ts';

describe('token endpoint of Anthropic accounts (providers.md 7.2, 7.3)', () => {
  it('the request is JSON and goes to the address in force', () => {
    const url = claudeTokenUrl({ SWITCHYARD_CLAUDE_TOKEN_URL: ' http://127.0.0.1:1/t ' });
    const { method, url: sentTo, body } = claudeRefreshRequest(url, 'rt', 'direct');
    assert.deepEqual([method, sentTo], ['POST', 'http://127.0.0.1:1/t']);
    const { grant_type, refresh_token } = JSON.parse(
      Buffer.from(body ?? new Uint8Array(0)).toString(),
    ) as Record<string, unknown>;
    assert.deepEqual([grant_type, refresh_token], ['refresh_token', 'rt']);
    assert.equal(claudeTokenUrl({}), 'https://platform.claude.com/v1/oauth/token');
  });

  it('new tokens are read with their end', () => {
    const answer = { access_token: 'at', refresh_token: 'rt2', expires_in: 28_800 };
    const outcome = readClaudeRefreshAnswer(200, JSON.stringify(answer), NOW);
    assert.equal(outcome.kind, 'renewed');
    if (outcome.kind !== 'renewed') return;
    assert.equal(outcome.fields.expiresAtMs, NOW + 28_800_000);
    assert.equal(outcome.fields.refreshToken, 'rt2');
  });

  it('C8: faults of the service are asked about again at once', () => {
    const outcome = readClaudeRefreshAnswer(500, '', NOW);
    assert.deepEqual(outcome, { kind: 'failed', message: 'status 500' });
  });

  it('C6, C9: other refusals are not', () => {
    for (const status of [400, 429]) {
      const outcome = readClaudeRefreshAnswer(status, '{}', NOW);
      assert.deepEqual(outcome, {
        kind: 'failed',
        message: `status ${String(status)}`,
        final: true,
      });
    }
  });

  it('a dead grant needs a login', () => {
    assert.equal(readClaudeRefreshAnswer(400, '{"error":"invalid_grant"}', NOW).kind, 'login');
  });
});
