/** The cooling-down reply and its relatives, routing.md 98 to 102. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexKey, keyed, NOW, stateAfter, statesOf, tableOf } from './support.ts';
import { durationText, refusalOf } from '../../src/routing/refusals.ts';
import { renderError } from '../../src/front/errors/render.ts';
import { summarise } from '../../src/routing/availability.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import type { RoutedModel } from '../../src/routing/table.ts';

function refusal(records: CredentialRecord[], states: Record<string, CredentialState>, name = 'm') {
  const entry = tableOf(records).models.get('m') as RoutedModel;
  const blocked = summarise(entry, statesOf(states), NOW, () => true);
  return refusalOf(entry, name, blocked, NOW);
}

function answer(records: CredentialRecord[], states: Record<string, CredentialState>, name = 'm') {
  const { status, headers, body } = renderError(refusal(records, states, name), 'openai');
  const retryAfter = headers[headers.indexOf('retry-after') + 1];
  return { status, retryAfter, error: (JSON.parse(body) as { error: unknown }).error };
}

const quota = (ms: number) => stateAfter(429, 'm', NOW, ms);

describe('nobody can take the request', () => {
  it('98, 102, codex.md 103: one provider cools; Retry-After is always sent (the reference: only passed through)', () => {
    assert.deepEqual(answer([codexKey('A')], { A: quota(12_300) }, 'm(high)'), {
      status: 429,
      retryAfter: '13',
      error: {
        code: 'model_cooldown',
        message: 'All credentials for model m(high) are cooling down via provider codex',
        model: 'm(high)',
        provider: 'codex',
        reset_seconds: 13,
        reset_time: '12s',
      },
    });
  });

  it('99: several providers are not named; the earliest end counts', () => {
    const { error } = answer([codexKey('A'), keyed('B')], { A: quota(9_000), B: quota(5_000) });
    assert.deepEqual(error, {
      code: 'model_cooldown',
      message: 'All credentials for model m are cooling down',
      model: 'm',
      reset_seconds: 5,
      reset_time: '5s',
    });
  });

  it('100: another block among them', () => {
    const states = { A: quota(5_000), B: stateAfter(401, 'm') };
    assert.deepEqual(answer([codexKey('A'), codexKey('B')], states), {
      status: 503,
      retryAfter: '5',
      error: {
        message: 'auth_unavailable: no auth available (providers=codex, model=m)',
        type: 'server_error',
        code: 'internal_server_error',
      },
    });
  });

  it('a fault: Retry-After is the wait, at most half a minute (the reference has none)', () => {
    const retryAfter = (status: number): unknown =>
      answer([codexKey('A')], { A: stateAfter(status, 'm') })['retryAfter'];
    assert.equal(retryAfter(503), '30');
    assert.equal(retryAfter(401), '30');
  });

  it('101: less than a second', () => {
    const { error } = answer([codexKey('A')], { A: quota(200) });
    const { reset_seconds: seconds, reset_time: time } = error as Record<string, unknown>;
    assert.deepEqual([seconds, time], [1, '1s']);
  });

  it('nobody is left to be a candidate', () => {
    const entry = tableOf([codexKey('A')]).models.get('m') as RoutedModel;
    const none = summarise(entry, statesOf(), NOW, () => false);
    const error = refusalOf(entry, 'm', none, NOW);
    assert.equal(error.code, 'auth_not_found');
    assert.equal(error.message, 'auth_not_found: no auth available (providers=codex, model=m)');
  });

  it('an empty name', () => {
    assert.match(refusal([codexKey('A')], { A: quota(1) }, '').message, /for requested model are/);
  });
});

describe('durations', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [1, '1s'],
    [12_300, '12s'],
    [12_500, '13s'],
    [60_000, '1m0s'],
    [3_723_000, '1h2m3s'],
    [3_600_000, '1h0m0s'],
  ];
  for (const [ms, text] of cases) it(text, () => assert.equal(durationText(ms), text));
});
