/**
 * Recorded WebSocket conversations of real clients: over warm upstream sockets every frame arrives as
 * it was meant, and on every family over HTTP as a whole conversation.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { bodyText, type RecordedStep } from '../../support/fixtures.ts';
import { codexKeys, startProxy } from '../../support/proxy.ts';
import type { SocketClient } from '../../support/socket-client.ts';
import { startFakeSocketUpstream } from '../../support/fake-socket-upstream.ts';
import { checkHeard } from './checks.ts';
import { connectionsOf, openSocket, SOCKET_RECORDINGS, type Connection } from './connections.ts';
import { checkExchanges, type Exchange } from './continuity.ts';
import { heardInEvents } from './forms/responses.ts';
import { FAMILIES } from './families.ts';
import type { Json } from './forms/text.ts';
import { turnOf } from './recording.ts';
import { onFamilies, type Stage } from './stage.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { FakeSocketTurn } from '../../support/fake-socket.ts';
import type { TurnOptions } from '../../support/turns.ts';

const MODELS = SOCKET_RECORDINGS.flatMap(({ steps }) =>
  steps.flatMap(({ body }) => (body === undefined ? [] : String(body['model']))),
);

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

async function ask(client: SocketClient, step: RecordedStep): Promise<string> {
  const events = await client.turn(bodyText(step));
  return String(events.at(-1)?.['type']);
}

describe('recorded WebSocket conversations on warm sockets', async () => {
  const upstream = await startFakeSocketUpstream({ after });
  const keys = codexKeys(upstream.origin, 2, [...new Set(MODELS)]).map((key) => ({
    ...key,
    websockets: true,
  }));
  const { origin } = await startProxy({ after }, { 'codex-api-key': keys });

  for (const { name, steps } of SOCKET_RECORDINGS) {
    it(name, async (t) => {
      const asked = upstream.turns.length;
      const frames = steps.filter(({ transport }) => transport === 'ws-frame');
      upstream.onTurn = (turn) => {
        const step = frames[turn.index - asked];
        assert.ok(step !== undefined, 'more turns than the client asked');
        answerAs(step, turn);
      };
      for (const connection of connectionsOf(steps)) {
        const client = await openSocket(t, origin, connection);
        for (const step of connection.frames) {
          const broken = step.reply?.fault === 'break';
          assert.equal(await ask(client, step), broken ? 'error' : 'response.completed');
          checkFrame(step, upstream.turns.at(-1));
        }
        client.native.terminate();
      }
      const turns = upstream.turns.slice(asked);
      assert.equal(turns.length, frames.length);
      const accounts = turns.map(({ socket }) => socket.handshake.headers['authorization']);
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
  const families = FAMILIES.filter(({ name }) => !name.includes('WebSockets'));
  onFamilies(families, MODELS, { configure: acceptsSockets }, (stage) => {
    for (const { name, steps } of SOCKET_RECORDINGS) {
      // A broken upstream socket has no counterpart here.
      const whole = steps.filter((step) => step.reply?.fault !== 'break');
      it(name, async (t) => {
        const exchanges: Exchange[] = [];
        for (const connection of connectionsOf(whole)) {
          exchanges.push(...(await talk(t, stage(), connection)));
        }
        checkExchanges(exchanges, stage().family);
      });
    }
  });
});

/** Without any account with WebSockets the proxy refuses the upgrade: one that serves no such model. */
function acceptsSockets(pool: Json): Json {
  const keys = (pool['codex-api-key'] ?? []) as Json[];
  const spare = { 'api-key': 'other', 'base-url': 'http://127.0.0.1:9/v1', websockets: true };
  return { ...pool, 'codex-api-key': [...keys, { ...spare, models: [{ name: 'another-model' }] }] };
}

/** All frames of one client socket. What is asked next goes on with what was answered. */
async function talk(t: Cleanup, stage: Stage, connection: Connection): Promise<Exchange[]> {
  const { family, upstream, proxy } = stage;
  const client = await openSocket(t, proxy.origin, connection);
  const exchanges: Exchange[] = [];
  let [transcript, previous]: [Json[], unknown] = [[], undefined];
  for (const [index, step] of connection.frames.entries()) {
    const own = step.body ?? {};
    const isMore = own['previous_response_id'] !== undefined;
    const input = [...(isMore ? transcript : []), ...(own['input'] as Json[])];
    const turn = turnOf({ ...step, body: { ...own, input } }, 'responses');
    turn.streams = true;
    turn.reply = upstream.reply = replyTo(step, connection.frames[index + 1]);
    const asked = upstream.received.length;
    const frame = isMore ? { ...own, previous_response_id: previous } : own;
    const events = await client.turn(JSON.stringify(frame));
    const response = events.at(-1)?.['response'] as { id: string; output: Json[] };
    [transcript, previous] = [[...input, ...response.output], response.id];
    const [received, ...more] = upstream.received.slice(asked);
    assert.equal(more.length, 0, 'asked once');
    assert.equal(received === undefined, step.reply?.phase === 'warmup', 'answered here');
    if (received === undefined) continue;
    checkHeard(turn, heardInEvents(events), family);
    exchanges.push({ turn, received });
  }
  client.native.terminate();
  return exchanges;
}

/** The call that the next frame has the result of, or a text. */
function replyTo({ reply }: RecordedStep, next: RecordedStep | undefined): TurnOptions {
  const reasoning = 'Looking at the probe';
  if (reply?.phase !== 'first') return { reasoning, text: 'FINAL_OK' };
  const [result] = (next?.body?.['input'] ?? []) as { call_id: string }[];
  const call = { callId: result?.call_id ?? 'call_unseen', name: 'exec_command' };
  return { reasoning, toolCall: { ...call, arguments: '{"cmd":"cat probe.txt"}' } };
}
