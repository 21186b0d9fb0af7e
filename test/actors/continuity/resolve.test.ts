import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveContinuity } from '../../../src/actors/continuity/resolve.ts';
import { credentialId } from '../../../src/ids.ts';
import { loadFixture, bodyText, type RecordedStep } from '../../support/fixtures.ts';
import { turnOf, type TurnChoices } from '../support.ts';
import { uuidV5 } from '../../../src/conversation/uuid5.ts';
import type { ContinuitySource } from '../../../src/turn.ts';

const AUTH = credentialId('codex-user@example.com-plus.json');
const MESSAGES = [
  { role: 'system', content: 'You are terse.' },
  { role: 'user', content: 'hello' },
];
const CHAT: TurnChoices = { body: { messages: MESSAGES } };
const NO_USER = { messages: [{ role: 'assistant', content: 'hi' }] };
const PRINCIPAL_1 = 'a89771df-719e-5289-bc84-c5179c5a5053';
const DERIVED_9 = '7982865d-96bc-58ca-9222-7d66f1b98450';
const CLAUDE_SESSION = '9f0c5e1a-1111-4222-8333-abcdefabcdef';

function resolve(choices: TurnChoices, model = 'gpt-5.5', credential = AUTH) {
  return resolveContinuity(turnOf(choices), model, credential);
}

/** Number, what differs from the reference, request, key, source. */
type Case = [name: string, request: TurnChoices, key: string, source: ContinuitySource];

function check(cases: Case[]): void {
  for (const [name, request, key, source] of cases) {
    it(name, () => assert.deepEqual(resolve(request), { key, source }));
  }
}

describe('continuity of images, codex.md 4.2', () => {
  const image: TurnChoices = {
    format: 'openai-image',
    path: '/v1/images/generations',
    body: { prompt: 'a fox', prompt_cache_key: 'k', messages: MESSAGES },
    headers: { 'session-id': 's', 'idempotency-key': 'i' },
  };

  it('there is none: no signal of a conversation counts', () => {
    assert.deepEqual(resolve(image), { key: undefined, source: 'none' });
  });

  it('but for a session of the transport', () => {
    const { key, source } = resolve({ ...image, executionSession: 'exec-1' });
    const name = 'cli-proxy-api\0codex\0execution-session\0exec-1';
    assert.deepEqual([key, source], [uuidV5(name), 'execution_session']);
  });
});

describe('continuity keys, codex.md 9.1', () => {
  check([
    [
      '1 and 21: client key when nothing else is there',
      { body: NO_USER },
      PRINCIPAL_1,
      'client_principal',
    ],
    [
      '2: another client',
      { body: NO_USER, clientKey: 'sk-client-2' },
      'b9da4bf2-73ef-57a0-a991-69b256dcf93e',
      'client_principal',
    ],
    [
      '3: blanks around the key',
      { body: NO_USER, clientKey: ' sk-client-1 ' },
      PRINCIPAL_1,
      'client_principal',
    ],
    [
      '4: credential id when there is no client key',
      { body: NO_USER, clientKey: null },
      'c717bf7b-040f-5915-9c97-8bf136534f99',
      'credential_id',
    ],
    [
      '6: execution session',
      { ...CHAT, executionSession: 'sess-1' },
      '75382599-1bb9-537c-acb3-08c86ab610a5',
      'execution_session',
    ],
    [
      '7: execution session',
      { ...CHAT, executionSession: '0b9d2f6e-3c1a-4a57-9f0e-2b6f7a1c9d10' },
      'fb4020d1-2a58-5627-8c52-5e634ba5d2cb',
      'execution_session',
    ],
    ['9: how the conversation begins', CHAT, DERIVED_9, 'request_affinity'],
    [
      '11: the same beginning of another client',
      { ...CHAT, clientKey: 'sk-client-2' },
      '7bcdb71a-ec4d-5b4d-b754-e81ec6c73d06',
      'request_affinity',
    ],
    [
      '18: Claude Messages',
      {
        format: 'claude',
        body: { system: 'You are terse.', messages: [MESSAGES[1]] },
      },
      '042f0cbc-ce2f-525a-836e-c3a895e5a1be',
      'request_affinity',
    ],
  ]);

  it('5: other credential ids', () => {
    const request: TurnChoices = { body: NO_USER, clientKey: null };
    const keyOf = (id: string) => resolve(request, 'm', credentialId(id)).key;
    assert.equal(keyOf('codex:apikey:432061004b41'), '69ab25fb-4c57-54a6-8e67-74e816fa49f7');
    assert.equal(keyOf('auth-1'), '85d3040f-88e2-56d5-ab9d-d221c1379e39');
  });

  it('10: a later turn has the same key', () => {
    const later = [
      ...MESSAGES,
      { role: 'assistant', content: 'hi' },
      { role: 'user', content: 'more' },
    ];
    assert.equal(resolve({ body: { messages: later } }).key, DERIVED_9);
  });

  it('19: Claude Code, per model and agent', () => {
    const keyOf = (model: string, agent?: string) =>
      resolve(
        {
          format: 'claude',
          headers: {
            'x-claude-code-session-id': CLAUDE_SESSION,
            ...(agent !== undefined && { 'x-claude-code-agent-id': agent }),
          },
        },
        model,
      );
    assert.deepEqual(keyOf('gpt-5.5'), {
      key: '9990a287-f96d-58ca-9d2b-ea7c8de7be42',
      source: 'request_affinity',
    });
    assert.equal(keyOf('gpt-5.5', 'agent-7').key, '7a0104b2-49ff-5226-9e71-257abcfbca3a');
    assert.equal(keyOf('gpt-5.4').key, 'cdd14405-f0ac-5f4d-91d2-d380d1bae2c5');
  });

  it('19: the session inside metadata.user_id is the same one', () => {
    const userIds = [
      `user_abc_account__session_${CLAUDE_SESSION}`,
      JSON.stringify({ device_id: 'd', account_uuid: '', session_id: CLAUDE_SESSION }),
    ];
    for (const user_id of userIds) {
      const { key } = resolve({ format: 'claude', body: { metadata: { user_id }, messages: [] } });
      assert.equal(key, '9990a287-f96d-58ca-9d2b-ea7c8de7be42');
    }
  });
});

