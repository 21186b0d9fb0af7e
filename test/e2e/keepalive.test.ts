/** Keep-alives towards clients (routing.md 11.3, 12; vectors 118 to 120, 122). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { PATHS, shortTurn, type Dialect } from '../support/endings.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { responsesSse, responsesTurn, usageLimitBody } from '../support/turns.ts';
import { sendRequest, startRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const EVENTS = responsesTurn({ text: 'Hello there' }).map((event) => responsesSse([event]));
const DELTA = EVENTS.findIndex((event) => event.startsWith('event: response.output_text.delta'));
const COMMENT = ': keep-alive\n\n';

describe('keep-alives every second', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1, ['gpt-5.5', 'slow', 'refused']),
      streaming: { 'keepalive-seconds': 1 },
      'nonstream-keepalive-interval': 1,
    },
  );
  const url = (dialect: Dialect): string => proxy.origin + PATHS[dialect];

  it('streams: nothing before the first event, comments only after it (122)', async () => {
    const first = makeGate();
    const rest = makeGate();
    upstream.handler = async (call) => {
      await first.passed;
      call.sseHead();
      await call.write(EVENTS.slice(0, DELTA + 1).join(''));
      await rest.passed;
      call.end(EVENTS.slice(DELTA + 1).join(''));
    };
    // A whole answer that waits beside the streams shows that beats are due.
    const waiting = sendRequest(url('chat'), { body: shortTurn('chat', 'slow', false) });
    const dialects = ['chat', 'responses'] as const;
    const running = dialects.map((dialect) =>
      startRequest(url(dialect), { body: shortTurn(dialect, 'gpt-5.5', true) }),
    );
    let begun = 0;
    for (const { answer } of running) void answer.then(() => (begun += 1));
    const whole = await waiting;
    assert.equal(begun, 0, 'no head before the first event');
    assert.match(whole.received.toString(), /^\n*$/);
    first.open();
    const answers = await Promise.all(running.map(({ answer }) => answer));
    for (const answer of answers) {
      await waitUntil(() => answer.received.includes(COMMENT), 'a comment');
    }
    rest.open();
    const ends = [/^data: \[DONE\]$/, /^event: response\.completed\n/];
    for (const [index, answer] of answers.entries()) {
      const frames = await answer.frames();
      assert.notEqual(frames[0]?.raw, COMMENT);
      const events = frames.filter(({ raw }) => raw !== COMMENT);
      assert.ok(events.every(({ comments }) => comments.length === 0));
      assert.match(events.at(-1)?.raw.trim() ?? '', ends[index] ?? /^$/);
    }
    await whole.text();
  });

  it('whole answers: newlines, then the JSON with status 200 (118)', async () => {
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      call.turn({ text: 'Hello there' });
    };
    const answer = await sendRequest(url('chat'), { body: shortTurn('chat', 'gpt-5.5', false) });
    await waitUntil(() => answer.received.includes('\n'), 'a newline');
    go.open();
    assert.equal(answer.status, 200);
    const text = await answer.text();
    assert.match(text, /^\n+\{.*\}$/s);
    assert.match(text, /Hello there/);
    JSON.parse(text);
  });

  it('a late refusal: newlines, then the error with status 200 (119, codex.md 104)', async () => {
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      call.json(429, usageLimitBody(60));
    };
    const body = shortTurn('responses', 'refused', false);
    const answer = await sendRequest(url('responses'), { body });
    await waitUntil(() => answer.received.includes('\n'), 'a newline');
    go.open();
    assert.equal(answer.status, 200);
    assert.equal((await answer.text()).trimStart(), usageLimitBody(60));
  });

  it('an early refusal keeps its status, without a newline (120)', async () => {
    upstream.handler = (call) => call.json(400, '{"error":{"message":"no"}}');
    const answer = await sendRequest(url('chat'), { body: shortTurn('chat', 'gpt-5.5', false) });
    assert.equal(answer.status, 400);
    assert.equal(await answer.text(), '{"error":{"message":"no"}}');
  });
});
