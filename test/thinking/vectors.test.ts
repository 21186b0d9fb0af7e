/**
 * The vectors of thinking (translate-gemini-thinking.md 18) that concern formats there are, each
 * through the real pair of formats. Vectors 1 to 5 are about the name alone.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectOf, type JsonObject } from '../../src/canonical/value.ts';
import type { ThinkingCapability } from '../../src/credentials/record.ts';
import type { ClientFormat, UpstreamFormat } from '../../src/formats/format.ts';
import { pairFor } from '../../src/formats/pairs.ts';
import { splitSuffix } from '../../src/routing/model-name.ts';
import { configOfSuffix } from '../../src/thinking/config.ts';
import { requestContext } from '../formats/chat/contexts.ts';

const L4: ThinkingCapability = { levels: ['minimal', 'low', 'medium', 'high'] };
const SUB: ThinkingCapability = { levels: ['low', 'high'] };
const B: ThinkingCapability = { min: 128, max: 20_000, dynamicAllowed: true };
const H: ThinkingCapability = { ...B, max: 32_768, levels: ['low', 'high'] };
const HZ: ThinkingCapability = { ...H, zeroAllowed: true };
const CB: ThinkingCapability = { min: 1024, max: 128_000, zeroAllowed: true };
const O46: ThinkingCapability = { ...CB, levels: ['low', 'medium', 'high', 'max'] };
const S46: ThinkingCapability = { levels: ['low', 'medium', 'high'] };
/** The range of vector 26; its provider takes what Gemini takes. */
const AB: ThinkingCapability = { ...B, zeroAllowed: true };
/** The levels of vector 33, whose format is one family with none but itself. */
const X: ThinkingCapability = { levels: ['none', 'low', 'medium', 'high'], zeroAllowed: true };
const N: ThinkingCapability = {};
/** User-defined: nothing is known. */
const U = undefined;

const MESSAGES = [{ role: 'user', content: 'q' }];
const BODIES: Partial<Record<ClientFormat, JsonObject>> = {
  openai: { messages: MESSAGES, max_tokens: 1_000_000 },
  'openai-response': { input: 'q', max_output_tokens: 1_000_000 },
  claude: { messages: MESSAGES, max_tokens: 1_000_000 },
  gemini: {
    contents: [{ role: 'user', parts: [{ text: 'q' }] }],
    generationConfig: { maxOutputTokens: 1_000_000 },
  },
};

/** One translated request, reduced to what it says about thinking. */
function thinks(
  [from, to]: readonly [ClientFormat, UpstreamFormat],
  capability: ThinkingCapability | undefined,
  suffix: string | undefined,
  own: JsonObject = {},
): unknown {
  const base = BODIES[from] ?? {};
  const config = { ...objectOf(base.generationConfig), ...objectOf(own.generationConfig) };
  const body = { ...base, ...own, ...(from === 'gemini' && { generationConfig: config }) };
  const context = requestContext({
    model: 'm',
    thinking: suffix,
    ...(capability && { capability }),
  });
  const sent = pairFor(from, to)?.encodeRequest(Buffer.from(JSON.stringify(body)), context);
  return amountIn(JSON.parse(Buffer.from(sent ?? []).toString()) as JsonObject, to);
}

function amountIn(body: JsonObject, to: UpstreamFormat): unknown {
  if (to === 'codex') return objectOf(body.reasoning).effort;
  if (to === 'openai') return body.reasoning_effort;
  if (to === 'gemini') return objectOf(body.generationConfig).thinkingConfig;
  const { effort } = objectOf(body.output_config);
  return effort === undefined ? body.thinking : { ...objectOf(body.thinking), effort };
}

const chatToCodex = ['openai', 'codex'] as const;
const chatToChat = ['openai', 'openai'] as const;
const chatToClaude = ['openai', 'claude'] as const;
const chatToGemini = ['openai', 'gemini'] as const;
const claudeToClaude = ['claude', 'claude'] as const;
const claudeToCodex = ['claude', 'codex'] as const;
const claudeToGemini = ['claude', 'gemini'] as const;
const geminiToChat = ['gemini', 'openai'] as const;
const geminiToClaude = ['gemini', 'claude'] as const;
const geminiToCodex = ['gemini', 'codex'] as const;
const geminiToGemini = ['gemini', 'gemini'] as const;

