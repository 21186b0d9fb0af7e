/** Error mapping of Codex: vectors 48-57, 59-62 of codex.md 9.7 and 65-69 of 9.8. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import type { UpstreamFailure } from '../../../src/providers/types.ts';
import { event, NOW } from '../support.ts';

interface Expected {
  status: number;
  /** Seconds. */
  retryAfter?: number;
  evidence?: string;
  /** JSON, or text. */
  body?: unknown;
  headers?: string[];
}

function check(failure: UpstreamFailure | undefined, expected: Expected): void {
  assert.ok(failure);
  assert.equal(failure.status, expected.status);
  const seconds = failure.retryAfterMs === undefined ? undefined : failure.retryAfterMs / 1000;
  assert.equal(seconds, expected.retryAfter);
  assert.equal(failure.evidence, expected.evidence);
  if (typeof expected.body === 'string') assert.equal(failure.body, expected.body);
  else if (expected.body !== undefined) assert.deepEqual(JSON.parse(failure.body), expected.body);
  if (expected.headers !== undefined) assert.deepEqual(failure.headers, expected.headers);
  assert.equal(failure.network, 'none');
  assert.equal(failure.credentialScoped, false);
}

const failed = (error: unknown) => ({ type: 'response.failed', response: { id: 'r', error } });

const error = (message: string, code: string, type = 'invalid_request_error') => ({
  error: { message, type, code },
});

const limit = (parts: Record<string, unknown>) => ({
  type: 'usage_limit_reached',
  message: 'The usage limit has been reached',
  plan_type: 'plus',
  ...parts,
});

describe('failures inside a stream', () => {
  const slow = { code: 'rate_limit_exceeded', message: 'slow down' };
  const overloaded = {
    code: 'server_is_overloaded',
    type: 'service_unavailable_error',
    message: 'overloaded',
  };
  const window = 'Your input exceeds the context window';
  const cases: [string, unknown, Expected][] = [
    ['48', failed(slow), { status: 429, body: { error: slow } }],
    ['49', failed(overloaded), { status: 502, body: { error: overloaded } }],
    [
      '50',
      failed({ code: 'context_length_exceeded', message: window }),
      { status: 400, body: error(window, 'context_too_large') },
    ],
    [
      '51',
      { type: 'error', error: limit({ resets_in_seconds: 3600 }) },
      {
        status: 429,
        retryAfter: 3600,
        evidence: 'error.resets_in_seconds',
        body: { error: limit({ resets_in_seconds: 3600 }) },
      },
    ],
    [
      '52: parts beside the type',
      { type: 'error', message: 'bad thing', code: 'invalid_prompt' },
      { status: 502, body: { error: { message: 'bad thing', code: 'invalid_prompt' } } },
    ],
    [
      '52: plain text',
      { type: 'error', error: 'plain text' },
      { status: 502, body: { error: { message: 'plain text' } } },
    ],
    [
      '52: nothing',
      { type: 'response.failed', response: {} },
      { status: 502, body: { error: { message: 'upstream stream failed without error details' } } },
    ],
    [
      '53',
      {
        type: 'error',
        error: { code: 'cyber_policy', type: 'invalid_request', message: 'flagged' },
      },
      { status: 400 },
    ],
    [
      '54',
      failed({ code: 'invalid_encrypted_content', message: 'bad sig' }),
      { status: 400, body: error('bad sig', 'thinking_signature_invalid') },
    ],
    ['69', { type: 'error', error: { message: 'no status' } }, { status: 502 }],
    [
      'a code without a message',
      failed({ code: 'boom' }),
      { status: 502, body: { error: { code: 'boom', message: 'boom' } } },
    ],
    ['an own status', failed({ message: 'x', status: 503 }), { status: 503 }],
    ['an own status outside 400-599', failed({ message: 'x', status: 200 }), { status: 502 }],
    ['a forbidden model', failed({ type: 'permission_error', message: 'x' }), { status: 403 }],
    ['an unknown model', failed({ code: 'Model_Not_Found', message: 'x' }), { status: 404 }],
    [
      'a usage limit that is only a code',
      failed({ code: 'usage_limit_reached', message: 'x', resets_in_seconds: 5 }),
      { status: 429, retryAfter: 5, evidence: 'error.resets_in_seconds' },
    ],
    [
      'a whole answer that failed',
      { object: 'response', status: 'failed', error: slow },
      { status: 429 },
    ],
    ["a relay's bare error", { error: { message: 'x', code: 'invalid_api_key' } }, { status: 401 }],
  ];
  for (const [name, data, expected] of cases) {
    it(name, () => check(codexProvider.failureOfEvent(event(data), NOW), expected));
  }

  const normal: unknown[] = [
    { type: 'response.created', response: { id: 'r', error: null } },
    { type: 'response.output_text.delta', delta: 'error' },
    { type: 'response.completed', response: { status: 'completed', error: null } },
    { type: 'response.incomplete', response: { status: 'incomplete' } },
    { type: 'codex.rate_limits', rate_limits: {} },
    { type: 'keepalive' },
    { object: 'response', status: 'completed', error: null },
    { object: 'response.compaction', output: [] },
    '[DONE]',
    '',
    '[1]',
  ];
  for (const data of normal) {
    it(`no failure: ${JSON.stringify(data)}`, () => {
      assert.equal(codexProvider.failureOfEvent(event(data), NOW), undefined);
    });
  }
});

