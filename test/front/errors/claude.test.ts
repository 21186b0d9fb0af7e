import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  claudeErrorBody,
  claudeStatus,
  claudeStreamError,
} from '../../../src/front/errors/claude.ts';
import { failure as turnFailure } from '../routing-support.ts';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import { vectorById } from '../../support/vectors.ts';
import type { TurnFailure } from '../../../src/turn.ts';

const failure = (status: number, body: string | null = null): TurnFailure =>
  turnFailure(status, { message: 'no luck', body });

interface ErrorBody {
  type: string;
  error: { type: string; message: string };
  request_id?: string;
}

const told = (error: TurnFailure): ErrorBody =>
  JSON.parse(claudeErrorBody(error, 'abcd')) as ErrorBody;

describe('error types of Anthropic by status, codex.md 7.4', () => {
  const types: [number, string][] = [
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [408, 'timeout_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ];
  for (const [status, type] of types) {
    it(String(status), () => {
      assert.equal(claudeStatus(failure(status)), status);
      assert.deepEqual(told(failure(status)), {
        type: 'error',
        error: { type, message: 'no luck' },
        request_id: 'req_abcd',
      });
    });
  }
});

describe("the upstream's own words win", () => {
  it('type and message', () => {
    const body = '{"error":{"type":"usage_limit_reached","message":"wait"}}';
    assert.deepEqual(told(failure(429, body)).error, {
      type: 'usage_limit_reached',
      message: 'wait',
    });
  });

  it('plain text, other JSON, a list, nothing', () => {
    assert.equal(told(failure(502, '<html>')).error.message, '<html>');
    assert.equal(told(failure(502, '{"detail":"busy"}')).error.message, 'busy');
    assert.equal(told(failure(429, '[{"error":{"message":"later"}}]')).error.message, 'later');
    assert.equal(told(failure(502, '')).error.message, 'no luck');
  });
});

describe('a conversation that is too long: the words after which Claude Code compacts it', () => {
  const said = 'Your input exceeds the context window of this model.';
  const openai = "This model's maximum context length is 128000 tokens.";
  const google = 'The input token count (1200000) exceeds the maximum number of tokens allowed.';
  const cases: [name: string, status: number, error: object][] = [
    ['Codex', 400, { message: said, type: 'invalid_request_error', code: 'context_too_large' }],
    ['chat, by its code', 400, { message: 'Too much.', code: 'context_length_exceeded' }],
    ['chat, by its words', 400, { message: openai, type: 'BadRequestError', code: 400 }],
    ['a status of its own', 413, { message: openai, type: 'invalid_request_error' }],
    ['Google', 400, { message: google, status: 'INVALID_ARGUMENT', code: 400 }],
  ];
  for (const [name, status, error] of cases) {
    it(name, () => {
      const failed = failure(status, JSON.stringify({ error }));
      assert.equal(claudeStatus(failed), 400);
      const { type, message } = told(failed).error;
      assert.equal(type, 'invalid_request_error');
      assert.equal(message, `prompt is too long: ${(error as { message: string }).message}`);
    });
  }

  it('what Anthropic says stays as it is', () => {
    const message = 'prompt is too long: 210000 tokens > 200000 maximum';
    const error = { type: 'invalid_request_error', message };
    assert.equal(told(failure(400, JSON.stringify({ error }))).error.message, message);
    const limit = 'input length and `max_tokens` exceed context limit: 1 + 2 > 2';
    const other = JSON.stringify({ error: { ...error, message: limit } });
    assert.equal(told(failure(400, other)).error.message, limit);
  });

  it('limits of rates say nothing about the conversation', () => {
    const body = JSON.stringify({ error: { message: 'It exceeds the context window a minute' } });
    assert.equal(told(failure(429, body)).error.message, 'It exceeds the context window a minute');
  });
});

describe('G10: error events of Codex', () => {
  const { events, out } = vectorById('G10');
  const frames = out as [number, { data: { error: unknown } }][];
  for (const [index, { data }] of frames) {
    it(JSON.stringify(events?.[index]), () => {
      const json = events?.[index];
      const found = codexProvider.failureOfEvent({ event: 'error', data: '', json }, 0);
      assert.ok(found !== undefined);
      assert.deepEqual(told(failure(found.status, found.body)).error, data.error);
    });
  }
});

it('the end of a stream that broke is one frame, without the id if there is none', () => {
  const frame = claudeStreamError(failure(502, '{\n"error":{"message":"a\\nb"}}'), undefined);
  const expected = '{"type":"error","error":{"type":"api_error","message":"a\\nb"}}';
  assert.equal(frame, `event: error\ndata: ${expected}\n\n`);
});
