/** Errors for Gemini clients: Google's form, its status words, the time to wait. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  googleArrayError,
  googleErrorBody,
  googleStreamError,
} from '../../../src/front/errors/google.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { surfaceOf } from '../../../src/front/surfaces.ts';
import { upstreamFailure } from './failures.ts';
import type { GeminiChunk } from '../../support/gemini.ts';

const told = (body: string): GeminiChunk['error'] => (JSON.parse(body) as GeminiChunk).error;

describe("errors in Google's form", () => {
  const STATUSES: [status: number, word: string][] = [
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [402, 'INVALID_ARGUMENT'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [413, 'INVALID_ARGUMENT'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
    [529, 'INTERNAL'],
  ];
  for (const [status, word] of STATUSES) {
    it(`${String(status)} is ${word}`, () => {
      const error = told(googleErrorBody(upstreamFailure(status, '{"error":{"message":"no"}}')));
      assert.deepEqual([error?.code, error?.status, error?.message], [status, word, 'no']);
    });
  }

  const BODIES: [body: string | null, message: string][] = [
    ['{"error":"plain"}', 'plain'],
    ['{"message":"flat"}', 'flat'],
    ['{"detail":"of a gateway"}', 'of a gateway'],
    ['"a text"', 'a text'],
    ['<html>busy</html>', '<html>busy</html>'],
    ['', 'Bad Gateway'],
    [null, 'Bad Gateway'],
  ];
  for (const [body, message] of BODIES) {
    it(`the words of ${String(body)}`, () => {
      const failure = upstreamFailure(502, body, { message: '' });
      assert.equal(told(googleErrorBody(failure))?.message, message);
    });
  }

  it('what has the form already goes through', () => {
    const body = '{\n "error": {"code": 400, "message": "no", "status": "FAILED_PRECONDITION"}\n}';
    assert.equal(googleErrorBody(upstreamFailure(400, body)), body);
    const list = upstreamFailure(400, `[${body}\n]`);
    assert.deepEqual(JSON.parse(googleErrorBody(list)), JSON.parse(body), 'in a list, too');
  });

  it('our own code, and the time to wait', () => {
    const error = new SwitchyardError('model_cooldown', { retryAfterMs: 6_500 });
    assert.deepEqual(told(googleErrorBody(error))?.details, [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'model_cooldown',
        domain: 'switchyard',
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
    ]);
  });

  it('in a stream it is one event on one line, in an array the last element', () => {
    const failure = upstreamFailure(
      500,
      '{"error":{"code":500,"message":"x",\n"status":"INTERNAL"}}',
    );
    assert.match(googleStreamError(failure), /^event: error\ndata: \{[^\n]*\}\n\n$/);
    const array = `[{"candidates":[]}\n${googleArrayError(failure)}`;
    const [, last] = JSON.parse(array) as GeminiChunk[];
    assert.equal(last?.error?.message, 'x');
  });
});

describe('the surface of Gemini clients', () => {
  const FORMS: [query: string, form: 'array' | undefined][] = [
    ['alt=sse', undefined],
    ['%24alt=sse', undefined],
    ['key=k&alt=sse', undefined],
    ['', 'array'],
    ['alt=json', 'array'],
    ['alt=json&$alt=sse', 'array'],
  ];
  for (const [query, form] of FORMS) {
    it(`${query || 'no query'}: ${form ?? 'events'}`, () =>
      assert.equal(surfaceOf('gemini', query).streamForm, form));
  }

  it('stays alive by line feeds, never by comments', () => {
    assert.equal(surfaceOf('gemini', 'alt=sse').keepAlive, '\n');
    assert.equal(surfaceOf('gemini').keepAlive, '\n');
  });
});
