/** Several fronts on one port: they share bindings, states and the list of models. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { PATHS, shortTurn } from '../support/endings.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { usageLimitBody } from '../support/turns.ts';

const CONVERSATIONS = 12;
const TURNS = 8;

describe('two fronts and two hosts', async () => {
  const exhausted = new Set<string>();
  const upstream = await startFakeUpstream({ after }, (call) => {
    if (exhausted.has(call.request.headers['authorization'] ?? '')) {
      call.json(429, usageLimitBody(3600));
    } else call.turn();
  });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 4),
      switchyard: { threads: { fronts: 2, hosts: 2 } },
    },
  );
  /** Every request opens a connection, so that the system deals them out to both fronts. */
  const turn = async (conversation: string): Promise<string> => {
    const answer = await sendRequest(proxy.origin + PATHS.responses, {
      body: { ...shortTurn('responses', 'gpt-5.5', true), prompt_cache_key: conversation },
    });
    assert.equal(answer.status, 200, await answer.text());
    await answer.text();
    return answer.headers['x-switchyard-account'] ?? '';
  };
  const names = (label: string): string[] =>
    Array.from({ length: CONVERSATIONS }, (_, index) => `${label}-${index}`);
  const play = async (conversations: string[], turns: number): Promise<string[][]> => {
    const rounds: string[][] = [];
    for (let number = 0; number < turns; number += 1) {
      rounds.push(await Promise.all(conversations.map(turn)));
    }
    return conversations.map((_, index) => rounds.map((round) => round[index] ?? ''));
  };

  it('a conversation stays on its account, whichever front takes its turns', async () => {
    const accounts = await play(names('calm'), TURNS);
    for (const [index, served] of accounts.entries()) {
      assert.deepEqual(new Set(served).size, 1, `conversation ${index}: ${served.join(' ')}`);
    }
    assert.ok(new Set(accounts.flat()).size >= 2, 'several accounts serve');
    assert.ok(Object.keys(proxy.supervisor.fronts).length >= 0);
  });

  it('a conversation that moved stays moved on both fronts', async () => {
    const conversations = names('moving');
    const before = await play(conversations, 2);
    const lost = 'Bearer key-1';
    exhausted.add(lost);
    const asked = upstream.requests.length;
    const later = await play(conversations, TURNS);
    for (const [index, served] of later.entries()) {
      assert.equal(new Set(served).size, 1, `conversation ${index}: ${served.join(' ')}`);
    }
    const moved = later.filter((served, index) => served[0] !== before[index]?.[0]).length;
    const refusals = upstream.requests
      .slice(asked)
      .filter(({ headers }) => headers['authorization'] === lost).length;
    assert.equal(refusals <= moved, true, `${refusals} refusals, ${moved} moved`);
  });

  it('both list the same models', async () => {
    const lists = await Promise.all(
      Array.from({ length: 16 }, async () =>
        (await sendRequest(`${proxy.origin}/v1/models`)).text(),
      ),
    );
    assert.equal(new Set(lists).size, 1);
  });
});
