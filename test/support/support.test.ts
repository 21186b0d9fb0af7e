/** The test library's own tests: what others build on must itself be able to fail. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inOrder, startFakeUpstream } from './fake-upstream.ts';
import { bodyText, fixtureNames, headerOf, loadFixture } from './fixtures.ts';
import { parseFrames, sendRequest, startRequest } from './http-client.ts';
import { openRaw, refusedOrigin, startBlackhole } from './raw-socket.ts';
import { chatSse, chatTurn, responsesSse, responsesTurn } from './turns.ts';
import { loadVectors, vectorById } from './vectors.ts';
import { makeGate, waitUntil } from './wait.ts';

describe('fixtures', () => {
  for (const name of fixtureNames()) {
    it(`${name}: every expanded body has the recorded size`, () => {
      const fixture = loadFixture(name);
      for (const step of fixture.requests) {
        if (step.body === undefined || step.api === 'amp_control') continue;
        assert.equal(Buffer.byteLength(bodyText(step)), step.bodyBytes, `request ${step.n}`);
      }
    });
  }

  it('finds headers without regard to case', () => {
    const [first] = loadFixture('codex/01-http-sse-two-processes').requests;
    assert.ok(first);
    assert.equal(headerOf(first, 'Content-Length'), String(first.bodyBytes));
    assert.equal(headerOf(first, 'x-absent'), undefined);
  });
});

describe('vectors', () => {
  it('selects by operation and pair, and refuses an empty selection', () => {
    const found = loadVectors({ op: 'req', from: 'openai', to: 'codex' });
    assert.equal(found.length, 25);
    assert.equal(vectorById('A01').stream, false);
    assert.throws(() => loadVectors({ op: 'no-such-op' }), /no vector matches/);
  });
});

describe('waitUntil', () => {
  it('returns the first truthy result', async () => {
    let looks = 0;
    assert.equal(await waitUntil(() => (looks += 1) > 2 && looks, 'three looks'), 3);
  });

  it('fails with its message', async () => {
    await assert.rejects(
      waitUntil(() => false, 'the impossible', { timeoutMs: 1 }),
      /waited in vain: the impossible/,
    );
  });
});

describe('fake upstream', () => {
  it('records a request and serves a whole turn', async (t) => {
    const upstream = await startFakeUpstream(t);
    const answer = await sendRequest(`${upstream.origin}/v1/responses?x=1`, {
      headers: { authorization: 'Bearer k' },
      body: { model: 'm', stream: true },
    });
    const frames = await answer.frames();
    assert.equal(answer.headers['content-type'], 'text/event-stream');
    assert.equal(frames[0]?.event, 'response.created');
    assert.equal(frames.at(-1)?.event, 'response.completed');
    const [request] = upstream.requests;
    assert.equal(request?.path, '/v1/responses?x=1');
    assert.equal(request?.headers['authorization'], 'Bearer k');
    assert.deepEqual(request?.json(), { model: 'm', stream: true });
  });

  it('waits for gates between frames and sees the client leave', async (t) => {
    const gate = makeGate();
    const upstream = await startFakeUpstream(t, async (call) => {
      call.sseHead();
      await call.write('data: 1\n\n');
      await gate.passed;
      await call.write('data: 2\n\n');
      await call.clientGone;
    });
    const answer = await sendRequest(upstream.origin);
    assert.equal((await answer.nextFrame())?.data, '1');
    assert.equal(parseFrames(answer.received.toString()).length, 1);
    gate.open();
    assert.equal((await answer.nextFrame())?.data, '2');
    answer.abort();
    await waitUntil(() => upstream.calls[0]?.gone, 'the upstream to see the client leave');
  });

  it('splits, breaks and resets on demand', async (t) => {
    const upstream = await startFakeUpstream(
      t,
      inOrder(
        async (call) => {
          call.sseHead();
          await call.writeSplit('data: {"a":1}\n\n', [3, 9]);
          call.end();
        },
        (call) => call.half('{"a":'),
        (call) => call.reset(),
        (call) => call.raw('garbage\r\n\r\n'),
      ),
    );
    const split = await sendRequest(upstream.origin);
    assert.equal((await split.frames())[0]?.data, '{"a":1}');
    const half = await sendRequest(upstream.origin);
    assert.equal(await half.text(), '{"a":');
    assert.equal(half.state, 'broken');
    await assert.rejects(sendRequest(upstream.origin), { code: 'ECONNRESET' });
    await assert.rejects(sendRequest(upstream.origin), { code: 'HPE_INVALID_CONSTANT' });
  });

  it('answers on the head alone when asked to', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.json(413, '{}'), { early: true });
    const running = startRequest(upstream.origin, {
      headers: { 'content-length': '10' },
      body: 'half',
    });
    assert.equal((await running.answer).status, 413);
    running.abort();
  });
});

describe('raw sockets', () => {
  it('writes exact bytes and reads the answer', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => call.json(200, { ok: true }));
    const raw = await openRaw(upstream.origin);
    raw.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await waitUntil(() => raw.closed, 'the server to close');
    assert.match(raw.received, /^HTTP\/1\.1 200 OK\r\n[^]*\{"ok":true\}$/);
  });

  it('has a refused origin and a black hole', async (t) => {
    await assert.rejects(sendRequest(await refusedOrigin()), { code: 'ECONNREFUSED' });
    const hole = await startBlackhole(t);
    const running = startRequest(hole.origin);
    await waitUntil(() => hole.connections() === 1, 'the connection to be accepted');
    running.abort();
    await assert.rejects(running.answer);
  });
});

describe('turn builders', () => {
  const toolCall = { callId: 'call_9', name: 'track', arguments: '{"code":"ZX10"}' };

  it('numbers Responses events and closes every item', () => {
    const events = responsesTurn({ text: 'Checking the parcel', toolCall });
    assert.deepEqual(
      events.map((event) => event['sequence_number']),
      events.map((_, index) => index),
    );
    const done = events.filter((event) => event.type === 'response.output_item.done');
    assert.equal(done.length, 2);
    assert.match(responsesSse(events.slice(0, 1)), /^event: response.created\ndata: \{.*\}\n\n$/);
  });

  it('ends chat chunks with usage and [DONE]', () => {
    const chunks = chatTurn({ toolCall, usage: { cachedTokens: 64 } });
    assert.deepEqual(chunks.at(-1)?.['usage'], {
      prompt_tokens: 120,
      completion_tokens: 30,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 12 },
    });
    assert.ok(chatSse(chunks).endsWith('data: [DONE]\n\n'));
  });
});
