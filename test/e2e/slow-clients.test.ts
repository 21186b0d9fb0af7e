/** Clients that read slowly, send slowly, or leave: only they feel it. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { dataFrame } from '../../src/formats/sse/frame.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { openRaw } from '../support/raw-socket.ts';
import { PATHS, shortTurn } from '../support/endings.ts';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import { sendRequest, startRequest } from '../support/http-client.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';

const MIB = 1024 * 1024;

/**
 * What may lie on the way to a client that reads nothing: a stream's window, and the socket buffers
 * of the system on both sides of the proxy (some MiB each on Linux loopback).
 */
const MAX_ON_THE_WAY = 24 * MIB;

const EVENTS = responsesTurn({ text: 'Hello there' }).map((event) => responsesSse([event]));
const FILLER = dataFrame(
  'response.output_text.delta',
  JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(64 * 1024) }),
);

describe('clients with a pace of their own', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1),
      switchyard: { threads: { hosts: 1 }, limits: { 'request-timeout': '1s' } },
    },
  );
  const url = proxy.origin + PATHS.responses;
  const body = shortTurn('responses', 'gpt-5.5', true);
  const nextCall = (): Promise<UpstreamExchange> => {
    const { length } = upstream.calls;
    return waitUntil(() => upstream.calls[length], 'the turn at the upstream');
  };
  /** The account serves at once: nothing cooled it down, nothing is stuck. */
  const serves = async (): Promise<void> => {
    upstream.handler = (call) => call.turn();
    const answer = await sendRequest(url, { body });
    assert.match(await answer.text(), /event: response\.completed/);
  };

  it('one that reads nothing stops its upstream, others on the same host go on', async () => {
    const total = 4 * MAX_ON_THE_WAY;
    let written = 0;
    upstream.handler = async (call) => {
      call.sseHead();
      await call.write(EVENTS[0] ?? '');
      while (written < total && !call.gone) {
        await call.write(FILLER);
        written += FILLER.length;
      }
      call.end(EVENTS.slice(1).join(''));
    };
    const slow = await sendRequest(url, { body });
    slow.pause();
    await serves();
    let before = -1;
    await waitUntil(async () => {
      const still = written === before;
      before = written;
      await serves();
      return still;
    }, 'the upstream to stand still');
    assert.ok(written < MAX_ON_THE_WAY, `${written} bytes are on the way`);
    slow.resume();
    await waitUntil(() => slow.state !== 'open', 'the whole answer', { timeoutMs: 20_000 });
    assert.ok(slow.received.byteLength > total);
    assert.ok(slow.received.subarray(-2000).includes('event: response.completed'));
  });

  it('a body that does not come to its end: 408', async () => {
    const { length } = upstream.calls;
    const socket = await openRaw(proxy.origin);
    socket.write(
      `POST ${PATHS.responses} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
        'content-length: 500\r\n\r\n{"model":',
    );
    await waitUntil(() => socket.closed, 'the proxy to close', { timeoutMs: 20_000 });
    assert.match(socket.received, /^HTTP\/1\.1 408 /);
    assert.match(socket.received, /\r\n\r\n\{"error":\{"message":"./);
    assert.equal(upstream.calls.length, length);
    await serves();
  });

  const PHASES: [
    name: string,
    play: (call: UpstreamExchange) => void | Promise<void>,
    reads: number,
  ][] = [
    ['before the head of the upstream', () => undefined, 0],
    ['between the head and the first event', (call) => call.sseHead(), 0],
    [
      'in the middle of the stream',
      (call) => {
        call.sseHead();
        return call.write(EVENTS.slice(0, 3).join(''));
      },
      3,
    ],
  ];
  for (const [name, play, reads] of PHASES) {
    for (const stream of reads > 0 ? [true] : [true, false]) {
      it(`one that leaves ${name} (stream ${stream}) cuts the upstream`, async () => {
        upstream.handler = play;
        const running = startRequest(url, { body: { ...body, stream } });
        const call = await nextCall();
        if (reads > 0) {
          const answer = await running.answer;
          for (let frame = 0; frame < reads; frame += 1) await answer.nextFrame();
          answer.abort();
        } else running.abort();
        await call.clientGone;
        await serves();
      });
    }
  }
});

describe('a client that leaves during a failover', () => {
  it('cuts the second upstream connection, and only the refusing account rests', async (t) => {
    const asked = makeGate();
    const upstream = await startFakeUpstream(t, (call) => {
      if (call.request.index === 0) call.json(429, '{}', { 'retry-after': '60' });
      else asked.open();
    });
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 2) });
    const body = shortTurn('responses', 'gpt-5.5', true);
    const running = startRequest(proxy.origin + PATHS.responses, { body });
    await asked.passed;
    running.abort();
    await upstream.calls[1]?.clientGone;
    upstream.handler = (call) => call.turn();
    const next = await sendRequest(proxy.origin + PATHS.responses, { body });
    assert.equal(next.status, 200);
    const accounts = upstream.requests.map(({ headers }) => headers['authorization']);
    assert.equal(accounts[2], accounts[1]);
    assert.notEqual(accounts[1], accounts[0]);
  });
});
