/** The pure parts of the sandbox. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Accounts, accountName, MAX_ACCOUNTS, MAX_SPENT } from '../../src/sandbox/accounts.ts';
import { commandIn } from '../../src/sandbox/commands.ts';
import { IDLE_LIFETIME_MS, MAX_ENTRIES, PromptCache } from '../../src/sandbox/prompt-cache.ts';
import { PRIMARY_MINUTES, PRIMARY_TOKENS, QuotaMeter } from '../../src/sandbox/quota.ts';
import { readRequest } from '../../src/sandbox/request.ts';
import { estimateTokens, splitText } from '../../src/sandbox/text.ts';

describe('commands in a message', () => {
  const fault = (value: object, always = false) => ({ kind: 'fault', fault: value, always });
  for (const [text, expected] of [
    ['please sandbox:429 30 now', fault({ kind: 'limit', seconds: 30 })],
    ['sandbox:429', fault({ kind: 'limit', seconds: 60 })],
    ['sandbox:429 9999999', fault({ kind: 'limit', seconds: 86_400 })],
    ['sandbox:503 always', fault({ kind: 'status', status: 503 }, true)],
    ['sandbox:break', fault({ kind: 'break' })],
    ['sandbox:slow', { kind: 'slow', pauseMs: 100 }],
    ['sandbox:slow 90000', { kind: 'slow', pauseMs: 5000 }],
    ['sandbox:tool', { kind: 'tool', times: 1, name: undefined, arguments: '{}' }],
    ['sandbox:tool 3', { kind: 'tool', times: 3, name: undefined, arguments: '{}' }],
    ['sandbox:tool 99 f {}', { kind: 'tool', times: 20, name: 'f', arguments: '{}' }],
    ['sandbox:tool 3d', { kind: 'tool', times: 1, name: '3d', arguments: '{}' }],
    ['sandbox:close 1012', fault({ kind: 'close', code: 1012 })],
    ['sandbox:close 1006', fault({ kind: 'close', code: 1011 })],
    ['sandbox:tool f.x {"a":{}}', { kind: 'tool', times: 1, name: 'f.x', arguments: '{"a":{}}' }],
    ['sandbox:200', undefined],
    ['sandbox:unknown', undefined],
    ['the sandbox: 429', undefined],
    ['', undefined],
  ] as const) {
    it(`"${text}"`, () => assert.deepEqual(commandIn(text), expected));
  }
});

describe('prompt cache', () => {
  const scope = { account: 'sandbox-1', model: 'm', key: 'k' };
  const item = (tokens: number, mark = 'x') => mark.repeat(tokens * 4);

  it('is cold first, then knows the longest start, item by item', () => {
    const cache = new PromptCache();
    const turn = [item(40), item(24, 'a')];
    assert.deepEqual(cache.read(scope, turn, 0), { inputTokens: 64, cachedTokens: 0 });
    const longer = [...turn, item(20, 'b')];
    assert.deepEqual(cache.read(scope, longer, 0), { inputTokens: 84, cachedTokens: 64 });
    const edited = [item(40), item(24, 'c'), item(20, 'b')];
    assert.equal(cache.read(scope, edited, 0).cachedTokens, 40);
  });

  it('rounds like a real upstream from 1024 tokens on, finer below', () => {
    const cache = new PromptCache();
    for (const [tokens, shown] of [
      [1023, 1016],
      [1024, 1024],
      [1300, 1280],
      [7, 0],
    ] as const) {
      cache.read(scope, [item(tokens, String(tokens)[0])], 0);
      assert.equal(cache.read(scope, [item(tokens, String(tokens)[0])], 0).cachedTokens, shown);
    }
  });

  for (const other of [{ account: 'sandbox-2' }, { model: 'n' }, { key: '' }]) {
    it(`keeps apart: ${JSON.stringify(other)}`, () => {
      const cache = new PromptCache();
      cache.read(scope, [item(64)], 0);
      assert.equal(cache.read({ ...scope, ...other }, [item(64)], 0).cachedTokens, 0);
    });
  }

  it('forgets what was idle, and only that', () => {
    const cache = new PromptCache();
    cache.read(scope, [item(64)], 0);
    assert.equal(cache.read(scope, [item(64)], IDLE_LIFETIME_MS - 1).cachedTokens, 64);
    assert.equal(cache.read(scope, [item(64)], 2 * IDLE_LIFETIME_MS).cachedTokens, 0);
  });

  it('is bounded: the entry unused longest goes', () => {
    const cache = new PromptCache();
    const texts = Array.from({ length: MAX_ENTRIES - 1 }, (_, index) => `text number ${index}`);
    cache.read(scope, [item(64)], 0);
    cache.read(scope, texts, 0);
    assert.equal(cache.size, MAX_ENTRIES);
    cache.read(scope, [item(64)], 0);
    cache.read(scope, ['one more'], 0);
    assert.equal(cache.size, MAX_ENTRIES);
    assert.equal(cache.read(scope, [item(64)], 0).cachedTokens, 64);
    assert.equal(cache.read(scope, texts.slice(0, 1), 0).cachedTokens, 0);
  });
});

describe('accounts', () => {
  it('are exhausted until their time', () => {
    const accounts = new Accounts();
    accounts.exhaust('a', 5000);
    assert.equal(accounts.admit('a', 2000), 3000);
    assert.equal(accounts.admit('b', 2000), 0);
    assert.equal(accounts.admit('a', 5000), 0);
    assert.deepEqual(accounts.stats()['a'], {
      requests: 2,
      limited: 1,
      inputTokens: 0,
      cachedTokens: 0,
    });
  });

  it('are bounded', () => {
    const accounts = new Accounts();
    for (let index = 0; index <= MAX_ACCOUNTS; index += 1) accounts.admit(`a${index}`, 0);
    assert.equal(Object.keys(accounts.stats()).length, MAX_ACCOUNTS);
    assert.equal(accounts.stats()['a0'], undefined);
  });

  it('let a command strike every first try of an input', () => {
    const accounts = new Accounts();
    assert.deepEqual(
      ['x', 'x', 'y', 'x'].map((input) => accounts.spend(input)),
      [true, false, true, true],
    );
    for (let index = 0; index < MAX_SPENT; index += 1) accounts.spend(`input ${index}`);
    assert.equal(accounts.spend('y'), true, 'the oldest was forgotten');
  });

  it('are named by our own keys; foreign keys are masked', () => {
    assert.equal(accountName('sandbox-1'), 'sandbox-1');
    assert.equal(accountName('sk-0123456789'), 'sk-0...6789');
  });
});

describe('quota', () => {
  const used = (meter: QuotaMeter, nowMs: number) => meter.read(0, nowMs).primary.usedPercent;

  it('fills with tokens, those from the cache for a tenth, and never looks exhausted', () => {
    const meter = new QuotaMeter();
    meter.add(PRIMARY_TOKENS / 10, 0, 0);
    assert.equal(used(meter, 0), 10);
    meter.add(PRIMARY_TOKENS / 10, PRIMARY_TOKENS / 10, 0);
    assert.equal(used(meter, 0), 11);
    meter.add(PRIMARY_TOKENS, 0, 0);
    assert.equal(used(meter, 0), 99);
  });

  it('begins anew with the first use after the end of a window', () => {
    const meter = new QuotaMeter();
    const end = PRIMARY_MINUTES * 60_000;
    meter.add(PRIMARY_TOKENS / 2, 0, 0);
    assert.equal(used(meter, end - 1), 50);
    assert.equal(used(meter, end), 0);
    meter.add(PRIMARY_TOKENS / 4, 0, end + 1000);
    assert.deepEqual(meter.read(0, end + 1000).primary, {
      usedPercent: 25,
      windowMinutes: PRIMARY_MINUTES,
      resetAt: (2 * end) / 1000 + 1,
    });
    assert.equal(meter.read(0, end + 1000).secondary.usedPercent, 12);
  });

  it('of an exhausted account is used up until it is back', () => {
    const { primary } = new QuotaMeter().read(90_000, 30_000);
    assert.deepEqual(primary, { usedPercent: 100, windowMinutes: PRIMARY_MINUTES, resetAt: 90 });
  });
});

describe('reading a request', () => {
  it('takes the last user text and counts turns (responses)', () => {
    const request = readRequest('responses', {
      model: 'sandbox',
      stream: true,
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'one' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two' }] },
      ],
      tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
      prompt_cache_key: 'k',
    });
    assert.ok(typeof request !== 'string');
    const { items, ...rest } = request;
    assert.equal(items.length, 4);
    assert.deepEqual(rest, {
      kind: 'responses',
      model: 'sandbox',
      stream: true,
      warmUp: false,
      userText: 'two',
      lastWords: 'two',
      turn: 2,
      toolOutput: undefined,
      toolOutputs: 0,
      tools: ['f'],
      cacheKey: 'k',
    });
  });

  it('sees tool outputs in both dialects', () => {
    const responses = readRequest('responses', {
      input: [{ type: 'function_call_output', call_id: 'c', output: 'done' }],
    });
    const chat = readRequest('chat', {
      messages: [{ role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'done' }] }],
      tools: [{ type: 'function', function: { name: 'g' } }],
    });
    assert.ok(typeof responses !== 'string' && typeof chat !== 'string');
    assert.equal(responses.toolOutput, 'done');
    assert.equal(chat.toolOutput, 'done');
    assert.deepEqual(chat.tools, ['g']);
  });

  it('tells what the user wrote from the notes that an agent puts in front of it', () => {
    const content = ['<system-reminder>', 'Hi'].map((text) => ({ type: 'input_text', text }));
    const request = readRequest('responses', { input: [{ role: 'user', content }] });
    assert.ok(typeof request !== 'string');
    assert.equal(request.userText, '<system-reminder>\nHi');
    assert.equal(request.lastWords, 'Hi');
  });

  it('takes a plain string as input', () => {
    const request = readRequest('responses', { input: 'Hi' });
    assert.ok(typeof request !== 'string');
    assert.equal(request.userText, 'Hi');
  });

  for (const [kind, body, message] of [
    ['chat', {}, /no messages/],
    ['responses', { input: null }, /no input/],
    ['responses', undefined, /expected object/],
    ['chat', { messages: 'x' }, /messages/],
  ] as const) {
    it(`refuses ${kind} ${JSON.stringify(body)}`, () => {
      const request = readRequest(kind, body);
      assert.ok(typeof request === 'string');
      assert.match(request, message);
    });
  }
});

describe('text', () => {
  it('is cut between code points', () => {
    const text = 'a😀'.repeat(20);
    const pieces = splitText(text, 3);
    assert.equal(pieces.join(''), text);
    for (const piece of pieces) assert.equal(Buffer.from(piece).toString(), piece);
    assert.deepEqual(splitText(''), []);
  });

  it('counts tokens in bytes', () => {
    assert.deepEqual(['', 'a', 'abcd', 'äöü'].map(estimateTokens), [0, 1, 1, 2]);
  });
});
