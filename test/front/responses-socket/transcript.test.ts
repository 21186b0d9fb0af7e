/** Frames of a client WebSocket as whole conversations (codex.md 3.7, 9.11). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  extended,
  fullBody,
  MAX_TRANSCRIPT_BYTES,
  MAX_TRANSCRIPT_ITEMS,
  type FullBodyOptions,
  type Transcript,
} from '../../../src/front/responses-socket/transcript.ts';
import { itemOf } from '../../../src/front/responses-socket/stored-item.ts';
import { readFrame, type ClientFrame } from '../../../src/front/responses-socket/frame.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { ToolCaches } from '../../../src/front/responses-socket/tool-cache.ts';
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

  it('has to continue the last answer (the reference takes any id)', () => {
    const frame = { type: 'response.create', model: 'm', input: [user('u1')] };
    const sent = fullBody(undefined, frameOf(frame), OPTIONS);
    const transcript = extended(sent, [assistant('a1')], 'resp_1');
    const next = (id: string) => ({ ...frame, previous_response_id: id, input: [user('u2')] });
    assert.equal((full(transcript, next('resp_1')).input as unknown[]).length, 3);
    assert.equal(refusal(() => full(transcript, next('resp_0'))).code, 'replay_required');
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

  it('counts what it takes', () => {
    const { bytes, items } = stored();
    const texts = items.reduce((sum, { raw }) => sum + raw.length, 0);
    assert.ok(bytes > texts && bytes < texts + 1000);
  });

  it('a conversation that is too long is not kept', () => {
    const text = 'x'.repeat(1024 * 1024);
    const input = Array.from({ length: MAX_TRANSCRIPT_BYTES / text.length }, () => ({ text }));
    const sent = fullBody(
      undefined,
      frameOf({ type: 'response.create', model: 'm', input }),
      OPTIONS,
    );
    assert.equal(extended(sent, []), undefined);
  });

  it('a conversation of too many items is not kept', () => {
    const output = Array.from({ length: MAX_TRANSCRIPT_ITEMS + 1 }, () => ({ type: 'x' }));
    const sent = fullBody(undefined, frameOf({ type: 'response.create', model: 'm' }), OPTIONS);
    assert.equal(extended(sent, output), undefined);
  });
});

describe('a whole input behind a conversation', () => {
  const setting = { type: 'response.create', model: 'm' };
  const base = { type: 'message', role: 'developer', content: 'base' };
  const warm = () =>
    extended(fullBody(undefined, frameOf({ ...setting, input: [base] }), OPTIONS), []);

  it('replaces it when it begins alike (reference: everything twice)', () => {
    const input = [base, user('u1')];
    assert.deepEqual(full(warm(), { ...setting, input }).input, input);
    assert.deepEqual(full(stored(), { ...setting, input: [user('u1'), user('u2')] }).input, [
      user('u1'),
      user('u2'),
    ]);
  });

  for (const more of [
    { previous_response_id: 'resp_1' },
    { previous_response_id: null },
    { type: 'response.append' },
  ]) {
    it(`is an increment all the same with ${JSON.stringify(more)}`, () => {
      const input = [base, user('u1')];
      const body = full(warm(), { ...setting, ...more, input });
      assert.deepEqual(body.input, [base, base, user('u1')]);
    });
  }

  it('that begins otherwise is added', () => {
    const body = full(warm(), { ...setting, input: [user('u1')] });
    assert.deepEqual(body.input, [base, user('u1')]);
  });
});

describe('rules that hold for every frame', () => {
  const cache = () => {
    const made = new ToolCaches().acquire('s');
    made?.record([call('c'), result('d')].map(itemOf));
    return made;
  };
  const first = { type: 'response.create', model: 'm' };

  it('of two items with one id one is sent, also where the client sent both', () => {
    const input = [user('u1', 'old'), user('u2'), user('u1', 'new')];
    assert.deepEqual(full(undefined, { ...first, input }).input, [user('u2'), user('u1', 'new')]);
  });

  it('calls are mended by what the session knows', () => {
    const input = [result('c'), call('d'), call('lost'), user('u')];
    const body = full(undefined, { ...first, input }, { repair: cache() });
    assert.deepEqual(body.input, [call('c'), result('c'), call('d'), result('d'), user('u')]);
    assert.deepEqual(full(undefined, { ...first, input }).input, input);
  });

  it('compactions are left out of what is added for upstreams that can not read them', () => {
    const input = [{ type: 'compaction_summary' }, user('u2')];
    const frame = { type: 'response.append', input };
    assert.deepEqual(full(stored(), frame).input, [user('u1'), assistant('a1'), user('u2')]);
    assert.deepEqual(full(stored(), frame, { codexOnly: true }).input, input);
  });

  it('instructions of the frame count, and become those of the conversation', () => {
    const frame = { type: 'response.append', instructions: 'new', input: [user('u2')] };
    const sent = fullBody(stored(), frameOf(frame), OPTIONS);
    assert.equal(jsonOf(sent.body).instructions, 'new');
    assert.equal(sent.instructions, '"new"');
  });

  it('a model is that of the frame, of the socket, of the conversation', () => {
    const frame = { type: 'response.append', input: [] };
    assert.equal(full(stored(), { ...frame, model: 'a' }, { model: 'b' }).model, 'a');
    assert.equal(full(stored(), frame, { model: 'b' }).model, 'b');
    assert.equal(full(stored(), frame).model, 'gpt-5.5');
  });

  it('an input that is neither a text nor a list is refused', () => {
    assert.equal(refusal(() => full(undefined, { ...first, input: 7 })).code, 'invalid_request');
    const frame = '{"type":"response.create","model":"m","input":{"a":nul}}';
    assert.equal(refusal(() => full(undefined, frame)).code, 'invalid_json');
  });

  it('only what a socket understands is taken out', () => {
    const text =
      '{"type":"response.create","previous_response_id":null,"generate":false,' +
      '"model":"m", "tools":[ 1.0 ],"stream":false,"input":[]}';
    const { body } = fullBody(undefined, frameOf(text), OPTIONS);
    assert.equal(
      Buffer.from(body).toString(),
      '{"model":"m", "tools":[ 1.0 ],"stream":true,"input":[]}',
    );
  });
});

describe('frames that continue', () => {
  it('92: what continues an answer can not be the first frame', () => {
    const of = (more: object) => () =>
      full(undefined, { type: 'response.create', model: 'm', ...more });
    assert.equal(refusal(of({ previous_response_id: 'r' })).code, 'replay_required');
    assert.equal(refusal(of({ previous_response_id: 'r' })).status, 409);
    assert.doesNotThrow(of({ previous_response_id: ' ' }));
    assert.doesNotThrow(of({ previous_response_id: null }));
  });
});