const level = (thinkingLevel: string) => ({ thinkingLevel });
const budget = (thinkingBudget: number) => ({ thinkingBudget });
const enabled = (tokens: number) => ({ type: 'enabled', budget_tokens: tokens });
const adaptive = (effort: string) => ({ type: 'adaptive', effort });
/** Chat clients that ask for an effort see the reasoning. */
const SHOWN = { display: 'summarized' };
const DISABLED = { type: 'disabled' };
const asked = (thinkingConfig: JsonObject): JsonObject => ({
  generationConfig: { thinkingConfig },
});
const effort = (word: string): JsonObject => ({ reasoning_effort: word });
const thinkingOf = (word: string): JsonObject => ({
  thinking: { type: 'adaptive' },
  output_config: { effort: word },
});

type Row = readonly [
  id: string,
  pair: readonly [ClientFormat, UpstreamFormat],
  capability: ThinkingCapability | undefined,
  suffix: string | undefined,
  body: JsonObject,
  want: unknown,
];

const ROWS: readonly Row[] = [
  ['6', chatToCodex, L4, 'medium', {}, 'medium'],
  ['8', chatToCodex, L4, 'none', {}, 'minimal'],
  ['9', chatToCodex, L4, 'auto', {}, 'medium'],
  ['10', geminiToCodex, L4, '8192', {}, 'medium'],
  ['10', geminiToCodex, L4, '64000', {}, 'high'],
  ['10', geminiToCodex, L4, '0', {}, 'minimal'],
  ['10', geminiToCodex, L4, '-1', {}, 'medium'],
  ['11', geminiToChat, SUB, '8192', {}, 'low'],
  ['12', claudeToGemini, SUB, '1', {}, level('low')],
  ['13', chatToCodex, SUB, 'auto', {}, 'low'],
  ['14', chatToGemini, B, 'medium', {}, budget(8192)],
  ['14', chatToGemini, B, 'xhigh', {}, budget(20_000)],
  ['14', chatToGemini, B, 'none', {}, budget(128)],
  ['14', chatToGemini, B, 'auto', {}, budget(-1)],
  ['15', chatToGemini, H, 'high', {}, level('high')],
  ['15', chatToGemini, H, 'xhigh', {}, level('high')],
  ['15', chatToGemini, H, 'none', {}, level('low')],
  ['15', chatToGemini, H, 'auto', {}, budget(-1)],
  ['16', claudeToGemini, H, '8192', {}, budget(8192)],
  ['16', claudeToGemini, H, '64000', {}, budget(32_768)],
  ['16', claudeToGemini, H, '0', {}, level('low')],
  ['17', chatToGemini, HZ, undefined, effort('none'), undefined],
  ['18', chatToClaude, CB, 'medium', {}, enabled(8192)],
  ['18', chatToClaude, CB, 'xhigh', {}, enabled(32_768)],
  ['18', chatToClaude, CB, 'none', {}, DISABLED],
  ['18', chatToClaude, CB, 'auto', {}, enabled(64_512)],
  ['19', geminiToClaude, CB, '200000', {}, enabled(128_000)],
  ['20', chatToClaude, O46, undefined, effort('minimal'), { ...SHOWN, ...adaptive('low') }],
  ['20', chatToClaude, O46, undefined, effort('xhigh'), { ...SHOWN, ...adaptive('max') }],
  ['20', chatToClaude, O46, 'xhigh', {}, adaptive('high')],
  ['21', chatToClaude, S46, undefined, effort('xhigh'), { ...SHOWN, ...adaptive('high') }],
  ['24', claudeToClaude, CB, '200000', {}, enabled(128_000)],
  ['25', geminiToGemini, B, '64000', {}, budget(20_000)],
  ['26', geminiToGemini, AB, 'xhigh', {}, budget(20_000)],
  ['26', geminiToGemini, AB, 'none', {}, budget(0)],
  ['27', chatToGemini, N, undefined, effort('high'), undefined],
  ['28', geminiToChat, U, undefined, asked(budget(8192)), 'medium'],
  ['28', geminiToChat, U, undefined, asked(budget(64_000)), 'xhigh'],
  ['28', geminiToChat, U, undefined, asked(budget(0)), 'none'],
  ['28', geminiToChat, U, undefined, asked(budget(-1)), 'auto'],
  ['29', chatToGemini, U, '8192', {}, budget(8192)],
  ['29', chatToGemini, U, undefined, effort('high'), { ...budget(24_576), includeThoughts: true }],
  ['33', claudeToCodex, X, 'xhigh', {}, 'high'],
  ['33', claudeToCodex, X, '512', {}, 'low'],
  ['33', claudeToCodex, X, '0', {}, 'none'],
  ['33', claudeToCodex, X, undefined, thinkingOf('minimal'), 'low'],
  ['34', claudeToCodex, X, undefined, thinkingOf('max'), 'high'],
  ['35', claudeToGemini, B, undefined, { thinking: { type: 'adaptive' } }, budget(20_000)],
  ['36', geminiToCodex, L4, undefined, asked(budget(10_000)), 'high'],
  ['37', chatToChat, L4, 'ultra', effort('high'), 'high'],
  [
    '38',
    chatToGemini,
    H,
    undefined,
    effort('high'),
    { thinkingLevel: 'high', includeThoughts: true },
  ],
  [
    '39',
    ['openai-response', 'gemini'],
    H,
    undefined,
    { reasoning: { effort: 'high' } },
    level('high'),
  ],
  [
    '40',
    ['openai-response', 'claude'],
    O46,
    undefined,
    { reasoning: { effort: 'low', summary: 'concise' } },
    { ...SHOWN, ...adaptive('low') },
  ],
];