describe('answers with an error status', () => {
  const previous = "Previous response with id 'resp_x' not found.";
  const fullLength = "This model's maximum context length is 1000";
  const at = { type: 'usage_limit_reached', resets_at: 1893456000, resets_in_seconds: 60 };
  const untilReset = 1893456000 - NOW / 1000;
  const cases: [string, number, unknown, Expected][] = [
    [
      '55: under any status',
      400,
      { error: limit({ resets_in_seconds: 90 }) },
      {
        status: 429,
        retryAfter: 90,
        evidence: 'error.resets_in_seconds',
        body: { error: limit({ resets_in_seconds: 90 }) },
      },
    ],
    [
      '55: another spelling has no time',
      400,
      { error: limit({ type: 'Usage_Limit_Reached', resets_in_seconds: 90 }) },
      { status: 429 },
    ],
    [
      '56: resets_at wins',
      429,
      { error: at },
      { status: 429, retryAfter: untilReset, evidence: 'error.resets_at' },
    ],
    [
      '56: resets_at in the past',
      429,
      { error: { ...at, resets_at: NOW / 1000 - 1 } },
      { status: 429, retryAfter: 60, evidence: 'error.resets_in_seconds' },
    ],
    [
      '57',
      503,
      { error: { message: 'Selected model is at capacity. Please try a different model.' } },
      { status: 429 },
    ],
    [
      '59',
      401,
      '{"detail":"Unauthorized"}',
      {
        status: 401,
        body: error('{"detail":"Unauthorized"}', 'auth_unavailable', 'authentication_error'),
      },
    ],
    [
      '59: empty',
      401,
      '',
      { status: 401, body: error('Unauthorized', 'auth_unavailable', 'authentication_error') },
    ],
    ['60: 413', 413, 'too big', { status: 413, body: error('too big', 'context_too_large') }],
    ['60: 400', 400, fullLength, { status: 400, body: error(fullLength, 'context_too_large') }],
    [
      '61',
      400,
      { error: { message: previous, code: 'previous_response_not_found' } },
      { status: 400, body: error(previous, 'previous_response_not_found') },
    ],
    [
      '62: 402',
      402,
      '{"detail":{"code":"deactivated_workspace"}}',
      { status: 402, body: '{"detail":{"code":"deactivated_workspace"}}' },
    ],
    ['62: 500', 500, 'upstream exploded', { status: 500, body: 'upstream exploded' }],
    [
      '63',
      429,
      { error: { type: 'rate_limit_error', message: 'Rate limit reached' } },
      { status: 429, body: { error: { type: 'rate_limit_error', message: 'Rate limit reached' } } },
    ],
    [
      'a rate limit that counts tokens is no context error (reference: context_too_large)',
      429,
      { error: { message: 'too many tokens per minute' } },
      { status: 429, body: { error: { message: 'too many tokens per minute' } } },
    ],
    ['an empty body gets a text', 500, ' ', { status: 500, body: 'Internal Server Error' }],
    [
      'an unknown status too',
      599,
      '',
      { status: 599, body: 'the upstream answered with status 599' },
    ],
  ];
  for (const [name, status, body, expected] of cases) {
    it(name, () => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      check(codexProvider.failureOfResponse(status, ['x-a', '1'], text, NOW), {
        headers: ['x-a', '1'],
        ...expected,
      });
    });
  }
});