describe('resolution per request, codex.md 9.2 in the form of 4.7', () => {
  const affinity = (id: string) =>
    uuidV5(
      `cli-proxy-api\0codex\0affinity\0bdc84e5ba504a6b7d3589b3aed0caef619310c6a5afe2cd05c9cded5bb454f7a\0${id}`,
    );
  check([
    [
      '22: explicit key, trimmed',
      { body: { messages: MESSAGES, prompt_cache_key: ' k1 ' } },
      'k1',
      'prompt_cache_key',
    ],
    [
      '23: trimmed for Responses too (reference: kept with its blanks)',
      { format: 'openai-response', body: { input: 'ping', prompt_cache_key: ' k1 ' } },
      'k1',
      'prompt_cache_key',
    ],
    [
      '24: an empty key falls through',
      { format: 'openai-response', body: { input: 'ping', prompt_cache_key: '' } },
      'af125fed-66ca-5ef8-9728-39f3ebdb931e',
      'request_affinity',
    ],
    [
      "25: the client's session chooses the key (reference: hash of the client key)",
      { ...CHAT, headers: { 'session-id': 'c-1' } },
      affinity('codex:c-1'),
      'request_affinity',
    ],
    [
      '26: so it does for Responses (reference: no key at all)',
      { format: 'openai-response', body: { input: 'ping' }, headers: { 'session-id': 'c-1' } },
      affinity('codex:c-1'),
      'request_affinity',
    ],
    [
      '27: idempotency key, scoped to its client',
      { ...CHAT, headers: { 'idempotency-key': 'order-42' } },
      '5abe0a18-c7dd-54f7-98fa-ad21087c722d',
      'idempotency_key',
    ],
    [
      '28: a plain user id is a signal (reference: no key at all)',
      { format: 'claude', body: { metadata: { user_id: 'plain-user' }, messages: MESSAGES } },
      affinity('user:plain-user'),
      'request_affinity',
    ],
    [
      'camel-case key of opencode (clients.md 2, row 7)',
      { body: { messages: MESSAGES, promptCacheKey: 'ses_1' } },
      'ses_1',
      'prompt_cache_key',
    ],
  ]);

  it('each signal outranks all that follow it', () => {
    const everything: TurnChoices = {
      body: { messages: MESSAGES, prompt_cache_key: 'k1' },
      executionSession: 'sess-1',
      headers: { 'idempotency-key': 'order-42', 'session-id': 'c-1' },
    };
    const sources: ContinuitySource[] = [];
    const steps: TurnChoices[] = [
      everything,
      { ...everything, ...CHAT },
      { ...everything, ...CHAT, executionSession: null },
      { ...CHAT, headers: { 'session-id': 'c-1' } },
      { body: NO_USER },
      { body: NO_USER, clientKey: null },
    ];
    for (const step of steps) sources.push(resolve(step).source);
    assert.deepEqual(sources, [
      'prompt_cache_key',
      'execution_session',
      'idempotency_key',
      'request_affinity',
      'client_principal',
      'credential_id',
    ]);
  });

  it('two clients with the same session name never share a key', () => {
    const request: TurnChoices = { ...CHAT, headers: { 'session-id': 'c-1' } };
    assert.notEqual(resolve(request).key, resolve({ ...request, clientKey: 'sk-client-2' }).key);
  });

  it('a value that is no usable signal is passed over', () => {
    const headers = { 'session-id': 'x'.repeat(257), 'idempotency-key': 'a\u0007b' };
    assert.deepEqual(resolve({ ...CHAT, headers }), { key: DERIVED_9, source: 'request_affinity' });
  });
});

describe('continuity of recorded clients', () => {
  function keysOf(name: string, format: TurnChoices['format'] & string): (string | undefined)[] {
    const steps = loadFixture(name).requests.filter((step) => isModelRequest(step));
    return steps.map((step) => {
      const headers = Object.fromEntries(
        step.headers.map(([key, value]) => [key.toLowerCase(), value]),
      );
      const body: unknown = JSON.parse(bodyText(step));
      return resolve({ format, headers, body }).key;
    });
  }

  it('all turns of one Codex conversation have its own key', () => {
    const keys = keysOf('codex/01-http-sse-two-processes', 'openai-response');
    assert.ok(keys.length > 2);
    assert.equal(new Set(keys).size, 1);
  });

  it('all turns of one Claude Code conversation have one key', () => {
    const keys = keysOf('claude/01-bearer-two-turns', 'claude');
    assert.ok(keys.length > 2);
    assert.equal(new Set(keys).size, 1);
  });

  it('a client without any identity is recognised by how its conversation begins', () => {
    // The resumed process leaves a part of the first message out: another beginning, another prefix.
    const [first, second, third, fourth, ...more] = keysOf('qwen/01-openai-two-turns', 'openai');
    assert.deepEqual(more, []);
    assert.equal(first, second);
    assert.equal(third, fourth);
    assert.notEqual(first, third);
  });

  function isModelRequest(step: RecordedStep): boolean {
    return step.method === 'POST' && step.body?.['model'] !== undefined;
  }
});
