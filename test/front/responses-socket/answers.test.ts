/** What goes back over a client WebSocket: events as frames, errors, ends (codex.md 3.8, 3.9). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerFrames } from '../../../src/front/responses-socket/answer-frames.ts';
import { answerTo } from '../../../src/front/responses-socket/closing.ts';
import { errorFrame } from '../../../src/front/responses-socket/error-frame.ts';
import { NO_SUMMARY } from '../../../src/actors/turn-failure.ts';
import { prewarmFrames } from '../../../src/front/responses-socket/prewarm.ts';
import { SwitchyardError, type ErrorCode } from '../../../src/errors.ts';
import { responsesSse, responsesTurn, usageLimitBody } from '../../support/turns.ts';
import type { TurnFailure } from '../../../src/turn.ts';

const failure = (parts: Partial<TurnFailure>): TurnFailure => ({
  code: 'upstream_error',
  status: 502,
  message: 'm',
  body: null,
  headers: [],
  retryAfterMs: null,
  verdict: 'stop',
  neutral: false,
  summary: NO_SUMMARY,
  ...parts,
});

const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('events as frames', () => {
  const events = responsesTurn({ text: 'häl☃lo' });
  const text = responsesSse(events);
  const wanted = events.map((event) => JSON.stringify(event));

  it('are the JSON of each event, wherever the bytes are cut', () => {
    const bytes = Buffer.from(`: comment\n\n${text}data: [DONE]\n\n`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const answer = new AnswerFrames();
      const frames = [...answer.push(bytes.subarray(0, cut)), ...answer.push(bytes.subarray(cut))];
      assert.deepEqual(frames, wanted, `cut at ${cut}`);
      assert.equal(answer.completed, true);
    }
  });

  it('byte by byte', () => {
    const answer = new AnswerFrames();
    const frames = [...Buffer.from(text)].flatMap((byte) => answer.push(Buffer.from([byte])));
    assert.deepEqual(frames, wanted);
  });

  it('know the whole answer', () => {
    const answer = new AnswerFrames();
    answer.push(Buffer.from(text));
    assert.equal(answer.responseId, 'resp_77');
    assert.equal(answer.output.length, 1);
    assert.equal(answer.output[0]?.['type'], 'message');
  });

  it('nothing follows the end, and an incomplete answer is none', () => {
    const answer = new AnswerFrames();
    const end = 'event: response.incomplete\ndata: {"type":"response.incomplete"}\n\n';
    assert.equal(answer.push(Buffer.from(end + text)).length, 1);
    assert.equal(answer.terminal, true);
    assert.equal(answer.completed, false);
    assert.deepEqual(answer.output, []);
  });

  it('several data lines are one frame', () => {
    const answer = new AnswerFrames();
    const frames = answer.push(Buffer.from('event: x\ndata: {"a":\ndata: 1}\n\n'));
    assert.deepEqual(frames, ['{"a":\n1}']);
  });

  it('what is no object is dropped', () => {
    const answer = new AnswerFrames();
    assert.deepEqual(answer.push(Buffer.from('data:\n\ndata: 7\n\nevent: x\n\n:\n\n')), []);
  });
});

describe('errors as frames', () => {
  it("keep the upstream's own error, with everything in it", () => {
    const frame = read(errorFrame(failure({ status: 429, body: usageLimitBody(60) })));
    assert.deepEqual(frame, { type: 'error', status: 429, ...read(usageLimitBody(60)) });
  });

  it('say when to come again', () => {
    const frame = read(errorFrame(new SwitchyardError('model_cooldown', { retryAfterMs: 3000 })));
    assert.deepEqual(frame['headers'], { 'Retry-After': '3' });
  });

  it('are never empty', () => {
    for (const body of ['', '<html>', '[]', '7', null]) {
      const { error } = read(errorFrame(failure({ body }))) as { error: unknown };
      assert.ok(JSON.stringify(error).length > 10, String(body));
    }
  });
});

describe('what a failure means to the socket', () => {
  const own = (code: ErrorCode) => answerTo(new SwitchyardError(code));

  it('99: a turn that has to come again whole', () => {
    const { frame, close } = own('replay_required');
    assert.deepEqual(close, { code: 1012, reason: 'upstream requires HTTP replay' });
    assert.deepEqual(read(frame), {
      type: 'error',
      status: 409,
      error: {
        message:
          'Previous response is not available on this websocket; resend the full conversation input without previous_response_id',
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        param: 'previous_response_id',
      },
    });
  });

  it('100: an exhausted pool is told in a frame (reference: a cut), and the socket stays', () => {
    const { frame, close } = answerTo(failure({ status: 429, body: usageLimitBody(9) }));
    assert.equal(close, undefined);
    assert.equal(read(frame)['status'], 429);
  });

  it('101: a message that is too big', () => {
    const body = '{"error":{"message":"too much","code":"message_too_big"}}';
    const close = { code: 1009, reason: 'too much' };
    assert.deepEqual(answerTo(failure({ status: 413, body })).close, close);
    const bare = failure({ code: 'upstream_message_too_big', status: 413 });
    assert.deepEqual(answerTo(bare).close, { code: 1009, reason: 'message too big' });
    assert.equal(answerTo(failure({ status: 413, body: '{"error":{}}' })).close, undefined);
  });

  it('a proxy that goes, and a bug', () => {
    assert.equal(own('draining').close?.code, 1012);
    assert.equal(own('internal').close?.code, 1011);
  });

  it('everything else leaves the socket open: a whole input can go on', () => {
    for (const code of ['invalid_request', 'unknown_model', 'upstream_timeout'] as const) {
      assert.equal(own(code).close, undefined, code);
    }
  });
});

it('a warm-up is answered as an upstream would (3.8)', () => {
  const [created, completed] = prewarmFrames('u', 'gpt-5.5', 7).map(read);
  assert.equal(created?.['type'], 'response.created');
  assert.equal(completed?.['type'], 'response.completed');
  const response = completed?.['response'] as Record<string, unknown>;
  assert.equal(response['id'], 'resp_prewarm_u');
  assert.deepEqual(response['output'], []);
  assert.equal((response['usage'] as { total_tokens: number }).total_tokens, 0);
});
