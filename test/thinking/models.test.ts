/** What the built-in models can do about thinking (translate-gemini-thinking.md 15.10). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../src/credentials/record.ts';
import { CLAUDE_MODELS } from '../../src/formats/claude/models.ts';
import { GEMINI_MODELS, outputLimit, VERTEX_MODELS } from '../../src/formats/gemini/models.ts';
import { CODEX_MODELS } from '../../src/routing/catalogue-data.ts';

/** `1024..128000 Z D low,high`: range, may be off, may decide itself, levels. */
function shown({ min, max, zeroAllowed, dynamicAllowed, levels }: ThinkingCapability): string {
  const range = max === undefined ? [] : [`${String(min)}..${String(max)}`];
  const flags = [...(zeroAllowed === true ? ['Z'] : []), ...(dynamicAllowed === true ? ['D'] : [])];
  return [...range, ...flags, ...(levels === undefined ? [] : [levels.join(',')])].join(' ');
}

interface Listed {
  readonly id: string;
  readonly thinking?: ThinkingCapability;
}

const abilities = (models: readonly Listed[]): Record<string, string> =>
  Object.fromEntries(models.map(({ id, thinking = {} }) => [id, shown(thinking)]));

/** The models of a table whose rows are `ids: ability`, the ids without their common beginning. */
const table = (prefix: string, rows: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([ids, ability]) =>
      ids.split(' ').map((id) => [`${prefix}${id}`, ability]),
    ),
  );

const GEMINI = {
  '2.5-pro': '128..32768 D',
  '2.5-flash 2.5-flash-lite': '0..24576 Z D',
  '3.1-pro-preview': 'low,medium,high',
  '3.5-flash 3.5-flash-lite 3.6-flash': 'minimal,low,medium,high',
  '3.7-flash': '128..65535 D minimal,low,medium,high',
};

describe('abilities of the built-in models', () => {
  it('Claude', () => {
    const want = table('claude-', {
      'haiku-4-5-20251001 sonnet-4-5-20250929 opus-4-5-20251101': '1024..128000 Z',
      'opus-4-1-20250805 opus-4-20250514 sonnet-4-20250514 3-7-sonnet-20250219': '1024..128000',
      'sonnet-4-6 opus-4-6': '1024..128000 Z low,medium,high,max',
      'opus-4-7 opus-4-8 fable-5': '1024..128000 Z low,medium,high,xhigh,max',
      'opus-5 sonnet-5': 'Z D low,medium,high,xhigh,max',
      '3-5-haiku-20241022': '',
    });
    assert.deepEqual(abilities(CLAUDE_MODELS), want);
  });

  it('Gemini', () => {
    const want = table('gemini-', {
      ...GEMINI,
      '3-pro-preview 3-pro-image-preview': '128..32768 D low,high',
      '3-flash-preview': 'minimal,low,medium,high',
      '3.1-flash-lite-preview 3.1-flash-image-preview': 'minimal,high',
    });
    assert.deepEqual(abilities(GEMINI_MODELS), want);
  });

  it('Vertex', () => {
    const want = table('gemini-', {
      ...GEMINI,
      '3-pro 3-pro-image': '128..32768 D low,high',
      '3.1-pro': 'low,medium,high',
      '3-flash 3.1-flash-lite': 'minimal,low,medium,high',
      '3.1-flash-image': 'minimal,high',
      '2.5-flash-image': '0..24576 Z D',
    });
    assert.deepEqual(abilities(VERTEX_MODELS), want);
  });

  it('2.6: every Google model has a limit for its answers', () => {
    for (const { id, output } of [...GEMINI_MODELS, ...VERTEX_MODELS]) {
      assert.equal(outputLimit(id), output, id);
    }
    assert.equal(outputLimit('gemini-x'), undefined);
  });

  it('Codex', () => {
    const want = table('', {
      'gpt-5.3-codex-spark gpt-5.4 gpt-5.4-mini gpt-5.5 codex-auto-review': 'low,medium,high,xhigh',
      'gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna': 'low,medium,high,xhigh,max',
    });
    const models = CODEX_MODELS.map(({ id, levels }) => ({
      id,
      thinking: { levels: [...levels] },
    }));
    assert.deepEqual(abilities(models), want);
  });
});
