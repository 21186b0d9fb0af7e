/**
 * Recorded conversations of real clients, replayed through the proxy: every request is accepted,
 * each conversation stays on one account, and the upstream gets what the specification says.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { bodyText, fixtureNames, headerOf, loadFixture } from '../support/fixtures.ts';
import { chatObject, chatSse, chatTurn, responsesTurn } from '../support/turns.ts';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { responsesSse } from '../support/turns.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream, type UpstreamRecord } from '../support/fake-upstream.ts';
import { zstdStored } from '../support/zstd.ts';
import type { RecordedStep } from '../support/fixtures.ts';

const CHAT = '/v1/chat/completions';
const RESPONSES = ['/v1/responses', '/backend-api/codex/responses'];
const CLIENTS = ['codex', 'opencode', 'qwen', 'sdk'];

/** The HTTP turns of a recording on the routes that are served. */
function turnsOf(name: string): RecordedStep[] {
  return loadFixture(name).requests.filter(
    ({ transport, method, path }) =>
      transport === 'http' && method === 'POST' && [CHAT, ...RESPONSES].includes(path),
  );
}

const RECORDINGS = CLIENTS.flatMap(fixtureNames)
  .map((name) => ({ name, turns: turnsOf(name) }))
  .filter(({ turns }) => turns.length > 0);

const modelsOf = (turns: RecordedStep[]): string[] => [
  ...new Set(turns.map(({ body }) => String(body?.['model']))),
];

/** Set by the connection or by the test's own client. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'transfer-encoding']);

function replay(proxy: TestProxy, step: RecordedStep): Promise<ClientAnswer> {
  const text = Buffer.from(bodyText(step));
  const headers = step.headers.filter(([key]) => !NOT_REPLAYED.has(key.toLowerCase())).flat();
  const zstd = headerOf(step, 'content-encoding') === 'zstd';
  return sendRequest(`${proxy.origin}${step.path}`, {
    headers,
    body: zstd ? zstdStored(text) : text,
  });
}

/** One `done` of a whole answer in the client's own dialect. */
async function checkAnswer(answer: ClientAnswer, step: RecordedStep): Promise<void> {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.state, 'complete');
  const chat = step.path === CHAT;
  if (step.body?.['stream'] === true) {
    const terminal = chat ? /data: \[DONE\]\n\n$/ : /event: response\.completed\n.*\n\n$/;
    assert.match(text, terminal);
  } else {
    assert.equal(
      (JSON.parse(text) as { object: string }).object,
      chat ? 'chat.completion' : 'response',
    );
  }
}

/** What must never differ between two requests of one conversation. */
function checkGrowth(before: unknown[], after: unknown[]): void {
  assert.ok(after.length >= before.length);
  assert.deepEqual(after.slice(0, before.length), before, 'the prefix is unchanged');
}

describe('recorded conversations on Codex', () => {
  for (const { name, turns } of RECORDINGS) {
    it(name, async (t) => {
      const upstream = await startFakeUpstream(t);
      const keys = codexKeys(upstream.origin, 3, modelsOf(turns));
      useServerFor(t, turns);
      const proxy = await startProxy(t, { 'codex-api-key': keys });
      for (const step of turns) await checkAnswer(await replay(proxy, step), step);

      assert.equal(upstream.requests.length, turns.length, 'every turn was sent once');
      const accounts = upstream.requests.map((request) => request.headers['authorization']);
      assert.equal(new Set(mainTurns(turns).map((index) => accounts[index])).size, 1);
      turns.forEach((step, index) => checkCodexBody(step, upstream.requests[index]));
    });
  }
});

/** The native server refuses header names with an underscore (docs/server.md). */
function useServerFor(t: TestContext, turns: RecordedStep[]): void {
  const names = turns.flatMap(({ headers }) => headers.map(([name]) => name));
  if (!names.some((name) => name.includes('_'))) return;
  process.env['SWITCHYARD_SERVER'] = 'node';
  t.after(() => void delete process.env['SWITCHYARD_SERVER']);
}

/**
 * Turns of the main conversation. A sub-agent with a session of its own is another one, and so is
 * what a client without any identity makes of a resumed session: it drops a part of the first
 * message, so that its prefix is another one too.
 */
function mainTurns(turns: RecordedStep[]): number[] {
  const keys = turns.map((step) => headerOf(step, 'x-session-id') ?? openingOf(step));
  return turns.flatMap((_, index) => (keys[index] === keys[0] ? [index] : []));
}

