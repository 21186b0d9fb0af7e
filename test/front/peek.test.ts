/** Routing facts of a body, read without parsing it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_MODEL_CHARS, peekBody } from '../../src/front/peek.ts';

const peek = (text: string) => peekBody(Buffer.from(text));

describe('peek', () => {
  it('finds model, stream flag and members wherever they stand', () => {
    const { model, stream, members } = peek(
      ' {"messages":[{"model":"inner","stream":false}], "stream" : true ,"model":"gpt\\u002d5.5"} ',
    );
    assert.equal(model, 'gpt-5.5');
    assert.equal(stream, true);
    assert.deepEqual(
      members.map(({ key }) => key),
      ['messages', 'stream', 'model'],
    );
  });

  it('only the JSON value true asks for a stream (codex.md 3.2)', () => {
    for (const value of ['false', 'null', '1', '"true"', '[true]', '{}', 'tru', 'trup']) {
      assert.equal(peek(`{"model":"m","stream":${value}}`).stream, false, value);
    }
    assert.equal(peek('{"model":"m"}').stream, false);
  });

  it('of duplicate members the last one counts, as for JSON.parse', () => {
    const { model, stream } = peek('{"model":"a","stream":true,"model":"b","stream":false}');
    assert.deepEqual({ model, stream }, { model: 'b', stream: false });
  });

  it('keeps the spelling of the client', () => {
    assert.equal(peek('{"model":" team-a/GPT(high) "}').model, ' team-a/GPT(high) ');
  });

  const refused: [string, string, string][] = [
    ['nothing', '', 'invalid_json'],
    ['an array', '[]', 'invalid_json'],
    ['a cut-off body', '{"model":"m"', 'invalid_json'],
    ['text behind the body', '{"model":"m"} x', 'invalid_json'],
    ['a model that is no JSON', '{"model":nope}', 'invalid_json'],
    ['a model with a bad escape', '{"model":"\\x"}', 'invalid_json'],
    ['no model', '{}', 'missing_model'],
    ['a null model', '{"model":null}', 'missing_model'],
    ['a blank model', '{"model":" "}', 'missing_model'],
    ['a null behind a model', '{"model":"m","model":null}', 'missing_model'],
    ['a number as model', '{"model":5.5}', 'invalid_request'],
    ['an object as model', '{"model":{"id":"m"}}', 'invalid_request'],
    ['an endless model', `{"model":"${'m'.repeat(MAX_MODEL_CHARS + 1)}"}`, 'invalid_request'],
  ];
  for (const [name, body, code] of refused) {
    it(`refuses ${name} with ${code}`, () => {
      assert.throws(() => peek(body), { code, status: 400 });
    });
  }

  it('takes the longest model', () => {
    const model = 'm'.repeat(MAX_MODEL_CHARS);
    assert.equal(peek(JSON.stringify({ model })).model, model);
  });
});
