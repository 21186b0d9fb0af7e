/** Client frames, and the body of pass-through turns (codex.md 3.5, 3.6, 9.11). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { append, create, jsonOf } from './support.ts';
import { nativeBody } from '../../../src/front/responses-socket/native-body.ts';
import { readFrame, unknownStart } from '../../../src/front/responses-socket/frame.ts';

const read = (text: string) => readFrame(Buffer.from(text));

describe('client frames, codex.md 9.11', () => {
  for (const [name, text, code, message] of [
    ['91: no JSON', 'nope', 'invalid_json', 'invalid websocket request JSON'],
    ['an array', '[]', 'invalid_json', 'invalid websocket request JSON'],
    ['nothing', '', 'invalid_json', 'invalid websocket request JSON'],
    ['91: x', '{"type":"x"}', 'invalid_request', 'unsupported websocket request type: x'],
    [
      '84: session.update',
      '{"type":"session.update"}',
      'invalid_request',
      'unsupported websocket request type: session.update',
    ],
    ['no type', '{}', 'invalid_request', 'unsupported websocket request type: '],
    [
      'a name every object has',
      '{"type":"constructor"}',
      'invalid_request',
      'unsupported websocket request type: constructor',
    ],
  ] as const) {
    it(`${name} is refused`, () => {
      assert.throws(() => read(text), { code, message, status: 400 });
    });
  }

  it('an endless type is not repeated whole', () => {
    assert.throws(
      () => read(JSON.stringify({ type: 'y'.repeat(5000) })),
      ({ message }: Error) => message.length < 200,
    );
  });

  for (const [name, more, expected] of [
    ['no answer before', {}, [undefined, false, false]],
    ['an answer before', { previous_response_id: 'resp_1' }, ['resp_1', true, true]],
    ['a blank one', { previous_response_id: ' ' }, [undefined, true, false]],
    ['null', { previous_response_id: null }, [undefined, true, false]],
  ] as const) {
    it(`previous_response_id: ${name}`, () => {
      const { previousResponseId, hasPreviousResponseId, continues } = create(more);
      assert.deepEqual([previousResponseId, hasPreviousResponseId, continues], expected);
    });
  }

  it('an append always continues', () => {
    assert.equal(append({}).continues, true);
  });

  it('any generate that is not true asks for a warm-up', () => {
    const flags = [
      {},
      { generate: true },
      { generate: false },
      { generate: null },
      { generate: 0 },
    ];
    assert.deepEqual(
      flags.map((more) => create(more).warmUp),
      [false, false, true, true, true],
    );
  });

  it('blank and missing models are none', () => {
    const models = [{}, { model: ' ' }, { model: null }, { model: 'gpt-5.5' }];
    assert.deepEqual(
      models.map((more) => create(more).model),
      [undefined, undefined, undefined, 'gpt-5.5'],
    );
  });
});

describe('a first frame that continues something', () => {
  const named = { previous_response_id: 'resp_1' };
  for (const [name, frame, code, status] of [
    ['84: an append', append({}), 'invalid_request', 400],
    ['92: an answer that nobody knows', create(named), 'replay_required', 409],
    ['92: an append behind such an answer', append(named), 'replay_required', 409],
  ] as const) {
    it(`${name} is refused`, () => {
      const error = unknownStart(frame);
      assert.deepEqual([error.code, error.status], [code, status]);
    });
  }
});

describe('models, as over HTTP', () => {
  for (const [name, model] of [
    ['a number', 7],
    ['an endless name', 'x'.repeat(600)],
  ] as const) {
    it(`${name} is refused (reference: taken for none)`, () => {
      assert.throws(() => create({ model }), { code: 'invalid_request', status: 400 });
    });
  }
});

describe('pass-through bodies, codex.md 9.11', () => {
  it('90: an append gets model and stream, its type stays', () => {
    const input = [{ type: 'function_call_output', call_id: 'c', output: 'ok' }];
    const body = nativeBody(append({ previous_response_id: 'resp_1', input }), 'gpt-5.5');
    assert.deepEqual(jsonOf(body), {
      type: 'response.append',
      previous_response_id: 'resp_1',
      input,
      model: 'gpt-5.5',
      stream: true,
    });
  });

  it('a complete frame is passed on byte for byte', () => {
    const text =
      '{ "type":"response.create", "model":"m",\n "stream":true, "generate":false, "x":1.0 }';
    assert.equal(Buffer.from(nativeBody(read(text), 'other')).toString(), text);
  });

  it('stream false becomes true, in its place', () => {
    const body = nativeBody(
      read('{"stream":false,"type":"response.create","model":"m"}'),
      undefined,
    );
    assert.equal(
      Buffer.from(body).toString(),
      '{"stream":true,"type":"response.create","model":"m"}',
    );
  });

  for (const model of [undefined, '']) {
    it(`84: no model at all (${JSON.stringify(model)})`, () => {
      assert.throws(() => nativeBody(create({ input: [] }), model), {
        status: 400,
        message: 'missing model in response.create request',
      });
    });
  }
});
