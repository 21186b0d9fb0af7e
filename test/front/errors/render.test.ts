/** Error answers before the first byte (routing.md 8, 9, 10; config.md 14; clients.md 2, row 12). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderError, type ErrorSurface } from '../../../src/front/errors/render.ts';
import { MAX_RETRY_SECONDS } from '../../../src/front/errors/retry-after.ts';
import { CATALOGUE, SwitchyardError, type ErrorCode } from '../../../src/errors.ts';
import { turnFailure } from '../../../src/actors/turn-failure.ts';
import { upstreamFailure } from './failures.ts';
import type { Failure } from '../../../src/front/errors/body.ts';

function header(failure: Failure, name: string, surface: ErrorSurface = 'openai') {
  const { headers } = renderError(failure, surface);
  const found = headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name);
  assert.ok(found.length < 2, `${name} is sent twice`);
  return found[0];
}

describe('error bodies', () => {
  const vectors: [name: string, status: number, text: string | null, body: string][] = [
    [
      '106',
      401,
      'bad key',
      '{"error":{"message":"bad key","type":"authentication_error","code":"invalid_api_key"}}',
    ],
    ['107', 418, 'tea', '{"error":{"message":"tea","type":"invalid_request_error"}}'],
    ['108', 500, '{"a":1}', '{"a":1}'],
    [
      '109',
      500,
      ' ',
      '{"error":{"message":"Internal Server Error","type":"server_error","code":"internal_server_error"}}',
    ],
    [
      '403',
      403,
      'no',
      '{"error":{"message":"no","type":"permission_error","code":"insufficient_quota"}}',
    ],
    [
      '404',
      404,
      'no',
      '{"error":{"message":"no","type":"invalid_request_error","code":"model_not_found"}}',
    ],
    [
      '429',
      429,
      'slow',
      '{"error":{"message":"slow","type":"rate_limit_error","code":"rate_limit_exceeded"}}',
    ],
    [
      'unknown status without text',
      599,
      '',
      '{"error":{"message":"Error 599","type":"server_error","code":"internal_server_error"}}',
    ],
    [
      'JSON as it came, blanks included',
      400,
      ' {"error" : {"x":1e2} }\n',
      ' {"error" : {"x":1e2} }\n',
    ],
    ['a bare string', 400, '"quoted"', '"quoted"'],
    ['a number', 400, '7', '7'],
    [
      'HTML',
      502,
      '<html>"x"</html>',
      '{"error":{"message":"<html>\\"x\\"</html>","type":"server_error","code":"internal_server_error"}}',
    ],
  ];
  for (const [name, status, text, body] of vectors) {
    it(name, () => {
      for (const surface of ['openai', 'responses'] as const) {
        const rendered = renderError(upstreamFailure(status, text), surface);
        assert.equal(rendered.status, status);
        assert.equal(rendered.body, body);
        assert.deepEqual(rendered.headers.slice(0, 2), ['content-type', 'application/json']);
      }
    });
  }

  it('a failure without a status is a 500 with its text (routing.md 7.5)', () => {
    const rendered = renderError(upstreamFailure(0, null, { message: 'socket hang up' }), 'openai');
    assert.equal(rendered.status, 500);
    assert.match(rendered.body, /"message":"socket hang up","type":"server_error"/);
  });

  it('one that we can name has the status of a gateway (the reference: 504 or 500)', () => {
    for (const [code, status] of [
      ['upstream_timeout', 504],
      ['upstream_stalled', 504],
      ['upstream_connect_failed', 502],
      ['upstream_connection_lost', 502],
      ['cancelled', 499],
    ] as const) {
      const rendered = renderError(upstreamFailure(0, 'no answer', { code }), 'openai');
      assert.equal(rendered.status, status);
      assert.match(rendered.body, /"message":"no answer"/);
    }
  });

  it('failures at the upstream have the code of their status', () => {
    const broken = upstreamFailure(502, 'bad', { code: 'upstream_bad_answer' });
    assert.match(renderError(broken, 'openai').body, /"code":"internal_server_error"/);
  });

  it('a status that is no error never reaches the client as one', () => {
    for (const status of [101, 204, 302, 999]) {
      assert.equal(renderError(upstreamFailure(status, 'moved'), 'openai').status, 502);
    }
  });

  it('110: a cancelled request is a 499', () => {
    assert.equal(renderError(new SwitchyardError('cancelled'), 'openai').status, 499);
  });

  it('an unknown model names the parameter (routing.md 3.4)', () => {
    const error = new SwitchyardError('unknown_model', {
      message: 'unknown provider for model foo',
      param: 'model',
    });
    assert.equal(
      renderError(error, 'openai').body,
      '{"error":{"message":"unknown provider for model foo","type":"invalid_request_error","code":"model_not_found","param":"model"}}',
    );
  });

  it('codes of our own are said, where the reference has only the one of the status', () => {
    const rendered = renderError(turnFailure(new SwitchyardError('host_lost')), 'openai');
    assert.equal(rendered.status, 502);
    assert.match(rendered.body, /"type":"server_error","code":"host_lost"/);
  });

  it('4.8: nobody to pick keeps the code of the reference', () => {
    for (const code of ['auth_not_found', 'auth_unavailable'] as const) {
      const rendered = renderError(new SwitchyardError(code), 'openai');
      assert.equal(rendered.status, 503);
      assert.match(rendered.body, /"type":"server_error","code":"internal_server_error"/);
    }
  });

  it('a ready body is the body', () => {
    const body = '{"error":{"code":"model_cooldown","reset_seconds":13}}';
    assert.equal(renderError(new SwitchyardError('model_cooldown', { body }), 'openai').body, body);
  });

  it('every code of the catalogue gives JSON with a message', () => {
    for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
      const { status, body } = renderError(new SwitchyardError(code), 'openai');
      assert.equal(status, CATALOGUE[code].status);
      const { error } = JSON.parse(body) as { error: { message: string; type: string } };
      assert.equal(error.message, CATALOGUE[code].message);
      assert.notEqual(error.type, '');
    }
  });

  it('9.5: upstream JSON with another shape is not touched', () => {
    const body = '{"detail":{"code":"deactivated_workspace"}}';
    assert.equal(renderError(upstreamFailure(402, body), 'responses').body, body);
  });
});

describe('access errors, config.md 14', () => {
  it('missing and wrong keys', () => {
    for (const [code, text] of [
      ['missing_api_key', 'Missing API key'],
      ['invalid_api_key', 'Invalid API key'],
    ] as const) {
      const rendered = renderError(new SwitchyardError(code), 'access');
      assert.equal(rendered.status, 401);
      assert.equal(rendered.body, JSON.stringify({ error: text }));
      assert.ok(!rendered.headers.includes('www-authenticate'));
    }
  });

  it('sample keys', () => {
    const message = 'replace the template values in api-keys before using the API';
    const error = new SwitchyardError('unsafe_example_api_key', { message });
    const rendered = renderError(error, 'access');
    assert.equal(rendered.status, 403);
    assert.equal(header(error, 'x-cpa-safe-mode', 'access'), 'example-api-key');
    assert.deepEqual(JSON.parse(rendered.body), { error: 'unsafe_example_api_key', message });
  });
});

describe('headers of errors', () => {
  const cooldown = (ms: number) => new SwitchyardError('model_cooldown', { retryAfterMs: ms });
  const usage = (type: string) => JSON.stringify({ error: { type, message: 'x' } });

  const waits: [string, Failure, string | undefined][] = [
    ['102: a cooldown, also without passthrough', cooldown(12_300), '13'],
    ['a moment', cooldown(1), '1'],
    ['nothing left', cooldown(0), '1'],
    [
      'an hour: the OpenAI SDK ignores it, Codex would hang',
      cooldown(3_600_000),
      String(MAX_RETRY_SECONDS),
    ],
    ['429 without a hint: Codex needs one', upstreamFailure(429, 'slow'), '1'],
    ['429 with a hint', upstreamFailure(429, 'slow', { retryAfterMs: 4200 }), '5'],
    ['503 of the upstream', upstreamFailure(503, 'busy'), '1'],
    ['too many requests of our own', new SwitchyardError('overloaded'), '1'],
    ['a turn that no credential took', turnFailure(new SwitchyardError('mailbox_full')), '1'],
    [
      'usage limit: final',
      upstreamFailure(429, usage('usage_limit_reached'), { retryAfterMs: 9 }),
      undefined,
    ],
    ['usage limit in another case', upstreamFailure(429, usage('Usage_Limit_Reached')), undefined],
    ['no quota: final', upstreamFailure(429, '{"error":{"code":"insufficient_quota"}}'), undefined],
    ['rate limit', upstreamFailure(429, usage('rate_limit_error')), '1'],
    ['an error without words', upstreamFailure(429, '{"error":"slow"}'), '1'],
    ['nobody configured: waiting does not help', new SwitchyardError('auth_not_found'), undefined],
    ['an image model', new SwitchyardError('image_model_on_text_route'), undefined],
    ['another status', upstreamFailure(500, 'x', { retryAfterMs: 4000 }), undefined],
  ];
  for (const [name, failure, seconds] of waits) {
    it(`retry-after, ${name}`, () => assert.equal(header(failure, 'retry-after'), seconds));
  }

  it('113: upstream headers of an error are filtered too (the reference does not)', () => {
    const headers = [
      'Set-Cookie',
      'a=1',
      'X-Request-Id',
      'r1',
      'Connection',
      'X-Foo',
      'X-Foo',
      '1',
    ];
    const { headers: sent } = renderError(upstreamFailure(500, 'x', { headers }), 'openai');
    assert.deepEqual(sent, ['content-type', 'application/json', 'X-Request-Id', 'r1']);
  });

  it('the waiting time of the pool replaces the one of a single account', () => {
    const headers = ['Retry-After', '600', 'content-type', 'text/html'];
    const { headers: sent } = renderError(upstreamFailure(429, 'x', { headers }), 'openai');
    assert.deepEqual(sent, ['content-type', 'application/json', 'retry-after', '1']);
  });

  it('an unknown content-encoding is answered with the known ones', () => {
    const error = new SwitchyardError('unsupported_encoding');
    assert.equal(header(error, 'accept-encoding'), 'gzip, deflate, br, zstd');
  });
});
