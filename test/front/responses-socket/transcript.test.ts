/** Frames of a client WebSocket as whole conversations (codex.md 3.7, 9.11). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  extended,
  fullBody,
  MAX_TRANSCRIPT_ITEMS,
  type FullBodyOptions,
  type Transcript,
} from '../../../src/front/responses-socket/transcript.ts';
import { nativeBody } from '../../../src/front/responses-socket/native-body.ts';
import { readFrame, type ClientFrame } from '../../../src/front/responses-socket/frame.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import type { JsonObject } from '../../../src/canonical/value.ts';

const frameOf = (json: unknown): ClientFrame =>
  readFrame(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)));
const user = (id: string, text = id) => ({ type: 'message', role: 'user', id, content: text });
const assistant = (id: string) => ({ type: 'message', role: 'assistant', id, content: 'a' });
const call = (callId: string, id = `fc_${callId}`) => ({
  type: 'function_call',
  id,
  call_id: callId,
  name: 'f',
  arguments: '{}',
});
const result = (callId: string) => ({
  type: 'function_call_output',
  call_id: callId,
  output: 'ok',
});

const OPTIONS: FullBodyOptions = { model: undefined, codexOnly: false, repair: undefined };

function jsonOf(body: Uint8Array): JsonObject {
  return JSON.parse(Buffer.from(body).toString()) as JsonObject;
}

function full(
  transcript: Transcript | undefined,
  frame: unknown,
  options: Partial<FullBodyOptions> = {},
): JsonObject {
  return jsonOf(fullBody(transcript, frameOf(frame), { ...OPTIONS, ...options }).body);
}

/** The stored conversation of 9.11: user u1, answered by assistant a1. */
function stored(output: JsonObject[] = [assistant('a1')]): Transcript {
  const frame = {
    type: 'response.create',
    model: 'gpt-5.5',
    instructions: 'I',
    input: [user('u1')],
  };
  const transcript = extended(fullBody(undefined, frameOf(frame), OPTIONS), output);
  assert.ok(transcript);
  return transcript;
}

function refusal(run: () => unknown): { code: string; status: number; message: string } {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof SwitchyardError);
    return { code: thrown.code, status: thrown.status, message: thrown.message };
  }
  return assert.fail('nothing was thrown');
}

function words(run: () => unknown): { status: number; message: string } {
  const { status, message } = refusal(run);
  return { status, message };
}

describe('the first frame', () => {
  it('83: gets an input and a stream', () => {
    assert.deepEqual(full(undefined, { type: 'response.create', model: 'gpt-5.5' }), {
      model: 'gpt-5.5',
      stream: true,
      input: [],
    });
  });

  it('84: has to name a model, to come first, and to be of a known type', () => {
    const cases: [unknown, string][] = [
      [{ type: 'response.create' }, 'missing model in response.create request'],
      [
        { type: 'response.append', model: 'm' },
        'websocket request received before response.create',
      ],
      [{ type: 'session.update' }, 'unsupported websocket request type: session.update'],
    ];
    for (const [frame, message] of cases) {
      assert.deepEqual(
        words(() => full(undefined, frame)),
        { status: 400, message },
      );
    }
  });

  it('takes a text for the message it stands for', () => {
    const body = full(undefined, { type: 'response.create', model: 'm', input: 'hi' });
    assert.deepEqual(body.input, [{ type: 'message', role: 'user', content: 'hi' }]);
  });

  it('loses its warm-up mark', () => {
    const body = full(undefined, { type: 'response.create', model: 'm', generate: false });
    assert.equal('generate' in body, false);
  });
});

