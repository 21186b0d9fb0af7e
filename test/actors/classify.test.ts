import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  classify,
  compileRules,
  MAX_MESSAGE_CHARS,
  type Classification,
} from '../../src/actors/classify.ts';
import { failureOf } from './support.ts';
import type { CallPhase } from '../../src/upstream/types.ts';
import type { RequestScopedRule } from '../../src/credentials/record.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

const CHAT = '/v1/chat/completions';

type Short = [kind: Classification['class'], verdict: 'next' | 'stop', neutral: boolean];

function short(failure: UpstreamFailure, path = CHAT, phase: CallPhase = 'answering'): Short {
  const outcome = classify(failure, [], path, phase);
  return [outcome.class, outcome.verdict, outcome.neutral];
}

const FAULT: Short = ['request-fault', 'stop', true];
const withCode = (code: string) => ({ error: { code, message: 'x' } });
const withType = (type: string) => ({ error: { type, message: 'x' } });
const NOT_PERSISTED =
  "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.";

function table(cases: [name: string, failure: UpstreamFailure, expected: Short][]): void {
  for (const [name, failure, expected] of cases) {
    it(name, () => assert.deepEqual(short(failure), expected));
  }
}

describe('class of a failed answer, routing.md 72 to 92', () => {
  table([
    ['72: 401', failureOf(401, 'x'), ['auth', 'next', false]],
    ['74: 402', failureOf(402, 'x'), ['payment', 'next', false]],
    ['74: 403', failureOf(403, 'x'), ['payment', 'next', false]],
    ['75: 404', failureOf(404, 'x'), ['not-found', 'next', false]],
    ['76: 404 of an item that was not stored', failureOf(404, NOT_PERSISTED), FAULT],
    ['77: 400 by code', failureOf(400, withCode('context_length_exceeded')), FAULT],
    ['78: 502 by code', failureOf(502, withCode('context_length_exceeded')), FAULT],
    [
      '79: 429 is never a fault',
      failureOf(429, withType('invalid_request_error')),
      ['quota', 'next', false],
    ],
    [
      '80: 400 of a model',
      failureOf(400, 'model is not supported'),
      ['model-support', 'next', false],
    ],
    [
      '80: 422 of a plan',
      failureOf(422, 'Not available for your plan'),
      ['model-support', 'next', false],
    ],
    ['84: 500', failureOf(500, 'x'), ['transient', 'next', false]],
    [
      '88: 403 page',
      failureOf(403, '<html><title>Cloudflare</title>'),
      ['challenge', 'next', false],
    ],
    [
      '88: by header',
      failureOf(403, 'x', { headers: ['CF-Mitigated', 'challenge'] }),
      ['challenge', 'next', false],
    ],
    [
      'P17, 89: 400 invalid_grant',
      failureOf(400, { error: 'invalid_grant' }),
      ['dead-grant', 'next', false],
    ],
    ['408', failureOf(408, 'x'), ['transient', 'next', false]],
    ['405: any other status', failureOf(405, 'x'), ['other', 'next', false]],
  ]);
});

describe('request faults, codex.md 52, 53 and 64', () => {
  for (const status of [400, 409, 413, 422]) {
    it(`64: ${status}`, () => assert.deepEqual(short(failureOf(status, 'x')), FAULT));
  }
  for (const status of [401, 402, 404, 500]) {
    it(`64: not ${status}`, () => {
      const [kind, verdict, neutral] = short(failureOf(status, withType('server_error')));
      assert.notEqual(kind, 'request-fault');
      assert.deepEqual([verdict, neutral], ['next', false]);
    });
  }
  const places: [string, unknown][] = [
    ['error.code', withCode('invalid_prompt')],
    ['code', { code: 'invalid_prompt' }],
    ['response.error.code', { response: withCode('invalid_prompt') }],
    ['body.error.code', { body: withCode('invalid_prompt') }],
    ['error.type', withType('bad_request_error')],
    ['type', { type: 'invalid_request' }],
  ];
  for (const [place, body] of places) {
    it(`52: 502 by ${place}`, () => assert.deepEqual(short(failureOf(502, body)), FAULT));
  }

  it('53 and 64: cyber_policy under any status', () => {
    assert.deepEqual(short(failureOf(502, withCode('cyber_policy'))), FAULT);
    assert.deepEqual(short(failureOf(400, withCode('cyber_policy'))), FAULT);
  });

  it('what the provider calls a fault is one, e.g. a stream that ended early (codex.md 47)', () => {
    assert.deepEqual(short(failureOf(408, 'x', { requestScoped: true })), FAULT);
    assert.deepEqual(short(failureOf(429, 'x', { requestScoped: true })), FAULT);
  });

  it('a wrong key is none, whatever type it carries (reference: ends the turn)', () => {
    const body = { error: { type: 'invalid_request_error', code: 'invalid_api_key' } };
    assert.deepEqual(short(failureOf(401, body)), ['auth', 'next', false]);
  });
});