/** The first message of the user, for chat clients that say nothing about their session. */
function openingOf({ path, body }: RecordedStep): string {
  if (path !== CHAT) return 'one';
  const messages = body?.['messages'] as { role: string }[];
  return JSON.stringify(messages.find(({ role }) => role === 'user'));
}

/** Fields that Codex refuses or that are forced (codex.md 1.4, 1.7). */
const DROPPED = [
  'temperature',
  'top_p',
  'max_output_tokens',
  'max_completion_tokens',
  'truncation',
  'user',
  'context_management',
  'previous_response_id',
  'generate',
  'safety_identifier',
  'stream_options',
];

function checkCodexBody(step: RecordedStep, sent: UpstreamRecord | undefined): void {
  assert.ok(sent !== undefined);
  const body = sent.json();
  assert.equal(sent.path, '/v1/responses');
  assert.equal(body['stream'], true);
  assert.equal(body['store'], false);
  assert.equal(body['model'], step.body?.['model']);
  assert.equal(typeof body['prompt_cache_key'], 'string');
  assert.equal(
    sent.headers['session-id'],
    headerOf(step, 'session-id') ?? body['prompt_cache_key'],
  );
  for (const field of DROPPED) assert.ok(!(field in body), `${field} is not sent`);
  const own = step.body ?? {};
  if (own['prompt_cache_key'] !== undefined) {
    assert.equal(body['prompt_cache_key'], own['prompt_cache_key']);
  }
  if (step.path === CHAT) return;
  for (const field of ['tools', 'reasoning', 'text', 'tool_choice', 'client_metadata']) {
    assert.deepEqual(body[field], own[field], field);
  }
  assert.equal((body['input'] as unknown[]).length, (own['input'] as unknown[]).length);
}

describe('recorded chat conversations keep their prefix on Codex', () => {
  for (const name of ['opencode/01-chat-completions.json', 'qwen/01-openai-two-turns.json']) {
    it(name, async (t) => {
      const upstream = await startFakeUpstream(t);
      const all = turnsOf(name).filter(({ body }) => body?.['tools'] !== undefined);
      const turns = mainTurns(all).flatMap((index) => all[index] ?? []);
      const keys = codexKeys(upstream.origin, 3, modelsOf(turns));
      const proxy = await startProxy(t, { 'codex-api-key': keys });
      for (const step of turns) await checkAnswer(await replay(proxy, step), step);
      const bodies = upstream.requests.map((request) => request.json());
      const cacheKeys = new Set(bodies.map((body) => body['prompt_cache_key']));
      assert.equal(cacheKeys.size, 1, 'one cache identity');
      for (let index = 1; index < bodies.length; index += 1) {
        const [before, next] = [bodies[index - 1], bodies[index]];
        assert.deepEqual(next?.['tools'], before?.['tools']);
        checkGrowth(before?.['input'] as unknown[], next?.['input'] as unknown[]);
      }
    });
  }
});

describe('recorded chat conversations on a compatible provider', () => {
  for (const { name, turns } of RECORDINGS.filter(({ turns: all }) => all[0]?.path === CHAT)) {
    it(`${name}: every byte but the model and the usage wish`, async (t) => {
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
      for (const step of turns) await checkAnswer(await replay(proxy, step), step);
      const accounts = upstream.requests.map((request) => request.headers['authorization']);
      assert.equal(new Set(mainTurns(turns).map((index) => accounts[index])).size, 1);
      turns.forEach((step, index) => {
        const expected = { ...step.body, model: `vendor/${String(step.body?.['model'])}` };
        const sent = upstream.requests[index]?.body.toString('utf8');
        assert.equal(sent, JSON.stringify(expected));
      });
    });
  }
});

describe('a Codex stream', () => {
  it('reaches a Responses client byte for byte', async (t) => {
    const events = responsesSse(responsesTurn({ text: 'Hello' }));
    const upstream = await startFakeUpstream(t, (call) => call.sse(events));
    const proxy = await startProxy(t, { 'codex-api-key': codexKeys(upstream.origin, 1) });
    const answer = await sendRequest(`${proxy.origin}/v1/responses`, {
      body: { model: 'gpt-5.5', input: 'Hi', stream: true },
    });
    assert.equal(await answer.text(), events);
  });
});
