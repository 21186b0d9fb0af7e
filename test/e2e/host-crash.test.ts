/** A worker thread dies under load: the others go on, what was not sent is routed again. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOST_WAIT_MS } from '../../src/front/client-turn.ts';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import { sendRequest, startRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { workerId } from '../../src/ids.ts';

const HOST = workerId('host-0');

/** For a thread to start beside everything else that a busy machine does. */
const PATIENCE = { timeoutMs: 60_000 };

const [FIRST = '', ...REST] = responsesTurn({ text: 'Hello' }).map((event) =>
  responsesSse([event]),
);

const streamed = (index: number): Record<string, unknown> => ({
  model: 'gpt-5.5',
  stream: true,
  input: `conversation ${index}`,
  prompt_cache_key: `conversation-${index}`,
});

async function twoHosts(t: Parameters<typeof startProxy>[0], origin: string, keys: number) {
  return startProxy(t, {
    'codex-api-key': codexKeys(origin, keys),
    switchyard: { threads: { hosts: 2 } },
  });
}

async function turn(proxy: TestProxy, index: number): Promise<ClientAnswer> {
  return sendRequest(`${proxy.origin}/v1/responses`, { body: streamed(index) });
}

/**
 * The answer of a turn whose host may be away. On a busy machine a new one can take longer than a turn
 * waits: such a refusal is followed by the next try, one that comes sooner is a fault.
 */
async function servedTurn(proxy: TestProxy, index: number): Promise<string> {
  return waitUntil(
    async () => {
      const begun = performance.now();
      const answer = await turn(proxy, index);
      const text = await answer.text();
      if (answer.status === 200) return text;
      assert.equal(answer.status, 503, text);
      assert.ok(performance.now() - begun >= HOST_WAIT_MS / 2, `given up at once: ${text}`);
      return undefined;
    },
    `the host of turn ${index}`,
    PATIENCE,
  );
}

describe('a host that dies', () => {
  it('breaks only its own streams, each with one terminal event', async (t) => {
    const rest = makeGate();
    const upstream = await startFakeUpstream(t, async (call) => {
      call.sseHead();
      await call.write(FIRST);
      await rest.passed;
      if (!call.gone) call.end(REST.join(''));
    });
    const proxy = await twoHosts(t, upstream.origin, 4);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => turn(proxy, index)));
    for (const answer of answers) assert.match((await answer.nextFrame())?.raw ?? '', /created/);

    await proxy.supervisor.hosts.replace(HOST);
    const broken = answers.filter((_, index) => upstream.calls[index]?.gone === true);
    const cut = () => upstream.calls.filter((call) => call.gone).length === 4;
    await waitUntil(cut, 'cut streams', PATIENCE);
    rest.open();

    const ends = await Promise.all(answers.map(async (answer) => (await answer.text()).trimEnd()));
    const whole = ends.filter((text) => text.includes('event: response.completed'));
    const failed = ends.filter((text) => !text.includes('event: response.completed'));
    assert.equal(whole.length, 4, `untouched streams end whole (${broken.length} broken)`);
    for (const text of failed) {
      assert.equal(text.match(/^event: error$/gm)?.length, 1);
      assert.match(text, /worker that served this turn stopped/);
    }
  });

  it('loses no turn that was not sent, and sends none twice', async (t) => {
    const seen = new Map<string, number>();
    const hold = makeGate();
    const upstream = await startFakeUpstream(t, async (call) => {
      const key = String(call.request.json()['prompt_cache_key']);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      await hold.passed;
      if (!call.gone) call.turn({ text: key });
    });
    const proxy = await twoHosts(t, upstream.origin, 4);
    const running = Array.from({ length: 24 }, (_, index) =>
      startRequest(`${proxy.origin}/v1/responses`, { body: streamed(index) }),
    );
    await waitUntil(() => seen.size > 0, 'the first turn at the upstream', PATIENCE);
    await proxy.supervisor.hosts.replace(HOST);
    hold.open();
    const answers = await Promise.all(running.map(({ answer }) => answer));
    for (const [index, answer] of answers.entries()) {
      const text = await answer.text();
      const sent = seen.get(`conversation-${index}`) ?? 0;
      if (answer.status === 200) {
        assert.equal(sent, 1, 'the upstream got the turn exactly once');
        assert.match(text, new RegExp(`conversation-${index}\\b`));
      } else {
        // On its way when the host died: it may have been billed, so nobody sends it again.
        assert.ok(sent <= 1);
        assert.match(text, /"code":"host_lost"/);
      }
    }
  });

  it('is replaced with the state of its credentials', async (t) => {
    const upstream = await startFakeUpstream(t, (call) => {
      if (call.request.headers['authorization'] === 'Bearer key-0') call.json(402, '{"detail":{}}');
      else call.turn();
    });
    const proxy = await startProxy(t, {
      'codex-api-key': codexKeys(upstream.origin, 2),
      routing: { strategy: 'fill-first' },
      switchyard: { threads: { hosts: 2 } },
    });
    assert.equal((await turn(proxy, 0)).status, 200);
    const askedBefore = upstream.requests.length;
    await proxy.supervisor.hosts.replace(HOST);
    await waitUntil(
      async () => {
        const hosts = await proxy.supervisor.hosts.snapshots();
        return hosts.get(HOST)?.credentials.length === 1;
      },
      'the replaced host',
      PATIENCE,
    );
    for (let index = 1; index <= 4; index += 1)
      assert.equal((await turn(proxy, index)).status, 200);
    assert.equal(
      upstream.requests.length - askedBefore,
      4,
      'the blocked account is not asked again',
    );
  });

  it('a single credential waits for its new host', async (t) => {
    const upstream = await startFakeUpstream(t);
    const proxy = await twoHosts(t, upstream.origin, 1);
    assert.equal((await turn(proxy, 0)).status, 200);
    const replaced = proxy.supervisor.hosts.replace(HOST);
    const texts = await Promise.all([1, 2, 3].map((index) => servedTurn(proxy, index)));
    await replaced;
    assert.equal(upstream.requests.length, 4, 'each turn was sent once');
    for (const text of texts) assert.match(text, /event: response\.completed/);
  });
});
