import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { callerScope } from '../../src/conversation/caller-scope.ts';
import { derivedSession, messageHashes } from '../../src/conversation/derived.ts';
import { scanObject } from '../../src/json/scan.ts';
import type { ConversationFormat } from '../../src/conversation/opening.ts';

const SCOPE_1 = callerScope('sk-client-1');
const TERSE = { role: 'system', content: 'You are terse.' };
const HELLO = { role: 'user', content: 'hello' };

function bytes(body: unknown): Buffer {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function derived(format: ConversationFormat, scope: string, body: unknown): string | undefined {
  const text = bytes(body);
  return derivedSession(format, scope, text, scanObject(text));
}

function hashes(format: ConversationFormat, body: unknown) {
  const text = bytes(body);
  return messageHashes(format, text, scanObject(text));
}

describe('derived session, routing.md 57 and 58', () => {
  it('57: caller scope of a client key', () => {
    assert.equal(
      callerScope('demo-client-key'),
      'b85468a09634b56b1d68363c59ee3fc693220ca39f3bbe577038a3ebf1ff05a9',
    );
  });

  it('58: system and user text', () => {
    const body = { messages: [{ role: 'system', content: 'be brief' }, HELLO] };
    assert.equal(
      derived('openai', callerScope('demo-client-key'), body),
      'ctx:v1:04eda5f228df02e0fed71503e59cf22d9ab6d15670b40ba6d96050f38ba24788',
    );
  });
});

describe('derived session, codex.md 4.4 and 9.1', () => {
  const CHAT_9 = 'ctx:v1:c038af90c23679ea308c880237982992cd284573c79333d3c5a4f4b5462b9d72';
  const RESPONSES_14 = 'ctx:v1:9b5d8f1749e3bd440236b3c55ff6ee67bfce50f63cc8368a96295bc30881486b';
  const LONG_16 = 'ctx:v1:65beef4236f0ca235009d4100a23a7c667a4dda8fd1451546d4f69b33fb80903';
  const digits = (times: number) => ({ role: 'system', content: '0123456789'.repeat(times) });
  const cases: [string, ConversationFormat, string, unknown, string][] = [
    ['9', 'openai', SCOPE_1, { messages: [TERSE, HELLO] }, CHAT_9],
    [
      '10: later turns',
      'openai',
      SCOPE_1,
      {
        messages: [
          TERSE,
          HELLO,
          { role: 'assistant', content: 'hi' },
          { role: 'user', content: 'more' },
        ],
      },
      CHAT_9,
    ],
    [
      '11: other client',
      'openai',
      callerScope('sk-client-2'),
      { messages: [TERSE, HELLO] },
      'ctx:v1:a960477d1cd32bd80b89122da28e21180fef2fef8e25f03a562def619b7cde7d',
    ],
    [
      '12: no system message',
      'openai',
      SCOPE_1,
      { messages: [HELLO] },
      'ctx:v1:79462d6a5f9c180273daa1e4191ca326a7c5736bcd24e31948e1df72a37ab165',
    ],
    [
      '13: escapes',
      'openai',
      '',
      { messages: [{ role: 'user', content: 'a < b & c' }] },
      'ctx:v1:352ebf90b907a4263c75e139c74e1405433ee7371b0d4016fb5df4330fda0388',
    ],
    [
      '14: text',
      'openai-response',
      SCOPE_1,
      { instructions: 'Be brief', input: 'ping' },
      RESPONSES_14,
    ],
    [
      '14: item',
      'openai-response',
      SCOPE_1,
      {
        instructions: 'Be brief',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ping' }] }],
      },
      RESPONSES_14,
    ],
    [
      '15: image',
      'openai',
      '',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'see' },
              { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
            ],
          },
        ],
      },
      'ctx:v1:827f933b05104be957e0022224397d4ace251eaad4cce0758a827f3eb4a1eeb0',
    ],
    ['16: 70 characters', 'openai', SCOPE_1, { messages: [digits(7), HELLO] }, LONG_16],
    ['16: 50 characters', 'openai', SCOPE_1, { messages: [digits(5), HELLO] }, LONG_16],
    [
      '17: beyond ASCII',
      'openai',
      SCOPE_1,
      { messages: [{ role: 'user', content: 'héllo ☃ 😀' }] },
      'ctx:v1:b771c88dc03552341a0120a16ed26389ca61769a8cee554c662facb8dff6437a',
    ],
    [
      '18: Claude',
      'claude',
      SCOPE_1,
      { system: 'You are terse.', messages: [HELLO] },
      'ctx:v1:fff3dcc7a4b46d2d526b7eaf340a9489810c555370481aab4cb470f72b486339',
    ],
  ];
  for (const [name, format, scope, body, expected] of cases) {
    it(name, () => assert.equal(derived(format, scope, body), expected));
  }

  it('21: no user message, no id', () => {
    const assistant = { role: 'assistant', content: 'hi' };
    assert.equal(derived('openai', SCOPE_1, { messages: [TERSE, assistant] }), undefined);
    assert.equal(
      derived('openai', SCOPE_1, { messages: [{ role: 'user', content: [] }] }),
      undefined,
    );
    assert.equal(derived('openai', SCOPE_1, { messages: 7 }), undefined);
    assert.equal(derived('openai-response', SCOPE_1, { instructions: 'Be brief' }), undefined);
  });
});

