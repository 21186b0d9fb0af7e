/** Splicing against the same rules on parsed bodies: random bodies, keys in any order, any layout. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOpenAiEncrypted } from '../../../src/formats/responses/encrypted.ts';
import { planItemIds } from '../../../src/formats/responses/item-ids.ts';
import { responsesToCodex } from '../../../src/formats/responses/to-codex.ts';
import { requestContext } from '../chat/contexts.ts';
import { mulberry } from '../streams.ts';

type Json = Record<string, unknown>;
type Random = () => number;

const ENCRYPTED =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';
const ROUNDS = 400;

const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

/** Some of the members, in random order; each member's value is one of its choices. */
function someOf(random: Random, choices: Record<string, readonly unknown[]>): Json {
  const keys = Object.keys(choices).filter(() => random() < 0.6);
  keys.sort(() => random() - 0.5);
  return Object.fromEntries(keys.map((key) => [key, pick(random, choices[key] ?? [])]));
}

function randomItem(random: Random): unknown {
  if (random() < 0.1) return pick(random, ['text', 7, null, [], ['"id"']]);
  const part = (): Json =>
    someOf(random, { text: ['a"}]', '\\', 'é'], prompt_cache_breakpoint: [{ t: 1 }, null] });
  return someOf(random, {
    type: ['message', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call', 5],
    role: ['system', 'user', null],
    id: ['abc', 'msg_abc', 'rs_1', 'é'.repeat(70), `rs_${'x'.repeat(80)}`, '', 3, null],
    encrypted_content: [ENCRYPTED, 'bogus', null],
    content: ['plain', [part(), part()], [], ['prompt_cache_breakpoint'], null],
    summary: [[], [{ id: 'inner', role: 'system' }]],
  });
}

function randomBody(random: Random): Json {
  const input = Array.from({ length: Math.floor(random() * 6) }, () => randomItem(random));
  return {
    ...someOf(random, {
      temperature: [1],
      user: ['u'],
      stream: [true, false],
      store: [true, false],
      include: [[], ['reasoning.encrypted_content'], ['x']],
      service_tier: ['priority', 'flex', null],
      tools: [[], [{ type: 'web_search_preview', n: 1 }], [{ name: 'f' }], null],
      parallel_tool_calls: [true, false],
      instructions: ['I', null],
      stream_options: [{ x: 1 }, { reasoning_summary_delivery: 'd', y: 2 }],
      metadata: [{ m: [1, { n: '}' }] }],
    }),
    input,
    ...someOf(random, { model: ['gpt-5.5', 'other'], previous_response_id: ['r'], top_p: [0] }),
  };
}

/** The rules of codex.md 1.4 to 1.10, on a parsed body. */
function expected(body: Json): Json {
  const out: Json = { ...body, model: 'gpt-5.5', stream: true, store: false };
  out.include = ['reasoning.encrypted_content'];
  for (const key of ['temperature', 'user', 'top_p', 'previous_response_id']) delete out[key];
  if (out.service_tier !== 'priority') delete out.service_tier;
  out.instructions ??= '';
  const options = out.stream_options as Json | undefined;
  if (options?.reasoning_summary_delivery === undefined) delete out.stream_options;
  else out.stream_options = { reasoning_summary_delivery: 'd' };
  const tools = out.tools as Json[] | null | undefined;
  if (tools?.[0] === undefined) delete out.parallel_tool_calls;
  else {
    out.parallel_tool_calls = true;
    out.tools = tools.map((tool) => ('type' in tool ? { ...tool, type: 'web_search' } : tool));
  }
  out.input = withIds((out.input as unknown[]).map(cleanItem));
  return out;
}

function cleanItem(value: unknown): unknown {
  if (!isItem(value)) return value;
  const item = { ...value };
  if (item.role === 'system') item.role = 'developer';
  if (Array.isArray(item.content)) item.content = item.content.map(withoutBreakpoint);
  if (item.type === 'reasoning' && !isOpenAiEncrypted(item.encrypted_content)) {
    delete item.id;
    delete item.encrypted_content;
  }
  return item;
}

function withoutBreakpoint(part: unknown): unknown {
  if (!isItem(part)) return part;
  const rest = { ...part };
  delete rest.prompt_cache_breakpoint;
  return rest;
}

function withIds(items: unknown[]): unknown[] {
  const plans = planItemIds(
    items.map((item) => {
      const { type, id, encrypted_content: content } = isItem(item) ? item : {};
      return {
        type: typeof type === 'string' ? type : undefined,
        id: typeof id === 'string' ? id : undefined,
        encrypted: typeof content === 'string' && content !== '',
      };
    }),
  );
  return items.flatMap((item, place) => {
    const plan = plans[place];
    if (plan === 'drop') return [];
    return typeof plan === 'object' ? [{ ...(item as Json), ...plan }] : [item];
  });
}

const isItem = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('Responses to codex, random bodies', () => {
  for (const indent of [0, 1]) {
    it(`${String(ROUNDS)} bodies with indent ${String(indent)} come out as the rules say`, () => {
      for (let seed = 1; seed <= ROUNDS; seed += 1) {
        const body = randomBody(mulberry(seed));
        const text = JSON.stringify(body, null, indent);
        const sent = responsesToCodex.encodeRequest(Buffer.from(text), requestContext());
        const parsed = JSON.parse(Buffer.from(sent).toString()) as unknown;
        assert.deepEqual(parsed, expected(body), `seed ${String(seed)}: ${text}`);
      }
    });
  }
});