describe('connections without a status', () => {
  const broken = (network: UpstreamFailure['network']) =>
    failureOf(0, 'socket hang up', { network });

  it('85: not sent yet: the next credential is tried, this one cools down', () => {
    assert.deepEqual(short(broken('reset'), CHAT, 'not-sent'), ['other', 'next', false]);
  });

  it('85: sent: cools down too, but the turn may be billed (reference: tries the next)', () => {
    const outcome = classify(broken('reset'), [], CHAT, 'sent');
    assert.deepEqual([outcome.class, outcome.verdict, outcome.neutral], ['other', 'stop', false]);
    assert.match(outcome.message, /^socket hang up; .*not sent again/);
  });

  it('cut after the answer began: says nothing of the account', () => {
    assert.deepEqual(short(broken('reset'), CHAT, 'answering'), ['connection-end', 'stop', true]);
  });

  it('86: closed WebSocket and timeouts are no state change', () => {
    for (const network of ['closed', 'timeout'] as const) {
      assert.deepEqual(short(broken(network), CHAT, 'not-sent'), ['connection-end', 'next', true]);
      assert.deepEqual(short(broken(network), CHAT, 'sent'), ['connection-end', 'stop', true]);
    }
  });

  it('87: the client left', () => {
    for (const phase of ['not-sent', 'sent', 'answering'] as const) {
      assert.deepEqual(short(broken('cancelled'), CHAT, phase), ['connection-end', 'stop', true]);
    }
  });

  it('has a text even when the failure has none', () => {
    const silent = failureOf(0, '', { network: 'reset' });
    assert.equal(classify(silent, [], CHAT, 'not-sent').message, 'the upstream connection failed');
  });
});

describe('rules of the operator (routing.md 7.4)', () => {
  const rule = (action: RequestScopedRule['action'], more: Partial<RequestScopedRule> = {}) =>
    compileRules([{ status: 400, match: ['too long'], matchRegex: [], action, ...more }]);
  const cases: [RequestScopedRule['action'], 'next' | 'stop', boolean][] = [
    ['stop', 'stop', true],
    ['stop-and-cooldown', 'stop', false],
    ['continue', 'next', true],
    ['continue-and-cooldown', 'next', false],
  ];
  for (const [action, verdict, neutral] of cases) {
    it(`90, 91: ${action}`, () => {
      const outcome = classify(failureOf(400, 'prompt too long'), rule(action), CHAT, 'answering');
      assert.deepEqual(
        [outcome.verdict, outcome.neutral, outcome.forced],
        [verdict, neutral, !neutral],
      );
    });
  }

  it('P20: a rule that continues makes a 403 a fault of the request, for the next credential', () => {
    const rules = rule('continue', { status: 403, match: ['region'] });
    const outcome = classify(failureOf(403, 'blocked region'), rules, CHAT, 'answering');
    assert.deepEqual([outcome.verdict, outcome.neutral], ['next', true]);
  });

  it('P21: a rule that stops and cools ends the request', () => {
    const rules = rule('stop-and-cooldown');
    const outcome = classify(failureOf(400, 'prompt too long'), rules, CHAT, 'answering');
    assert.deepEqual([outcome.verdict, outcome.neutral, outcome.forced], ['stop', false, true]);
  });

  it('wants the exact status and one hit', () => {
    const fallsThrough = (status: number, body: string): void => {
      const outcome = classify(failureOf(status, body), rule('continue'), CHAT, 'answering');
      assert.equal(outcome.verdict, status === 400 ? 'stop' : 'next');
      assert.equal(outcome.neutral, status === 400);
    };
    fallsThrough(500, 'prompt too long');
    fallsThrough(400, 'prompt Too Long');
  });

  it('expressions count like texts; the first rule that fits wins', () => {
    const rules = [
      ...rule('continue', { match: [], matchRegex: ['^quota_.*$'] }),
      ...rule('stop', { match: ['quota'] }),
    ];
    const verdict = (body: string) =>
      classify(failureOf(400, body), rules, CHAT, 'answering').verdict;
    assert.equal(verdict('quota_day'), 'next');
    assert.equal(verdict('no quota'), 'stop');
  });

  it('outrank everything that the answer itself says', () => {
    const rules = compileRules([{ status: 429, match: ['x'], matchRegex: [], action: 'stop' }]);
    const outcome = classify(failureOf(429, 'x'), rules, CHAT, 'answering');
    assert.deepEqual([outcome.verdict, outcome.neutral], ['stop', true]);
  });
});

