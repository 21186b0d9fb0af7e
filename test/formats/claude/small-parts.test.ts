/** Ids, quote repair, names, and the size of a request. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeCallId, shortCallId } from '../../../src/formats/claude/call-id.ts';
import { countClaudeTokens } from '../../../src/formats/claude/count-tokens.ts';
import { estimateTextTokens } from '../../../src/formats/claude/token-estimate.ts';
import { nameSpelling } from '../../../src/formats/claude/name-spelling.ts';
import { QuoteRepair, repairedQuotes } from '../../../src/formats/claude/quote-repair.ts';

describe('call ids of claude clients, 3.7', () => {
  it('other characters become underscores, an empty id gets a spare one', () => {
    assert.equal(claudeCallId('call.1/a b', 's'), 'call_1_a_b');
    assert.equal(claudeCallId('', 'toolu_3'), 'toolu_3');
  });

  it('64 bytes stay, 65 are cut', () => {
    const id = 'x'.repeat(64);
    assert.equal(shortCallId(id), id);
    assert.equal(Buffer.byteLength(shortCallId(`${id}x`)), 64);
    assert.notEqual(shortCallId(`${id}x`), shortCallId(`${id}y`));
  });
});

describe('quote repair, 9.1', () => {
  const cases: [string, string][] = [
    [`{"a": "it's"}`, `{"a": "it's"}`],
    [`{'a': 'b'}`, `{"a": "b"}`],
    [`{'a': 'say "x"'}`, `{"a": "say \\"x\\""}`],
    [`{'a': 'it\\'s'}`, `{"a": "it's"}`],
    [`{'a': 'x\\ny'}`, `{"a": "x\\ny"}`],
    [`{"a": "x\\"y'"}`, `{"a": "x\\"y'"}`],
    [`{'a': 'open`, `{"a": "open"`],
    [`{'a': 'b\\`, `{"a": "b\\\\"`],
  ];
  for (const [text, repaired] of cases) {
    it(text, () => {
      assert.equal(repairedQuotes(text), repaired);
      const repair = new QuoteRepair();
      const pieces = [...text].map((char) => repair.push(char)).join('');
      assert.equal(pieces + repair.end(), repaired, 'any split gives the same');
    });
  }
});

describe('spelling of tool names, 3.6', () => {
  it('case, underscores and white space are forgiven; the first declaration wins', () => {
    let asked = 0;
    const spelled = nameSpelling(() => {
      asked += 1;
      return [
        { type: 'function', name: 'Read_File' },
        { type: 'function', name: 'read_file' },
        { type: 'builtin', family: 'claude', kind: 'bash_20250124', definition: { name: 'Bash' } },
      ];
    });
    assert.equal(asked, 0);
    assert.equal(spelled(' __READ_FILE'), 'Read_File');
    assert.equal(spelled('read_file'), 'read_file', 'this one is declared');
    assert.equal(spelled('bash'), 'Bash');
    assert.equal(spelled('other'), 'other');
    assert.equal(asked, 1);
  });
});

describe('size of a request, 9.5', () => {
  it('texts', () => {
    assert.equal(estimateTextTokens(''), 0);
    assert.equal(estimateTextTokens('Hello, world!'), 4);
    assert.equal(estimateTextTokens('12345678'), 3);
    assert.equal(estimateTextTokens('\n\n'), 1);
    assert.equal(estimateTextTokens('日本語'), 3);
    assert.equal(estimateTextTokens('Grüße aus Köln'), 3);
    assert.equal(estimateTextTokens('—'), 1);
    assert.equal(estimateTextTokens('a'.repeat(700)), 100);
  });

  it('every place that holds text counts, images and opaque data do not', () => {
    const { input_tokens: tokens } = countClaudeTokens({
      system: [{ type: 'text', text: 'one' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'image', source: { type: 'base64', data: 'A'.repeat(9000) } },
            { type: 'document', source: { type: 'text', data: 'one' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'one', signature: 'A'.repeat(9000) },
            { type: 'redacted_thinking', data: 'A'.repeat(9000) },
            { type: 'tool_use', id: 'a', name: 'b', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'one' }] },
          ],
        },
      ],
      tools: [{ name: 'b', description: 'one', input_schema: {} }],
      tool_choice: { type: 'tool', name: 'b' },
    });
    // 3 messages of 4; one, one, one; one, a, b, {}; a, one; b, one, {}; tool, b; system one.
    assert.equal(tokens, 12 + 2 + 4 + 2 + 3 + 2 + 1);
  });

  it('C17 differs: system messages amid the conversation are counted, as clients send them', () => {
    const messages = [
      { role: 'user', content: 'one' },
      { role: 'system', content: 'two' },
    ];
    assert.deepEqual(countClaudeTokens({ messages }), { input_tokens: 2 * 4 + 2 });
  });

  const refused: [string, object][] = [
    ['no messages', {}],
    ['an empty list', { messages: [] }],
    ['a foreign role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['content without type', { messages: [{ role: 'user', content: [{ text: 'x' }] }] }],
    ['no content', { messages: [{ role: 'user' }] }],
  ];
  for (const [what, body] of refused) {
    it(`refused: ${what}`, () => {
      assert.throws(() => countClaudeTokens({ ...body }), { code: 'invalid_request', status: 400 });
    });
  }
});
