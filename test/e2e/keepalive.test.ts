/**
 * Keep-alives towards clients of every dialect while the upstream is silent (routing.md 11.3, 12;
 * vectors 118 to 120, 122; clients.md 4.3 says which bytes each of them survives).
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answerTurn, FAMILIES, type Family, type FamilyName } from '../support/families.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { usageLimitBody } from '../support/turns.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { startProxy } from '../support/proxy.ts';
import { CLIENTS, endingOf, type ClientName } from './faults/clients.ts';
import { TEXT, WIRES } from './faults/wires.ts';

type Json = Record<string, unknown>;

const COMMENT = ': keep-alive\n\n';
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

/** What a silent stream sends. Comments break the whole answer of Gemini CLI, a line feed does not. */
const KEEP_ALIVES: Readonly<Record<ClientName, string>> = {
  chat: COMMENT,
  completions: COMMENT,
  responses: COMMENT,
  claude: PING,
  'gemini events': '\n',
  'gemini array': '\n',
};

/** What stands in front of it: the end of an event, or of an element of the array. */
const silentAfter = (name: ClientName): RegExp => {
  const end = name === 'gemini array' ? '\\}\\n' : '\\}\\n\\n';
  return new RegExp(`${end}(?:${KEEP_ALIVES[name].replaceAll('\n', '\\n')})+$`);
};

type Pair = readonly [ClientName, FamilyName];

/** Each dialect on its own upstream, where it has one, and on foreign ones. */
const STREAMED: readonly Pair[] = [
  ['chat', 'chat'],
  ['chat', 'codex'],
  ['completions', 'claude'],
  ['responses', 'codex'],
  ['responses', 'gemini'],
  ['claude', 'claude'],
  ['claude', 'codex'],
  ['claude', 'chat'],
  ['gemini events', 'gemini'],
  ['gemini events', 'codex'],
  ['gemini array', 'claude'],
];

const WHOLE: readonly Pair[] = [
  ['chat', 'codex'],
  ['completions', 'gemini'],
  ['responses', 'codex'],
  ['responses', 'chat'],
  ['claude', 'claude'],
  ['claude', 'codex'],
  ['gemini events', 'gemini'],
  ['gemini events', 'claude'],
];

const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** The models are named after the families. */
function familyOf({ request }: UpstreamExchange): FamilyName {
  const model = /\/models\/([a-z]+):/.exec(request.path)?.[1] ?? request.json()['model'];
  const name = FAMILY_NAMES.find((family) => family === model);
  assert.ok(name !== undefined, `no family is called ${String(model)}`);
  return name;
}

describe('keep-alives every second', async () => {
  const upstream = await startFakeUpstream({ after });
  const pools = FAMILY_NAMES.map((name) => {
    const { pool }: Family = FAMILIES[name];
    return pool(upstream.origin, 1, [name]);
  });
  const proxy = await startProxy(
    { after },
    {
      ...Object.assign({}, ...pools),
      streaming: { 'keepalive-seconds': 1 },
      'nonstream-keepalive-interval': 1,
    },
  );

  const ask = ([name, family]: Pair, stream: boolean): Promise<ClientAnswer> => {
    const { path, body } = CLIENTS[name].request(family, stream);
    return sendRequest(proxy.origin + path, { body });
  };

  /** Asks for all of them at once; each is waited for until a beat came. */
  const askSilently = (pairs: readonly Pair[]): Promise<ClientAnswer[]> =>
    Promise.all(
      pairs.map(async (pair) => {
        const answer = await ask(pair, false);
        await waitUntil(() => answer.received.includes('\n'), `a newline: ${pair.join(' on ')}`);
        return answer;
      }),
    );

  it('streams: nothing before the first event, then the bytes of each dialect (122)', async () => {
    const first = makeGate();
    const rest = makeGate();
    upstream.handler = async (call) => {
      const wire = WIRES[familyOf(call)];
      await first.passed;
      call.sseHead();
      await call.write(wire.begin + wire.first);
      await rest.passed;
      call.end(wire.rest + wire.stop + wire.last);
    };
    let begun = 0;
    const running = STREAMED.map(async (pair) => {
      const answer = await ask(pair, true);
      begun += 1;
      return { pair, answer };
    });
    await waitUntil(() => upstream.requests.length === STREAMED.length, 'all turns upstream');
    // A whole answer that is asked for behind the streams shows that beats were due.
    await askSilently([['chat', 'codex']]);
    assert.equal(begun, 0, 'no head before the first event');
    first.open();
    for (const { pair, answer } of await Promise.all(running)) {
      const silent = silentAfter(pair[0]);
      await waitUntil(() => silent.test(answer.received.toString()), pair.join(' on '));
    }
    rest.open();
    for (const { pair, answer } of await Promise.all(running)) {
      const ending = await endingOf(CLIENTS[pair[0]], answer, true);
      assert.deepEqual(ending, { kind: 'ok', status: 200, text: TEXT }, pair.join(' on '));
    }
  });

  it('whole answers: newlines, then the JSON with status 200 (118)', async () => {
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      answerTurn(FAMILIES[familyOf(call)], call, { text: TEXT });
    };
    const answers = await askSilently(WHOLE);
    go.open();
    for (const [place, [name]] of WHOLE.entries()) {
      const answer = answers[place];
      assert.ok(answer !== undefined);
      assert.match(await answer.text(), /^\n+\{.*\}$/s);
      const ending = await endingOf(CLIENTS[name], answer, false);
      assert.deepEqual(ending, { kind: 'ok', status: 200, text: TEXT });
    }
  });

  it('a late refusal: newlines, then the error of the dialect with status 200 (119)', async () => {
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      call.json(400, FAMILIES[familyOf(call)].error(400, 'no'));
    };
    const answers = await askSilently(WHOLE);
    go.open();
    for (const [place, [name]] of WHOLE.entries()) {
      const answer = answers[place];
      assert.equal(answer?.status, 200);
      const text = await answer.text();
      assert.match(text, /^\n+\{.*\}$/s);
      assert.equal(CLIENTS[name].errorWords(JSON.parse(text) as Json, 400), 'no');
    }
  });

  it('an early refusal keeps its status, without a newline (120)', async () => {
    upstream.handler = (call) => call.json(400, FAMILIES[familyOf(call)].error(400, 'no'));
    for (const pair of WHOLE) {
      const answer = await ask(pair, false);
      assert.equal(answer.status, 400);
      const text = await answer.text();
      assert.match(text, /^\{/);
      assert.equal(CLIENTS[pair[0]].errorWords(JSON.parse(text) as Json, 400), 'no');
    }
  });

  it('a late usage limit is the body as the upstream sent it (codex.md 104)', async () => {
    const go = makeGate();
    upstream.handler = async (call) => {
      await go.passed;
      call.json(429, usageLimitBody(60));
    };
    const [answer] = await askSilently([['responses', 'codex']]);
    go.open();
    assert.equal(answer?.status, 200);
    assert.equal((await answer.text()).trimStart(), usageLimitBody(60));
  });
});
