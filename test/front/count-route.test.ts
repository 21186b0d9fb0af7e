/** Who is asked for a size in tokens (translate-openai-claude.md 9.5). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_COUNT_TRIES } from '../../src/front/count-route.ts';
import { credentialId } from '../../src/ids.ts';
import { scanObject } from '../../src/json/scan.ts';
import type { CountRoute } from '../../src/front/count-route.ts';
import { codexKey, model, NOW, stateAfter } from '../routing/support.ts';
import { bench, served, type Bench } from './routing-support.ts';

const claudeKey = (id: string, baseUrl = '') =>
  codexKey(id, [model('m')], { provider: 'claude', baseUrl });
const SESSION = { 'x-session-id': 's1' };
const RING = ['A', 'B', 'C'].map((id) => claudeKey(id));

function count({ router }: Bench, headers: Record<string, string> = {}): CountRoute {
  const body = Buffer.from(JSON.stringify({ model: 'm', messages: [] }));
  return router.count({
    format: 'claude',
    path: '/v1/messages/count_tokens',
    headers: Object.entries(headers).flat(),
    body,
    members: scanObject(body),
    model: 'm',
    scope: '',
    nowMs: NOW,
  });
}

const asked = (route: CountRoute): (string | undefined)[] => [
  route.next(NOW)?.credential,
  route.next(NOW)?.credential,
];

describe('a token count', () => {
  it('goes only to those whose upstream counts', () => {
    const on = bench([codexKey('A'), claudeKey('B', 'https://relay.example'), claudeKey('C')]);
    assert.deepEqual(asked(count(on)), ['C', undefined]);
    assert.equal(count(bench([codexKey('A')])).next(NOW), undefined);
  });

  it('goes to the home of its conversation, and to nobody who rests', () => {
    const on = bench(RING);
    served(on);
    assert.equal(served(on, { headers: SESSION, body: {} }), 'B');
    assert.equal(count(on, SESSION).next(NOW)?.credential, 'B');
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, 60_000));
    assert.ok(!asked(count(on, SESSION)).includes('B'));
  });

  it('binds no conversation, moves none, and takes nobody his turn', () => {
    const on = bench(RING);
    assert.equal(count(on, SESSION).next(NOW)?.credential, 'A');
    assert.equal(on.router.bindings, 0);
    assert.equal(served(on, { headers: SESSION, body: {} }), 'A');
    on.states.set(credentialId('A'), stateAfter(503, 'm'));
    assert.equal(count(on, SESSION).next(NOW)?.credential, 'B');
    on.states.clear();
    assert.equal(served(on, { headers: SESSION, body: {} }), 'A');
  });

  it('asks few: an estimate is at hand', () => {
    const route = count(bench(RING));
    const all = RING.map(() => route.next(NOW)).filter((target) => target !== undefined);
    assert.equal(all.length, MAX_COUNT_TRIES);
  });
});
