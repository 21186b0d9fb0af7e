/**
 * The promise of the product: a conversation stays on its account, and moves only when it must.
 * 3 accounts, 20 interleaved conversations of 10 turns; one account runs out of quota half-way.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream, type UpstreamExchange } from '../support/fake-upstream.ts';
import { usageLimitBody } from '../support/turns.ts';

const CONVERSATIONS = 20;
const TURNS = 10;

const accountOf = (call: UpstreamExchange): string =>
  call.request.headers['authorization']?.replace('Bearer ', '') ?? '';

interface Conversation {
  /** Account of every turn that was answered. */
  accounts: string[];
  messages: Record<string, unknown>[];
}

describe('20 interleaved conversations of 10 turns on 3 accounts', async () => {
  const exhausted = new Set<string>();
  const upstream = await startFakeUpstream({ after }, (call) => {
    const account = accountOf(call);
    if (exhausted.has(account)) call.json(429, usageLimitBody(3600));
    else call.turn({ text: `from ${account}` });
  });
  const proxy = await startProxy({ after }, { 'codex-api-key': codexKeys(upstream.origin, 3) });
  const url = `${proxy.origin}/v1/chat/completions`;

  async function turn(conversation: Conversation, number: number): Promise<void> {
    conversation.messages.push({ role: 'user', content: `turn ${number}` });
    const answer = await sendRequest(url, {
      body: { model: 'gpt-5.5', stream: number % 2 === 0, messages: conversation.messages },
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const account = /from (key-\d)/.exec(text)?.[1] ?? 'nobody';
    conversation.accounts.push(account);
    conversation.messages.push({ role: 'assistant', content: `from ${account}` });
  }

  async function play(turns: number[], conversations: Conversation[]): Promise<void> {
    for (const number of turns) {
      await Promise.all(conversations.map((conversation) => turn(conversation, number)));
    }
  }

  const fresh = (label: string): Conversation[] =>
    Array.from({ length: CONVERSATIONS }, (_, index) => ({
      accounts: [],
      messages: [{ role: 'system', content: `${label} conversation ${index}` }],
    }));

  it('every conversation stays on one account, and all accounts are used', async () => {
    const conversations = fresh('calm');
    await play(
      Array.from({ length: TURNS }, (_, index) => index),
      conversations,
    );
    for (const { accounts } of conversations) assert.equal(new Set(accounts).size, 1);
    const used = new Set(conversations.flatMap(({ accounts }) => accounts));
    assert.equal(used.size, 3);
  });

  it('after a 429 with a reset hint only its conversations move, once, without an error', async () => {
    const conversations = fresh('stormy');
    await play([0, 1, 2, 3, 4], conversations);
    const lost = 'key-1';
    exhausted.add(lost);
    const refusedBefore = upstream.requests.length;
    await play([5, 6, 7, 8, 9], conversations);
    for (const { accounts } of conversations) {
      const [home] = accounts;
      const moves = accounts.filter(
        (account, index) => index > 0 && account !== accounts[index - 1],
      );
      assert.equal(moves.length, home === lost ? 1 : 0);
      assert.notEqual(accounts.at(-1), lost);
    }
    const asked = upstream.requests
      .slice(refusedBefore)
      .filter((request) => request.headers['authorization'] === `Bearer ${lost}`);
    const homes = conversations.filter(({ accounts }) => accounts[0] === lost).length;
    assert.ok(homes > 0, 'the exhausted account had conversations');
    assert.ok(asked.length <= homes, 'nobody asks the exhausted account again');
  });
});
