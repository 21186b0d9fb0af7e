/** The terminal event of a broken chat stream (routing.md 11.1, vector 123). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatStreamError, imageStreamError } from '../../../src/front/errors/stream.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { turnFailure } from '../../../src/actors/turn-failure.ts';
import { upstreamFailure } from './failures.ts';

describe('image stream error', () => {
  it('is an event with a name (codex.md 8.1)', () => {
    assert.equal(
      imageStreamError(upstreamFailure(502, '{"error":{"message":"boom"}}')),
      'event: error\ndata: {"error":{"message":"boom"}}\n\n',
    );
  });
});

describe('chat stream error', () => {
  it('123: text becomes one data event, without [DONE]', () => {
    assert.equal(
      chatStreamError(upstreamFailure(502, 'boom')),
      'data: {"error":{"message":"boom","type":"server_error","code":"internal_server_error"}}\n\n',
    );
  });

  it('a JSON error goes through', () => {
    const body = '{"error":{"message":"slow down","type":"rate_limit_error","x":1}}';
    assert.equal(chatStreamError(upstreamFailure(429, body)), `data: ${body}\n\n`);
  });

  it('a JSON error of many lines is one line: some clients read line by line', () => {
    const body = '{\n  "error": {\r\n    "message": "a\\nb"\n  }\n}\n';
    const event = chatStreamError(upstreamFailure(500, body));
    assert.match(event, /^data: [^\r\n]*\n\n$/);
    assert.deepEqual(JSON.parse(event.slice(6)), { error: { message: 'a\nb' } });
  });

  it('JSON that clients would take for a chunk is wrapped (the reference passes it on)', () => {
    for (const body of ['{"detail":"Unauthorized"}', '{"error":"text"}', '"x"', '[]']) {
      const event = chatStreamError(upstreamFailure(500, body));
      const { error } = JSON.parse(event.slice(6)) as { error: { message: string } };
      assert.equal(error.message, body);
    }
  });

  it('a failure of our own has its code', () => {
    const event = chatStreamError(turnFailure(new SwitchyardError('host_lost')));
    assert.match(event, /"code":"host_lost"/);
  });
});