describe('exceptions of paths (routing.md 6.10)', () => {
  const COMPACT = '/v1/responses/compact';

  it('compact answers some statuses at once', () => {
    for (const status of [400, 404, 405, 409, 413, 422, 501]) {
      assert.deepEqual(short(failureOf(status, 'x'), COMPACT), FAULT, String(status));
    }
  });

  it('compact cools only what concerns the account', () => {
    assert.deepEqual(short(failureOf(401, 'x'), COMPACT), ['auth', 'next', false]);
    assert.deepEqual(short(failureOf(403, 'x'), COMPACT), ['payment', 'next', false]);
    assert.deepEqual(short(failureOf(429, 'x'), COMPACT), ['quota', 'next', false]);
    assert.deepEqual(short(failureOf(500, 'x'), COMPACT), ['transient', 'next', true]);
    const whole = failureOf(500, 'x', { credentialScoped: true });
    assert.deepEqual(short(whole, COMPACT), ['transient', 'next', false]);
    const grant = failureOf(400, { error: 'invalid_grant' });
    assert.deepEqual(short(grant, COMPACT), ['dead-grant', 'next', false]);
  });

  it('compact: a request fault stops, a connection that failed concerns no account', () => {
    assert.deepEqual(short(failureOf(502, withCode('invalid_prompt')), `${COMPACT}/`), FAULT);
    const refused = failureOf(0, 'x', { network: 'reset' });
    assert.deepEqual(short(refused, COMPACT, 'not-sent'), ['other', 'next', true]);
    assert.deepEqual(short(refused, CHAT, 'not-sent'), ['other', 'next', false]);
    assert.deepEqual(short(refused, COMPACT, 'sent'), ['other', 'stop', true]);
  });

  for (const path of ['/v1/messages/count_tokens', '/v1beta/models/gemini-3:countTokens']) {
    it(`P19: ${path}: a 404 counts only when it names the model`, () => {
      for (const body of ['not here', 'no such route']) {
        assert.deepEqual(short(failureOf(404, body), path), ['not-found', 'next', true]);
      }
      const named = [
        withCode('model_not_found'),
        'Model gpt-9 not found',
        'models/gemini-9 is not found for API version v1beta',
        { type: 'error', error: { type: 'not_found_error', message: 'model: claude-9' } },
      ];
      for (const body of named) {
        assert.deepEqual(short(failureOf(404, body), path), ['not-found', 'next', false]);
      }
    });

    it(`${path}: differs: only what concerns turns as well cools, counts have limits of their own`, () => {
      const neutral = (status: number): boolean => short(failureOf(status, 'x'), path)[2] === true;
      assert.deepEqual(
        [400, 403, 429, 500, 503, 529].filter(neutral),
        [400, 403, 429, 500, 503, 529],
      );
      assert.equal(neutral(401), false);
      const lost = failureOf(0, 'x', { network: 'reset' });
      assert.deepEqual(short(lost, path, 'not-sent'), ['other', 'next', true]);
    });
  }
});

describe('message of a failure', () => {
  const message = (status: number, body: unknown) =>
    classify(failureOf(status, body), [], CHAT, 'answering').message;

  it("is the error's own text, wherever it stands", () => {
    assert.equal(message(500, { error: { message: 'boom' } }), 'boom');
    assert.equal(message(500, { error: 'boom' }), 'boom');
    assert.equal(message(500, { message: 'boom' }), 'boom');
    assert.equal(message(500, { detail: 'boom' }), 'boom');
    assert.equal(message(500, ' boom '), 'boom');
  });

  it('is never empty and never a page of HTML', () => {
    assert.equal(message(503, ''), 'Service Unavailable');
    assert.equal(message(599, ''), 'the upstream answered with status 599');
    assert.equal(message(403, '<html>cloudflare'), 'cloudflare challenge');
  });

  it('is bounded, and holds no token', () => {
    assert.equal(message(500, 'x'.repeat(100_000)).length, MAX_MESSAGE_CHARS);
    const text = message(401, { error: { message: 'Incorrect API key: sk-live0123456789abcdef' } });
    assert.ok(!text.includes('0123456789'), text);
  });
});