describe('derived session of the other formats', () => {
  it('reads roles without regard to case and blanks, and skips other messages', () => {
    const body = {
      messages: [
        { role: ' System ', content: [{ type: 'text', text: 'You are terse.' }] },
        { role: 'assistant', content: 'welcome' },
        { role: 'USER', content: [{ type: 'text', text: 'hello' }] },
      ],
    };
    assert.equal(
      derived('openai', SCOPE_1, body),
      derived('openai', SCOPE_1, { messages: [TERSE, HELLO] }),
    );
  });

  it('takes no instruction behind the first user message', () => {
    const plain = derived('openai', '', { messages: [HELLO] });
    assert.equal(derived('openai', '', { messages: [HELLO, TERSE] }), plain);
  });

  it('Gemini: either spelling, missing role, cached content as the last member', () => {
    const contents = [{ parts: [{ text: 'hello' }] }];
    const one = derived('gemini', '', { contents, systemInstruction: { parts: [{ text: 'x' }] } });
    const other = derived('gemini', '', {
      contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
      system_instruction: { parts: [{ text: 'x' }] },
    });
    assert.equal(one, other);
    const cached = derived('gemini', '', { contents, cachedContent: 'cachedContents/1' });
    assert.notEqual(cached, derived('gemini', '', { contents }));
    assert.equal(cached, derived('gemini', '', { contents, cached_content: 'cachedContents/1' }));
  });

  it('Gemini: the hashed text, member by member', () => {
    const body = {
      systemInstruction: { role: 'user', parts: [{ text: 'Be' }, { text: 'brief.' }] },
      contents: [
        { role: 'model', parts: [{ text: 'ignored' }] },
        {
          role: 'user',
          parts: [
            { text: '<hi>' },
            { inlineData: { mimeType: 'image/png', data: 'AA' } },
            { file_data: { mime_type: 'application/pdf', file_uri: 'https://e/a.pdf' } },
          ],
        },
        { role: 'user', parts: [{ text: 'later' }] },
      ],
      cachedContent: 'cachedContents/1',
    };
    const user =
      '[{"kind":"text","value":"\\u003chi\\u003e"},' +
      '{"kind":"inline_data","mime":"image/png","value":"AA"},' +
      '{"kind":"file","mime":"application/pdf","value":"https://e/a.pdf"}]';
    const root =
      `{"version":"cpa-session-root-v1","format":"gemini","caller_scope":"${SCOPE_1}",` +
      `"instructions":["Be\\nbrief."],"user":${user},"resource":"cachedContents/1"}`;
    const digest = createHash('sha256').update(root).digest('hex');
    assert.equal(derived('gemini', SCOPE_1, body), `ctx:v1:${digest}`);
  });

  it('Claude Code: the block with data of the single request does not count (clients.md 2, 18)', () => {
    const system = (hash: string) => [
      { type: 'text', text: `x-anthropic-billing-header: cc_version=2.1.75; cch=${hash};` },
      { type: 'text', text: 'You are a Claude agent.' },
    ];
    const first = derived('claude', '', { system: system('1a2b3'), messages: [HELLO] });
    assert.equal(derived('claude', '', { system: system('9f9f9'), messages: [HELLO] }), first);
    const bare = { system: 'You are a Claude agent.', messages: [HELLO] };
    assert.equal(derived('claude', '', bare), first);
  });

  it('cache marks, which move from turn to turn, do not count', () => {
    const block = (extra: object) => ({
      type: 'tool_use',
      id: 't1',
      input: { b: 1, a: 2, ...extra },
    });
    const body = (extra: object) => ({ messages: [{ role: 'user', content: [block(extra)] }] });
    assert.equal(
      derived('claude', '', body({ cache_control: { type: 'ephemeral' } })),
      derived('claude', '', body({})),
    );
  });

  it('media differ by their data and by their type', () => {
    const image = (data: string, type = 'image/png') =>
      derived('claude', '', {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: type, data } }],
          },
        ],
      });
    assert.notEqual(image('AAAA'), image('BBBB'));
    assert.notEqual(image('AAAA'), image('AAAA', 'image/jpeg'));
    assert.equal(image('AAAA'), image('AAAA'));
  });

  it('does not parse what comes behind the first user message', () => {
    const broken =
      '{"messages":[{"role":"user","content":"hello"},{"role":"user","content":nope}]}';
    assert.equal(derived('openai', '', broken), derived('openai', '', { messages: [HELLO] }));
  });

  it('a first user message that is no JSON is a fault of the client', () => {
    const broken = '{"messages":[{"role":"user","content":[nope]}]}';
    assert.throws(() => derived('openai', '', broken), { code: 'invalid_json' });
  });
});

