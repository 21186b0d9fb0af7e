/** Terminal events of broken Responses streams (codex.md 3.3, 9.10; routing.md 9.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isOfficialCodexClient,
  streamFailureFrame,
  type StreamFailure,
} from '../../../src/formats/responses/failure.ts';
import { MAX_MESSAGE, MAX_WORD } from '../../../src/formats/responses/sanitise.ts';

function failed(status: number, body: string | null, code = 'upstream_error'): StreamFailure {
  return { code, status, message: body ?? 'it broke', body };
}

function dataOf(frame: string, event: string): Record<string, unknown> {
  const [first, second, ...rest] = frame.split('\n');
  assert.equal(first, `event: ${event}`);
  assert.deepEqual(rest, ['', '']);
  assert.ok(second !== undefined && second.startsWith('data: '));
  return JSON.parse(second.slice(6)) as Record<string, unknown>;
}

const others = (failure: StreamFailure) => dataOf(streamFailureFrame(failure, false), 'error');

function official(failure: StreamFailure): unknown {
  const data = dataOf(streamFailureFrame(failure, true), 'response.failed');
  const { response, ...envelope } = data as { response: { status: string; error: unknown } };
  assert.deepEqual(envelope, { type: 'response.failed', sequence_number: 0 });
  assert.equal(response.status, 'failed');
  return response.error;
}

describe('failure frame', () => {
  const slowDown = { code: 'rate_limit_exceeded', message: 'slow down' };

  it('78: an error object inside response', () => {
    const response = { status: 'failed', error: slowDown };
    for (const body of [{ type: 'response.failed', response }, { error: slowDown }]) {
      const failure = failed(429, JSON.stringify(body));
      assert.equal(
        streamFailureFrame(failure, false),
        'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"slow down","sequence_number":0}\n\n',
      );
      assert.equal(
        streamFailureFrame(failure, true),
        'event: response.failed\ndata: {"type":"response.failed","sequence_number":0,"response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"}}}\n\n',
      );
    }
  });

  it('79: code and message at the top', () => {
    const failure = failed(502, '{"code":"x","message":"y"}');
    assert.deepEqual(official(failure), { code: 'x', message: 'y', type: 'server_error' });
    assert.deepEqual(others(failure), {
      type: 'error',
      code: 'x',
      message: 'y',
      sequence_number: 0,
    });
  });

  it('81: the error of the guard', () => {
    const text = 'invalid SSE data JSON (len=5): "{bad}"';
    assert.equal(
      streamFailureFrame(failed(502, text, 'upstream_bad_answer'), false),
      'event: error\ndata: {"type":"error","code":"internal_server_error","message":"invalid SSE data JSON (len=5): \\"{bad}\\"","sequence_number":0}\n\n',
    );
  });

  it('82: incomplete after data', () => {
    const failure = failed(
      408,
      'stream closed before response.completed',
      'upstream_incomplete_stream',
    );
    assert.equal(others(failure)['code'], 'request_timeout');
    assert.deepEqual(official(failure), {
      type: 'invalid_request_error',
      code: 'request_timeout',
      message: 'stream closed before response.completed',
    });
  });

  const codes: [number, string][] = [
    [401, 'invalid_api_key'],
    [403, 'insufficient_quota'],
    [404, 'model_not_found'],
    [429, 'rate_limit_exceeded'],
    [500, 'internal_server_error'],
    [400, 'invalid_request_error'],
    [422, 'invalid_request_error'],
    [0, 'internal_server_error'],
    [302, 'unknown_error'],
  ];
  for (const [status, code] of codes) {
    it(`status ${status} is ${code}`, () =>
      assert.equal(others(failed(status, 'x'))['code'], code));
  }

  it('9.3: text for Codex', () => {
    assert.deepEqual(official(failed(500, 'boom')), {
      type: 'server_error',
      code: 'internal_server_error',
      message: 'boom',
    });
  });

  it('a failure of our own has its own code', () => {
    const failure = failed(502, null, 'host_lost');
    assert.deepEqual(others(failure), {
      type: 'error',
      code: 'host_lost',
      message: 'it broke',
      sequence_number: 0,
    });
  });

  it('a connection that is lost has the words of a server error', () => {
    const failure = failed(0, 'reset', 'upstream_connection_lost');
    assert.equal(others(failure)['code'], 'internal_server_error');
    assert.equal((official(failure) as { type: string }).type, 'server_error');
  });

  it('only known members of an error object survive', () => {
    const error = {
      type: 'usage_limit_reached',
      message: 'limit',
      code: 7,
      param: null,
      plan_type: 'plus',
      resets_in_seconds: 42,
    };
    assert.deepEqual(official(failed(429, JSON.stringify({ error }))), {
      type: 'usage_limit_reached',
      message: 'limit',
      code: '7',
      param: null,
    });
  });

  it('never says nothing', () => {
    const bodies = ['', ' ', '{}', '{"error":{}}', '{"error":{"message":""}}', '[]', 'null', null];
    for (const body of bodies) {
      const failure = { code: 'upstream_error', status: 500, message: '', body };
      assert.notEqual(others(failure)['message'], '');
      assert.notEqual((official(failure) as { message: string }).message, '');
    }
  });

  it('an error that is text, and one with only a code', () => {
    assert.equal(others(failed(502, '{"error":"plain text"}'))['message'], 'plain text');
    assert.equal(others(failed(502, '{"error":{"code":"c1"}}'))['message'], 'c1');
  });

  it('cuts texts between code points', () => {
    const error = { message: '😀'.repeat(MAX_MESSAGE + 1), code: 'c'.repeat(MAX_WORD + 1) };
    const data = others(failed(500, JSON.stringify({ error })));
    assert.equal(data['message'], `${'😀'.repeat(MAX_MESSAGE)}…`);
    assert.equal(data['code'], `${'c'.repeat(MAX_WORD)}…`);
    const whole = others(failed(500, 'é'.repeat(MAX_MESSAGE)));
    assert.equal(whole['message'], 'é'.repeat(MAX_MESSAGE));
  });

  const secrets: [string, string][] = [
    ['bad Bearer sk-12345, sorry', 'bad [REDACTED], sorry'],
    ['api_key=sk-1&x=2', 'api_key=[REDACTED]&x=2'],
    ['"access_token": "abc.def"', '"access_token": "[REDACTED]"'],
    ['refresh_token:abc', 'refresh_token:[REDACTED]'],
    ['Authorization: Bearer abc', 'Authorization: [REDACTED]'],
    ['client_secret = s3cret;', 'client_secret = [REDACTED];'],
    ['too many tokens: 300000', 'too many tokens: 300000'],
  ];
  for (const [text, shown] of secrets) {
    it(`shows ${shown}`, () => assert.equal(others(failed(500, text))['message'], shown));
  }

  it('a line end in a text can not start another field', () => {
    const frame = streamFailureFrame(
      failed(500, 'a\n\nevent: response.completed\ndata: {}'),
      false,
    );
    assert.equal(frame.match(/^event:/gm)?.length, 1);
  });
});

describe('official Codex clients', () => {
  const cases: [userAgent: string | undefined, originator: string | undefined, boolean][] = [
    ['Codex Desktop/1.2', undefined, true],
    ['codex-tui/0.169.0 (Debian)', undefined, true],
    ['codex_cli_rs/0.98.0', undefined, true],
    ['codex_cli_rs', undefined, true],
    ['codex_cli_rs-fork/1', undefined, false],
    ['my codex_cli_rs/1', undefined, false],
    [undefined, 'CODEX_CLI_RS', true],
    [undefined, 'Codex Desktop/1.0', true],
    [undefined, 'codex-tui', true],
    [undefined, 'codex-tuition', false],
    // clients.md 5.2: Codex without a terminal; the reference treats it as any other client.
    ['codex_exec/0.169.0 (Debian 12.0.0; x86_64)', 'codex_exec', true],
    ['opencode/1.18.33', 'opencode', false],
    [undefined, undefined, false],
  ];
  for (const [userAgent, originator, expected] of cases) {
    it(`${userAgent} / ${originator}: ${expected}`, () =>
      assert.equal(isOfficialCodexClient(userAgent, originator), expected));
  }
});
