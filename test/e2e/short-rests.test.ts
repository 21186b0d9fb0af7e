/**
 * Conversations on Anthropic and on Google keep their account, and with it their prompt cache, over
 * what passes in a moment; they move once when the account is really out. Each client is known by its
 * own signs of a conversation.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answerTurn, FAMILIES, type FamilyName } from '../support/families.ts';
import { reconfigure } from '../support/reconfigure.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';

type Json = Record<string, unknown>;

interface Turn {
  path: string;
  headers: Record<string, string>;
  body: Json;
}

const hello = { role: 'user', content: 'hello' };
const userId = (session: string): string =>
  JSON.stringify({ device_id: 'd', account_uuid: '', session_id: session });

/** A turn of the conversation `name`, as each client sends it. */
const CLIENTS: Record<string, (model: string, name: string) => Turn> = {
  'Claude Code': (model, name) => ({
    path: '/v1/messages',
    headers: {},
    body: { model, max_tokens: 50, messages: [hello], metadata: { user_id: userId(name) } },
  }),
  opencode: (model, name) => ({
    path: '/v1/chat/completions',
    headers: { 'x-session-affinity': name },
    body: { model, messages: [hello] },
  }),
  'Gemini CLI': (model, name) => ({
    path: `/v1beta/models/${model}:generateContent`,
    headers: {},
    body: { contents: [{ role: 'user', parts: [{ text: name }] }] },
  }),
};

/** Seconds that a refusal may tell. */
const SOON = 1;

for (const name of ['claude', 'gemini'] satisfies FamilyName[]) {
  const family = FAMILIES[name];

  describe(`conversations on ${name}`, async () => {
    /** Answers that come first, by account. */
    const refusals: [status: number, headers?: Record<string, string>][] = [];
    const asked: string[] = [];
    const upstream = await startFakeUpstream({ after }, (call) => {
      asked.push(family.account(call));
      const refusal = refusals.shift();
      if (refusal === undefined) answerTurn(family, call);
      else call.json(refusal[0], family.error(refusal[0], 'not now'), refusal[1]);
    });
    const pool = (marker: string): Json =>
      family.pool(upstream.origin, 2, [family.model, marker], (model) => model);
    const proxy = await startProxy({ after }, pool('one'));

    /** Asks with these refusals first; returns the accounts that were asked. */
    async function turn(client: string, session: string, ...first: typeof refusals) {
      refusals.push(...first);
      asked.length = 0;
      const { path, headers, body } = (CLIENTS[client] as (typeof CLIENTS)[string])(
        family.model,
        session,
      );
      const answer = await sendRequest(proxy.origin + path, { headers, body });
      assert.equal(answer.status, 200, await answer.text());
      return [...asked];
    }

    const faults: [title: string, ...refusals: typeof refusals][] = [
      ['a 429 that is over soon', [429, { 'retry-after': String(SOON) }]],
      ['an overload', [529]],
      ['a fault of the service', [500]],
      ['two such things', [429], [503]],
    ];
    for (const [index, [title, ...first]] of faults.entries()) {
      const client = Object.keys(CLIENTS)[index % 3] as string;
      it(`${title}: ${client} gets its answer from the same account`, async () => {
        const session = `calm ${String(index)}`;
        const [home = ''] = await turn(client, session);
        const homes = Array.from({ length: first.length + 1 }, () => home);
        assert.deepEqual(await turn(client, session, ...first), homes);
        assert.deepEqual(await turn(client, session), [home]);
        allReady(proxy);
      });
    }

    for (const client of Object.keys(CLIENTS)) {
      it(`a reload of the configuration: ${client} stays`, async () => {
        const [home = ''] = await turn(client, `reload ${client}`);
        const marker = `after-${client.replace(' ', '-')}`;
        await reconfigure(proxy, { ...pool(marker), 'request-retry': 1 }, marker);
        assert.deepEqual(await turn(client, `reload ${client}`), [home]);
        assert.deepEqual(await turn(client, `reload ${client}`), [home]);
      });
    }

    it('an account that is out for an hour: the conversation moves once, and does not come back', async () => {
      const [home = ''] = await turn('opencode', 'out');
      const [first, next = ''] = await turn('opencode', 'out', [429, { 'retry-after': '3600' }]);
      assert.equal(first, home);
      assert.notEqual(next, home);
      const config = { ...pool('back'), 'disable-cooling': true };
      await reconfigure(proxy, config, 'back');
      allReady(proxy);
      assert.deepEqual(await turn('opencode', 'out'), [next]);
    });
  });
}

function allReady(proxy: TestProxy): void {
  for (const { status, label } of proxy.supervisor.accounts()) {
    assert.equal(status, 'ready', label);
  }
}