describe('message hashes', () => {
  const BRIEF = { role: 'system', content: 'be brief' };
  const HI = { role: 'assistant', content: 'hi' };

  it('59: user text', () => {
    assert.deepEqual(hashes('openai', { messages: [HELLO] }), {
      id: 'msg:75f251b9b790ec8f',
      alias: undefined,
    });
  });

  it('60: system and user text', () => {
    assert.deepEqual(hashes('openai', { messages: [BRIEF, HELLO] }), {
      id: 'msg:0a2b2d7f7e86f4fb',
      alias: undefined,
    });
  });

  it('61: with the first answer, 60 is the alias', () => {
    assert.deepEqual(hashes('openai', { messages: [BRIEF, HELLO, HI, HELLO] }), {
      id: 'msg:f0c112111ac4f04c',
      alias: 'msg:0a2b2d7f7e86f4fb',
    });
  });

  it('codex.md 31', () => {
    assert.equal(hashes('openai', { messages: [TERSE, HELLO] })?.id, 'msg:667a8bd167c69f44');
    assert.deepEqual(hashes('openai', { messages: [TERSE, HELLO, HI] }), {
      id: 'msg:7864c0a76189b5e1',
      alias: 'msg:667a8bd167c69f44',
    });
    const responses = { instructions: 'Be brief', input: 'ping' };
    assert.equal(hashes('openai-response', responses)?.id, 'msg:122e1c35f0503011');
  });

  it('cuts texts to 100 bytes, also inside a character', () => {
    const id = (content: string) => hashes('openai', { messages: [{ role: 'user', content }] })?.id;
    assert.equal(id('a'.repeat(101)), id('a'.repeat(100)));
    assert.notEqual(id('a'.repeat(99)), id('a'.repeat(100)));
    assert.equal(id(`${'a'.repeat(99)}é`), id(`${'a'.repeat(99)}è`));
  });

  it('an answer that only calls tools is passed over', () => {
    const call = { role: 'assistant', content: null, tool_calls: [] };
    assert.equal(
      hashes('openai', { messages: [BRIEF, HELLO, call, HI] })?.id,
      'msg:f0c112111ac4f04c',
    );
  });

  it('instructions alone name no conversation', () => {
    assert.equal(hashes('openai', { messages: [BRIEF] }), undefined);
    assert.equal(hashes('openai', {}), undefined);
  });
});