describe('vectors of thinking', () => {
  for (const [id, pair, capability, suffix, body, want] of ROWS) {
    const given = `${pair.join(' to ')}, ${suffix === undefined ? JSON.stringify(body) : `(${suffix})`}`;
    it(`${id}: ${given}`, () => {
      assert.deepEqual(thinks(pair, capability, suffix, body), want);
    });
  }

  const refused: [string, Row[1], ThinkingCapability, string | undefined, JsonObject, string][] = [
    [
      '7',
      chatToCodex,
      L4,
      'xhigh',
      {},
      'level "xhigh" not supported, valid levels: minimal, low, medium, high',
    ],
    [
      '22',
      claudeToClaude,
      O46,
      undefined,
      thinkingOf('xhigh'),
      'level "xhigh" not supported, valid levels: low, medium, high, max',
    ],
    [
      '23',
      claudeToClaude,
      S46,
      undefined,
      thinkingOf('max'),
      'level "max" not supported, valid levels: low, medium, high',
    ],
    [
      '24',
      claudeToClaude,
      CB,
      undefined,
      { thinking: enabled(200_000) },
      'budget 200000 out of range [1024,128000]',
    ],
    [
      '25',
      geminiToGemini,
      B,
      undefined,
      asked(budget(64_000)),
      'budget 64000 out of range [128,20000]',
    ],
    [
      '26',
      geminiToGemini,
      AB,
      undefined,
      asked(budget(64_000)),
      'budget 64000 out of range [128,20000]',
    ],
  ];
  for (const [id, pair, capability, suffix, body, message] of refused) {
    it(`${id}: ${pair.join(' to ')} refuses: ${message}`, () => {
      const run = () => thinks(pair, capability, suffix, body);
      assert.throws(run, { code: 'invalid_request', status: 400, message });
    });
  }
});

describe('vectors of names with a suffix', () => {
  const read = (name: string): unknown => {
    const { base, suffix } = splitSuffix(name);
    const config = suffix === null ? undefined : configOfSuffix(suffix);
    return { base, suffix, mode: config?.mode, budget: config?.budget, level: config?.level };
  };
  const cases: [string, string, unknown][] = [
    ['1', 'm(8192)', { base: 'm', suffix: '8192', mode: 'budget', budget: 8192, level: '' }],
    ['2', 'm(HIGH)', { base: 'm', suffix: 'HIGH', mode: 'level', budget: 0, level: 'high' }],
    ['3', 'm(-1)', { base: 'm', suffix: '-1', mode: 'auto', budget: -1, level: '' }],
    [
      '3',
      'm(-5)',
      { base: 'm', suffix: '-5', mode: undefined, budget: undefined, level: undefined },
    ],
    ['3', 'm(007)', { base: 'm', suffix: '007', mode: 'budget', budget: 7, level: '' }],
    ['4', 'm(0)', { base: 'm', suffix: '0', mode: 'none', budget: 0, level: '' }],
    ['5', 'a(b)(low)', { base: 'a(b)', suffix: 'low', mode: 'level', budget: 0, level: 'low' }],
  ];
  for (const [id, name, want] of cases) {
    it(`${id}: ${name}`, () => {
      assert.deepEqual(read(name), want);
    });
  }
});
