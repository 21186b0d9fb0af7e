/** What must be true of every recorded turn on every family. */
import assert from 'node:assert/strict';
import { checkGoogleBody, type GoogleBody } from '../../support/fake-google.ts';
import type { Heard } from './dialects.ts';
import type { Family, Received } from './families.ts';
import { BILLING } from './forms/claude.ts';
import type { Json } from './forms/text.ts';
import type { Turn } from './recording.ts';
import { checkOwnForm } from './own-form.ts';
import { saidIn, withoutIds, type Entry, type Form, type Said } from './said.ts';

/** Of every answer (test/support/families.ts), and how much of the output is reasoning. */
const USAGE = { input: 120, cached: 100, output: 30 };
const REASONING_TOKENS = 12;

/** Chat and Responses clients see Google's thoughts beside the output (docs/gemini-upstreams.md). */
function usageFor(form: Form, family: Family): Heard['usage'] {
  const isBeside = family.form === 'gemini' && (form === 'chat' || form === 'responses');
  return isBeside ? { ...USAGE, output: USAGE.output - REASONING_TOKENS } : USAGE;
}

/** The client reads exactly what the upstream answered. */
export function checkHeard(turn: Turn, heard: Heard, family: Family): void {
  const { reply, form } = turn;
  assert.ok(reply !== undefined);
  const { text = '', toolCall: call, reasoning } = reply;
  assert.equal(heard.text, text);
  assert.equal(heard.reasoning, reasoning);
  assert.equal(heard.stoppedForCall, call !== undefined);
  const calls = call === undefined ? [] : [call];
  assert.deepEqual(
    heard.calls.map(({ id, name, input }) => ({ id, name, input })),
    calls.map(({ callId: id, name, arguments: input }) => ({ id, name, input: JSON.parse(input) })),
  );
  if (form === 'responses') {
    const namespaces = calls.map(({ name }) => /^(.+)__/.exec(name)?.[1]);
    assert.deepEqual(
      heard.calls.map(({ namespace }) => namespace),
      namespaces,
      'a name is split into its namespace and the rest again',
    );
  }
  assert.deepEqual(heard.proofs, proofsFor(turn, family), 'the proof of the reasoning');
  assert.deepEqual(heard.usage, usageFor(form, family));
  // Anthropic does not tell how much of it is reasoning.
  if (form !== 'claude' && family.form !== 'claude') {
    assert.equal(heard.reasoningTokens, REASONING_TOKENS);
  }
}

/** Google's signatures reach Claude clients that asked for thinking (docs/gemini-upstreams.md). */
function proofsFor({ form, body, reply }: Turn, { form: upstream, proof }: Family): string[] {
  if (proof?.reaches.includes(form) !== true) return [];
  if (proof.callsOnly === true && reply?.toolCall === undefined) return [];
  const expectsNone = upstream === 'gemini' && form === 'claude' && body['thinking'] === undefined;
  return expectsNone ? [] : [proof.text];
}

/** The upstream got everything the client said, once, and nothing about the client itself. */
export function checkReceived(turn: Turn, received: Received, family: Family): void {
  const { body, path } = received;
  assert.match(path, family.path);
  if (family.form !== 'gemini') assert.equal(body['model'], family.modelFor(turn.model));
  const said = saidIn(family.form, body);
  checkSaid(turn.said, said, family);
  checkHeaders(turn, received, family);
  if (turn.form === family.form) checkOwnForm(turn, received);
  else checkForeign(turn, received, said, family);
  MEMBERS[family.form](turn, received);
}

function checkSaid(client: Said, upstream: Said, family: Family): void {
  assert.equal(upstream.system, client.system, 'the instructions');
  const comparable = family.form === 'gemini' ? withoutIds : (entries: Entry[]) => entries;
  assert.deepEqual(comparable(upstream.entries), comparable(client.entries), 'the conversation');
  // It has a grammar of its own that Anthropic can not be told (docs/claude-upstreams.md).
  const isLeftOut = (name: string): boolean =>
    family.form === 'claude' && name === 'apply_patch' && client.custom.includes(name);
  assert.deepEqual(
    upstream.tools,
    client.tools.filter((name) => !isLeftOut(name)),
    'the tools',
  );
}

