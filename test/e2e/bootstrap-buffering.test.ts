/** `codex.stream-bootstrap-buffering` through the whole proxy (codex.md 2.10, vector 49). */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const EVENTS = responsesTurn({ text: 'from the second' });
const HANDSHAKE = responsesSse(EVENTS.slice(0, 2));
const BODY = { model: 'gpt-5.5', input: 'Hi', stream: true };

const failed = (error: object): string =>
  `event: response.failed\ndata: ${JSON.stringify({
    type: 'response.failed',
    response: { id: 'r', error },
  })}\n\n`;
const OVERLOAD = failed({
  code: 'server_is_overloaded',
  type: 'service_unavailable_error',
  message: 'overloaded',
});
const INVALID = failed({ code: 'invalid_prompt', message: 'no' });

/** What the client reads, and how many accounts were asked, when the first one fails. */
async function ask(
  test: TestContext,
  buffering: boolean | undefined,
  failure: string,
): Promise<{ status: number; text: string; asked: number }> {
  const upstream = await startFakeUpstream(test, (call) => {
    if (call.request.index === 0) call.sse(HANDSHAKE + failure);
    else call.sse(responsesSse(EVENTS));
  });
  const proxy = await startProxy(test, {
    'codex-api-key': codexKeys(upstream.origin, 2),
    ...(buffering !== undefined && { codex: { 'stream-bootstrap-buffering': buffering } }),
  });
  const answer = await sendRequest(`${proxy.origin}/v1/responses`, { body: BODY });
  const text = await answer.text();
  return { status: answer.status, text, asked: upstream.requests.length };
}

describe('an upstream that is overloaded after its handshake', () => {
  it('49: with buffering another account answers, and the client sees only that', async (test) => {
    const { text, asked } = await ask(test, true, OVERLOAD);
    assert.equal(asked, 2);
    assert.match(text, /from the second/);
    assert.equal(text.match(/event: response\.created/g)?.length, 1);
    assert.doesNotMatch(text, /overloaded/);
  });

  for (const buffering of [false, undefined]) {
    it(`49: ${String(buffering)}: the failure stands in the stream`, async (test) => {
      const { status, text, asked } = await ask(test, buffering, OVERLOAD);
      assert.deepEqual([status, asked], [200, 1]);
      assert.match(text, /^event: response\.created[^]*event: error\n[^]*overloaded/);
    });
  }

  it('with buffering any other failure stands behind the handshake', async (test) => {
    const { status, text, asked } = await ask(test, true, INVALID);
    assert.deepEqual([status, asked], [200, 1]);
    assert.match(text, /^event: response\.created[^]*event: error\n/);
  });
});