describe('Retry-After (not read by the reference)', () => {
  const slow = JSON.stringify({ error: { type: 'rate_limit_error', message: 'slow' } });
  const cases: [string, number, string, string, number | undefined][] = [
    ['seconds', 429, slow, '17', 17],
    ['a date', 429, slow, new Date(NOW + 30_000).toUTCString(), 30],
    ['a date in the past', 429, slow, new Date(NOW - 30_000).toUTCString(), undefined],
    ['nonsense', 429, slow, 'soon', undefined],
    ['a number without end', 429, slow, '9'.repeat(40), undefined],
    ['overload', 503, 'busy', '2', 2],
    ['another status', 500, 'x', '2', undefined],
    [
      'a body with its own time',
      429,
      JSON.stringify({ error: limit({ resets_in_seconds: 9 }) }),
      '17',
      9,
    ],
    [
      'a model at capacity',
      429,
      'model is at capacity. please try a different model',
      '17',
      undefined,
    ],
  ];
  for (const [name, status, body, header, seconds] of cases) {
    it(name, () => {
      const failure = codexProvider.failureOfResponse(status, ['Retry-After', header], body, NOW);
      assert.equal(failure.retryAfterMs, seconds === undefined ? undefined : seconds * 1000);
      if (seconds === 17) assert.equal(failure.evidence, 'retry-after');
    });
  }
});

describe('error frames with a status', () => {
  const frames: [string, Record<string, unknown>, Expected][] = [
    [
      '65',
      {
        type: 'error',
        status: 429,
        error: { type: 'usage_limit_reached', message: 'limit', resets_in_seconds: 42 },
        headers: {
          'x-codex-primary-used-percent': '100',
          'retry-after': 17,
          'x-bool': true,
          'x-null': null,
          'x-bad': 'a\nb',
        },
      },
      {
        status: 429,
        retryAfter: 42,
        evidence: 'error.resets_in_seconds',
        body: {
          status: 429,
          error: { type: 'usage_limit_reached', message: 'limit', resets_in_seconds: 42 },
        },
        headers: [
          ...['X-Codex-Primary-Used-Percent', '100'],
          ...['Retry-After', '17'],
          ...['X-Bool', 'true'],
        ],
      },
    ],
    [
      '66',
      { type: 'error', status: 400, error: { code: 'websocket_connection_limit_reached' } },
      { status: 400, retryAfter: 0, evidence: 'websocket_connection_limit_reached' },
    ],
    [
      '67: not re-classified',
      {
        type: 'error',
        status_code: 401,
        body: { error: { code: 'invalid_api_key', message: 'no' } },
      },
      {
        status: 401,
        body: {
          status: 401,
          body: { error: { code: 'invalid_api_key', message: 'no' } },
          error: { code: 'invalid_api_key', message: 'no' },
        },
      },
    ],
    [
      '68',
      { type: 'error', status: 503 },
      {
        status: 503,
        body: { status: 503, error: { type: 'server_error', message: 'Service Unavailable' } },
      },
    ],
  ];
  for (const [name, frame, expected] of frames) {
    it(name, () => check(codexProvider.failureOfEvent(event(frame), NOW), expected));
  }
});