describe('a later frame', () => {
  for (const frame of [
    { type: 'response.append', input: [user('u2')] },
    { type: 'response.create', previous_response_id: 'resp_1', input: [user('u2')] },
  ]) {
    it(`85: ${frame.type} is added to the conversation`, () => {
      assert.deepEqual(full(stored(), frame), {
        input: [user('u1'), assistant('a1'), user('u2')],
        stream: true,
        model: 'gpt-5.5',
        instructions: 'I',
      });
    });
  }

  it('86: an input with answers replaces the conversation', () => {
    const input = [assistant('x'), user('new')];
    const body = full(stored(), { type: 'response.create', model: 'gpt-5.4', input });
    assert.deepEqual(body, { model: 'gpt-5.4', input, stream: true, instructions: 'I' });
  });

  it('87: needs a list', () => {
    const { message } = refusal(() => full(stored(), { type: 'response.create', input: 'text' }));
    assert.equal(message, 'websocket request requires array field: input');
  });

  it('88: a compaction stands for the conversation where it is understood', () => {
    const input = [{ type: 'compaction', id: 'z', encrypted_content: 'E' }, user('u9')];
    const frame = { type: 'response.create', input };
    assert.deepEqual(full(stored(), frame, { codexOnly: true }).input, input);
    assert.deepEqual(full(stored(), frame).input, [user('u1'), assistant('a1'), user('u9')]);
  });

  it('89: of two items with one id the last one counts, in its place', () => {
    const frame = { type: 'response.append', input: [user('u1', 'one-edited')] };
    assert.deepEqual(full(stored(), frame).input, [assistant('a1'), user('u1', 'one-edited')]);
  });

  it('of two calls with one call id the first one counts', () => {
    const frame = { type: 'response.append', input: [call('c', 'other'), result('c')] };
    assert.deepEqual(full(stored([call('c')]), { ...frame, previous_response_id: 'r' }).input, [
      user('u1'),
      call('c'),
      result('c'),
    ]);
  });

  it('a call that has its output is not replaced by one that has none', () => {
    const frame = {
      type: 'response.append',
      previous_response_id: 'r',
      input: [result('c'), call('d', 'fc_c')],
    };
    assert.deepEqual(full(stored([call('c')]), frame).input, [user('u1'), call('c'), result('c')]);
  });

  it('a compaction in the answer drops what asked for it', () => {
    const compaction = { type: 'compaction', encrypted_content: 'E' };
    const asked = { type: 'response.append', input: [{ type: 'compaction_trigger' }] };
    const sent = fullBody(stored(), frameOf(asked), OPTIONS);
    const after = extended(sent, [compaction]);
    assert.deepEqual(full(after, { type: 'response.append', input: [user('u2')] }).input, [
      user('u1'),
      assistant('a1'),
      compaction,
      user('u2'),
    ]);
  });

  it('keeps the words of every item', () => {
    const odd = '{ "role":"user", "n":1.50e1,"content" : "\\u00e9" }';
    const first = frameOf(`{"type":"response.create","model":"m","input":[${odd}]}`);
    const transcript = extended(fullBody(undefined, first, OPTIONS), []);
    const next = frameOf({ type: 'response.append', input: [] });
    const { body } = fullBody(transcript, next, OPTIONS);
    assert.ok(Buffer.from(body).toString().includes(odd));
  });

  it('a conversation that is too large is not kept', () => {
    const output = Array.from({ length: MAX_TRANSCRIPT_ITEMS + 1 }, () => ({ type: 'x' }));
    const sent = fullBody(undefined, frameOf({ type: 'response.create', model: 'm' }), OPTIONS);
    assert.equal(extended(sent, output), undefined);
  });
});

describe('a summary that the client made by itself (3.7)', () => {
  // Any other text of this length: the check is by hash, and the sentence is not ours to repeat.
  const other = 'x'.repeat(399) + '\nsummary';

  it('is known by its first sentence only', () => {
    const frame = { type: 'response.create', input: [user('s', other)] };
    assert.deepEqual(full(stored(), frame).input, [user('u1'), assistant('a1'), user('s', other)]);
  });
});

describe('frames for an upstream that keeps the conversation', () => {
  it('90: stay as they are, with model and stream', () => {
    const json = { type: 'response.append', previous_response_id: 'resp_1', input: [user('u')] };
    const frame = frameOf(json);
    assert.deepEqual(jsonOf(nativeBody(frame, 'gpt-5.5')), {
      ...json,
      model: 'gpt-5.5',
      stream: true,
    });
    assert.equal(frame.continues, true);
  });

  it('91: have to be JSON of a known type, and to name a model at first', () => {
    assert.deepEqual(
      refusal(() => frameOf('nope')),
      { code: 'invalid_json', status: 400, message: 'invalid websocket request JSON' },
    );
    assert.equal(refusal(() => frameOf({ type: 'x' })).code, 'invalid_request');
    const nameless = frameOf({ type: 'response.create' });
    assert.equal(
      refusal(() => nativeBody(nameless, undefined)).message,
      'missing model in response.create request',
    );
  });

  it('92: what continues an answer can not be the first frame', () => {
    const of = (more: object) => () =>
      full(undefined, { type: 'response.create', model: 'm', ...more });
    assert.equal(refusal(of({ previous_response_id: 'r' })).code, 'replay_required');
    assert.equal(refusal(of({ previous_response_id: 'r' })).status, 409);
    assert.doesNotThrow(of({ previous_response_id: ' ' }));
    assert.doesNotThrow(of({ previous_response_id: null }));
  });

  it('know a warm-up', () => {
    const of = (generate: unknown) => frameOf({ type: 'response.create', generate }).warmUp;
    assert.deepEqual([false, 'true', null, true].map(of), [true, true, true, false]);
    assert.equal(frameOf({ type: 'response.create' }).warmUp, false);
  });
});
