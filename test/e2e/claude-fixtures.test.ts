/** Recorded conversations of Claude Code, opencode and the Anthropic SDK, replayed (clients.md 6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodyText, fixtureNames, headerOf, loadFixture } from '../support/fixtures.ts';
import { chatObject, chatSse, chatTurn } from '../support/turns.ts';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { readClaudeStream } from '../support/claude.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeSocketUpstream } from '../support/fake-socket-upstream.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import type { RecordedStep } from '../support/fixtures.ts';

type Json = Record<string, unknown>;

const NAMES = [...fixtureNames('claude'), 'opencode/03-anthropic.json', 'sdk/04-anthropic.json'];

const turnsOf = (name: string): RecordedStep[] =>
  loadFixture(name).requests.filter(
    ({ method, path }) => method === 'POST' && path.startsWith('/v1/messages'),
  );

const modelsOf = (turns: RecordedStep[]): string[] => [
  ...new Set(turns.map(({ body }) => String(body?.['model']))),
];

/** Set by the connection or by the test's own client. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'transfer-encoding']);

async function replay(proxy: TestProxy, step: RecordedStep): Promise<void> {
  const headers = step.headers.filter(([key]) => !NOT_REPLAYED.has(key.toLowerCase())).flat();
  const answer = await sendRequest(`${proxy.origin}${step.path}`, {
    headers,
    body: Buffer.from(bodyText(step)),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.state, 'complete');
  assert.match(answer.headers['request-id'] ?? '', /^req_[0-9a-f]{8}$/);
  if (step.body?.['stream'] === true) assert.equal(readClaudeStream(text).stopReason, 'end_turn');
  else assert.equal((JSON.parse(text) as Json)['type'], 'message');
}

/** What the client says about its session, in either form (clients.md 4.1). */
function sessionOf(step: RecordedStep): string | undefined {
  const { user_id: userId } = (step.body?.['metadata'] ?? {}) as { user_id?: string };
  const inside = /(?:session_id":"|_session_)([0-9a-f-]{36})/.exec(userId ?? '')?.[1];
  return headerOf(step, 'x-claude-code-session-id') ?? headerOf(step, 'x-session-id') ?? inside;
}

/** Numbers of the turns of each session and agent that has more than one. */
function conversationsOf(turns: RecordedStep[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, step] of turns.entries()) {
    const session = sessionOf(step);
    if (session === undefined) continue;
    const agent = headerOf(step, 'x-claude-code-agent-id') ?? 'main';
    const key = `${session} ${agent} ${String(step.body?.['model'])}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()].filter((indices) => indices.length > 1);
}

/** Neither refused by Codex nor meant for it (translate-openai-claude.md 6.1). */
const DROPPED = ['max_tokens', 'temperature', 'metadata', 'context_management', 'thinking'];

function checkCodexBody(step: RecordedStep, body: Json): void {
  assert.equal(body['model'], step.body?.['model']);
  assert.equal(body['stream'], true);
  assert.equal(body['store'], false);
  for (const member of DROPPED) assert.ok(!(member in body), `${member} is not sent`);
  const text = JSON.stringify(body);
  assert.ok(!text.includes('x-anthropic-billing-header'), 'no billing data');
  assert.ok(!text.includes('cache_control'), 'no cache marks');
}

describe('recorded Claude clients on Codex', () => {
  for (const name of NAMES) {
    it(`${name}: every session on one account, with one growing prefix`, async (t) => {
      const turns = turnsOf(name);
      const upstream = await startFakeUpstream(t);
      const keys = codexKeys(upstream.origin, 3, modelsOf(turns));
      const proxy = await startProxy(t, { 'codex-api-key': keys });
      for (const step of turns) await replay(proxy, step);
      const bodies = upstream.requests.map((request) => request.json());
      assert.equal(bodies.length, turns.length, 'every turn was sent once');
      turns.forEach((step, index) => checkCodexBody(step, bodies[index] ?? {}));
      for (const indices of conversationsOf(turns)) {
        const sent = indices.flatMap((index) => upstream.requests[index] ?? []);
        assert.equal(new Set(sent.map(({ headers }) => headers['authorization'])).size, 1);
        assert.equal(new Set(sent.map((one) => one.json()['prompt_cache_key'])).size, 1);
        assert.equal(typeof sent[0]?.json()['prompt_cache_key'], 'string');
      }
    });
  }

  it('claude/01-bearer-two-turns.json: the prefix never changes', async (t) => {
    const turns = turnsOf('claude/01-bearer-two-turns.json');
    const upstream = await startFakeUpstream(t);
    const keys = codexKeys(upstream.origin, 2, modelsOf(turns));
    const proxy = await startProxy(t, { 'codex-api-key': keys });
    for (const step of turns) await replay(proxy, step);
    const bodies = upstream.requests.map((request) => request.json());
    for (const [index, body] of bodies.slice(1).entries()) {
      const before = bodies[index]?.['input'] as unknown[];
      assert.deepEqual((body['input'] as unknown[]).slice(0, before.length), before);
      assert.deepEqual(body['tools'], bodies[index]?.['tools']);
    }
  });
});

describe('recorded Claude clients on Codex over WebSockets', () => {
  for (const name of NAMES) {
    it(name, async (t) => {
      const turns = turnsOf(name);
      const upstream = await startFakeSocketUpstream(t);
      const keys = codexKeys(upstream.origin, 2, modelsOf(turns));
      const proxy = await startProxy(t, {
        'codex-api-key': keys.map((key) => ({ ...key, websockets: true })),
      });
      for (const step of turns) await replay(proxy, step);
      assert.equal(upstream.http.length + upstream.turns.length, turns.length);
      // Without any name of the session there is no conversation to keep a socket for.
      if (conversationsOf(turns).length > 0) assert.ok(upstream.turns.length > 0);
    });
  }
});

describe('recorded Claude clients on a chat upstream', () => {
  for (const name of NAMES) {
    it(name, async (t) => {
      const turns = turnsOf(name);
      const upstream = await startFakeUpstream(t, (call) => {
        if (call.request.json()['stream'] === true) call.sse(chatSse(chatTurn()));
        else call.json(200, chatObject());
      });
      const proxy = await startProxy(t, {
        'openai-compatibility': [
          {
            name: 'acme',
            'base-url': `${upstream.origin}/v1`,
            'api-key-entries': [{ 'api-key': 'k1' }, { 'api-key': 'k2' }],
            models: modelsOf(turns).map((model) => ({ name: `vendor/${model}`, alias: model })),
          },
        ],
      });
      for (const step of turns) await replay(proxy, step);
      for (const [index, step] of turns.entries()) {
        const body = upstream.requests[index]?.json() ?? {};
        assert.equal(body['max_tokens'], step.body?.['max_tokens']);
        assert.equal(body['stream'], step.body?.['stream'] ?? false);
        assert.ok(!JSON.stringify(body).includes('x-anthropic-billing-header'));
      }
      for (const indices of conversationsOf(turns)) {
        const accounts = indices.map((index) => upstream.requests[index]?.headers['authorization']);
        assert.equal(new Set(accounts).size, 1);
      }
    });
  }
});
