/**
 * Recorded WebSocket conversations of real clients, replayed through the proxy: over warm upstream
 * sockets every frame arrives as it was meant, and over HTTP-only accounts as a whole conversation.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodyText, fixtureNames, loadFixture, type RecordedStep } from '../support/fixtures.ts';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { connectSocket, type SocketClient } from '../support/socket-client.ts';
import {
  startFakeSocketUpstream,
  type FakeSocketUpstream,
} from '../support/fake-socket-upstream.ts';
import type { Cleanup } from '../support/temp.ts';
import type { FakeSocketTurn } from '../support/fake-socket.ts';

/** Set by the test's own client. */
const HANDSHAKE = /^(host|connection|upgrade|sec-websocket-.*)$/i;

const RECORDINGS = ['codex', 'sdk', 'opencode']
  .flatMap(fixtureNames)
  .map((name) => ({ name, steps: loadFixture(name).requests }))
  .filter(({ steps }) => steps.some(({ transport }) => transport === 'ws-frame'));

/** One client socket of a recording, and what it sent. */
interface Connection {
  open: RecordedStep;
  frames: RecordedStep[];
}

function connectionsOf(steps: RecordedStep[]): Connection[] {
  const opens = steps.filter(({ transport }) => transport === 'ws-open');
  return opens.map((open, index) => ({
    open,
    frames: steps.filter((step) => step.transport === 'ws-frame' && step.conn === index + 1),
  }));
}

/** Answers as the recorded upstream did: same ids, a tool call first. */
function answerAs(step: RecordedStep, turn: FakeSocketTurn): void {
  const id = step.reply?.responseId?.replace(/^resp_/, '') ?? '';
  if (step.reply?.fault === 'break') {
    turn.created();
    turn.socket.terminate();
  } else if (step.reply?.phase === 'first') {
    turn.answer({ id, toolCall: { callId: `call_${id}`, name: 'exec_command', arguments: '{}' } });
  } else turn.answer({ id, text: 'FINAL_OK' });
}

async function startFor(
  test: Cleanup,
  steps: RecordedStep[],
  websockets: boolean,
): Promise<{ upstream: FakeSocketUpstream; origin: string }> {
  const frames = steps.filter(({ transport }) => transport === 'ws-frame');
  const models = [...new Set(frames.map(({ body }) => String(body?.['model'])))];
  const upstream = await startFakeSocketUpstream(test, {
    onTurn: (turn) => {
      const step = frames[turn.index];
      assert.ok(step !== undefined, 'more turns than the client asked');
      answerAs(step, turn);
    },
  });
  const keys = codexKeys(upstream.origin, 2, models).map((key) => ({ ...key, websockets }));
  // Without any such account the proxy refuses the upgrade: one that serves no such model.
  const other = { 'api-key': 'other', 'base-url': `${upstream.origin}/v1`, websockets: true };
  const spare = { ...other, models: [{ name: 'another-model' }] };
  const proxy = await startProxy(test, { 'codex-api-key': [...keys, spare] });
  return { upstream, origin: proxy.origin };
}

async function open(test: Cleanup, origin: string, { open: step }: Connection) {
  const kept = step.headers.filter(([name]) => !HANDSHAKE.test(name));
  const headers = Object.fromEntries(kept);
  return connectSocket(test, origin, { path: step.path, headers });
}

async function ask(client: SocketClient, step: RecordedStep): Promise<string> {
  const events = await client.turn(bodyText(step));
  return String(events.at(-1)?.['type']);
}

describe('recorded WebSocket conversations on warm sockets', () => {
  for (const { name, steps } of RECORDINGS) {
    it(name, async (t) => {
      const { upstream, origin } = await startFor(t, steps, true);
      for (const connection of connectionsOf(steps)) {
        const client = await open(t, origin, connection);
        for (const step of connection.frames) {
          const broken = step.reply?.fault === 'break';
          assert.equal(await ask(client, step), broken ? 'error' : 'response.completed');
          checkFrame(step, upstream.turns.at(-1));
        }
        client.native.terminate();
      }
      const accounts = upstream.handshakes.map(({ headers }) => headers['authorization']);
      assert.equal(new Set(accounts).size, 1, 'one account for the conversation');
    });
  }

  /** What may differ: what Codex upstreams are always told. */
  function checkFrame(step: RecordedStep, turn: FakeSocketTurn | undefined): void {
    const { body } = step;
    assert.ok(turn !== undefined && body !== undefined);
    assert.equal(turn.frame['type'], 'response.create');
    for (const key of ['previous_response_id', 'generate', 'tools', 'client_metadata', 'model']) {
      assert.deepEqual(turn.frame[key], body[key], key);
    }
    if (body['prompt_cache_key'] !== undefined) {
      assert.equal(turn.frame['prompt_cache_key'], body['prompt_cache_key']);
    }
    assert.deepEqual(comparable(turn.frame['input']), comparable(body['input']));
  }
});

/** Items without recorded reasoning content: it is made up, and such content is not sent (1.9). */
function comparable(input: unknown): unknown[] {
  return (input as Record<string, unknown>[]).map((item) => {
    if (item['type'] !== 'reasoning') return item;
    return { type: item['type'], summary: item['summary'] };
  });
}

describe('recorded WebSocket conversations on accounts without WebSockets', () => {
  for (const { name, steps } of RECORDINGS) {
    // A broken upstream socket has no counterpart here.
    const whole = steps.filter((step) => step.reply?.fault !== 'break');
    it(name, async (t) => {
      const { upstream, origin } = await startFor(t, whole, false);
      const answers = whole.filter(
        ({ transport, reply }) => transport === 'ws-frame' && reply?.phase !== 'warmup',
      );
      upstream.onHttp = (call) => {
        const step = answers[call.request.index];
        call.turn({ id: step?.reply?.responseId?.replace(/^resp_/, '') ?? '' });
      };
      for (const connection of connectionsOf(whole)) {
        const client = await open(t, origin, connection);
        let previous: unknown;
        for (const step of connection.frames) {
          // The warm-up is answered here, so its id is ours.
          const body = { ...step.body };
          if (body['previous_response_id'] !== undefined) body['previous_response_id'] = previous;
          const events = await client.turn(JSON.stringify(body));
          assert.equal(events.at(-1)?.['type'], 'response.completed');
          previous = (events.at(-1)?.['response'] as { id: unknown }).id;
        }
        client.native.terminate();
      }
      assert.equal(upstream.http.length, answers.length);
      for (const request of upstream.http) {
        assert.equal('previous_response_id' in request.json(), false);
      }
    });
  }
});