function checkHeaders({ form }: Turn, { headers, account }: Received, family: Family): void {
  assert.match(account, /^key-[01]$/);
  for (const [name, value] of Object.entries(headers)) {
    assert.match(name, family.headers, `${name}: ${value}`);
    assert.doesNotMatch(value, /<SECRET>/);
  }
  assert.equal(headers['x-codex-turn-state'], undefined, 'no account here gave such a state');
  const agent = headers['user-agent'] ?? '';
  const isToldWho = family.form === 'responses' || (family.form === 'claude' && form === 'claude');
  assert.equal(agent.startsWith('switchyard/'), !isToldWho, agent);
}

/** What one form alone understands stays away from the others. */
function checkForeign(turn: Turn, { raw }: Received, said: Said, { proof }: Family): void {
  assert.ok(!raw.includes(BILLING), 'data about the single request');
  const { user_id: user } = (turn.body['metadata'] ?? {}) as { user_id?: string };
  const device = /[0-9a-f]{64}/.exec(user ?? '')?.[0];
  if (device !== undefined) assert.ok(!raw.includes(device), 'the device of the user');
  const foreign = turn.said.proofs.filter((one) => said.proofs.includes(one));
  assert.ok(
    foreign.every((one) => one === proof?.text),
    'proofs that another upstream issued',
  );
}

/** Fields that Codex refuses (codex.md 1.4, 1.7; translate-openai-claude.md 6.1). */
const REFUSED_BY_CODEX = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_output_tokens',
  'max_completion_tokens',
  'truncation',
  'user',
  'metadata',
  'thinking',
  'context_management',
  'generate',
  'safety_identifier',
  'stream_options',
];

/** Marks that Anthropic takes in one request. */
const MAX_MARKS = 4;

/** Members of a body that each form needs, or does not take. */
const MEMBERS: Readonly<Record<Form, (turn: Turn, received: Received) => void>> = {
  chat({ streams, body: own }, { body, raw }) {
    assert.equal(body['stream'] ?? false, streams);
    if (own['max_tokens'] !== undefined) assert.equal(body['max_tokens'], own['max_tokens']);
    assert.ok(!raw.includes('"cache_control"'));
  },

  responses({ body: own }, { body, headers, raw, via }) {
    assert.equal(body['stream'], true);
    assert.equal(body['store'], false);
    for (const member of REFUSED_BY_CODEX) assert.ok(!(member in body), `${member} is not sent`);
    assert.equal('previous_response_id' in body, via === 'increment');
    assert.ok(!raw.includes('"cache_control"'));
    const key = body['prompt_cache_key'];
    assert.ok(typeof key === 'string' && key !== '', 'a key for the prompt cache');
    assert.equal(key, own['prompt_cache_key'] ?? key);
    assert.equal(headers['session-id'] ?? headers['session_id'], key);
  },

  claude({ form }, { body, raw }) {
    assert.ok(Number(body['max_tokens']) > 0);
    const marks = raw.match(/"cache_control":\{/g)?.length ?? 0;
    assert.ok(marks > 0 && marks <= MAX_MARKS, `${String(marks)} cache marks`);
    if (form === 'claude') return;
    const last = (body['messages'] as { content: Json[] }[]).at(-1)?.content.at(-1);
    assert.deepEqual(last?.['cache_control'], { type: 'ephemeral' }, 'the last block is marked');
    const system = (body['system'] ?? []) as Json[];
    const before = system.length > 0 ? system : (body['tools'] as Json[]);
    assert.deepEqual(before.at(-1)?.['cache_control'], { type: 'ephemeral' }, 'and the opening');
  },

  gemini({ form }, { body, raw }) {
    assert.ok(!raw.includes('"cache_control"'));
    for (const { parts } of body['contents'] as { parts: Json[] }[]) {
      const [call] = parts.filter((part) => part['functionCall'] !== undefined);
      if (call !== undefined) assert.ok(call['thoughtSignature'], 'the first call is signed');
    }
    // Gemini CLI repeats results when it resumes; its bytes go through.
    if (form !== 'gemini') checkGoogleBody(body as GoogleBody);
  },
};
