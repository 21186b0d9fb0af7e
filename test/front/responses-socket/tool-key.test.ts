/** The key of a client's tool calls (codex.md 3.5). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toolCacheKey } from '../../../src/front/responses-socket/tool-key.ts';

const METADATA = JSON.stringify({ session_id: 'from-metadata', turn_id: '' });

describe('toolCacheKey', () => {
  const cases: [string, Record<string, string>, string][] = [
    ['the request id first', { 'x-client-request-id': 'r', 'session-id': 's' }, ':r'],
    [
      'then the metadata',
      { 'x-codex-turn-metadata': METADATA, 'session-id': 's' },
      ':from-metadata',
    ],
    [
      'metadata that is no JSON counts as none',
      { 'x-codex-turn-metadata': '{', session_id: 's' },
      ':s',
    ],
    ['then both spellings of the session', { 'session-id': 'new', session_id: 'old' }, ':new'],
    ['blank names are none', { 'x-client-request-id': ' ', session_id: 'old' }, ':old'],
    ['nothing', {}, ''],
    ['a name without end', { 'session-id': 'x'.repeat(300) }, ''],
  ];
  for (const [name, headers, expected] of cases) {
    it(name, () =>
      assert.equal(
        toolCacheKey((header) => headers[header], ''),
        expected,
      ),
    );
  }

  it('callers with equal names are apart, which the reference does not see to', () => {
    const header = (name: string) => (name === 'session-id' ? 's' : undefined);
    assert.notEqual(toolCacheKey(header, 'one'), toolCacheKey(header, 'two'));
  });
});
