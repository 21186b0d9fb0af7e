/**
 * Built-in models of Anthropic as data (providers.md 14; dates: routing.md 1.2; thinking:
 * translate-gemini-thinking.md 15.10; structured outputs: Anthropic's documentation). Update this
 * file when the upstream's list changes.
 */
import type { ThinkingCapability } from '../../credentials/record.ts';

/** One built-in model. */
export interface ClaudeModel {
  readonly id: string;
  readonly displayName: string;
  /** Unix seconds. */
  readonly created: number;
  /** Tokens of the context window. */
  readonly context: number;
  /** Tokens of one answer. */
  readonly output: number;
  readonly thinking?: ThinkingCapability;
}

const RANGE: ThinkingCapability = { min: 1024, max: 128_000 };
const RANGE_OR_OFF: ThinkingCapability = { ...RANGE, zeroAllowed: true };
const TO_HIGH_AND_MAX = ['low', 'medium', 'high', 'max'];
const TO_MAX = ['low', 'medium', 'high', 'xhigh', 'max'];
const HYBRID: ThinkingCapability = { ...RANGE_OR_OFF, levels: TO_HIGH_AND_MAX };
const HYBRID_TO_MAX: ThinkingCapability = { ...RANGE_OR_OFF, levels: TO_MAX };
const LEVELS_ONLY: ThinkingCapability = {
  zeroAllowed: true,
  dynamicAllowed: true,
  levels: TO_MAX,
};

const model = (
  id: string,
  displayName: string,
  created: number,
  contextK: number,
  output: number,
  thinking?: ThinkingCapability,
): ClaudeModel => ({
  id,
  displayName,
  created,
  context: contextK * 1000,
  output,
  ...(thinking !== undefined && { thinking }),
});

/** Models that follow no schema. */
const UNSTRUCTURED: ReadonlySet<string> = new Set([
  'claude-opus-4-20250514',
  'claude-sonnet-4-20250514',
  'claude-3-7-sonnet-20250219',
  'claude-3-5-haiku-20241022',
]);

/** Newest first. */
export const CLAUDE_MODELS: readonly ClaudeModel[] = [
  model('claude-opus-5', 'Claude Opus 5', 1_784_038_800, 1000, 128_000, LEVELS_ONLY),
  model('claude-sonnet-5', 'Claude Sonnet 5', 1_782_777_600, 1000, 128_000, LEVELS_ONLY),
  model('claude-fable-5', 'Claude Fable 5', 1_781_049_600, 1000, 128_000, HYBRID_TO_MAX),
  model('claude-opus-4-8', 'Claude Opus 4.8', 1_779_984_000, 1000, 128_000, HYBRID_TO_MAX),
  model('claude-opus-4-7', 'Claude Opus 4.7', 1_776_297_600, 1000, 128_000, HYBRID_TO_MAX),
  model('claude-opus-4-6', 'Claude Opus 4.6', 1_770_318_000, 1000, 128_000, HYBRID),
  model('claude-sonnet-4-6', 'Claude Sonnet 4.6', 1_771_372_800, 200, 64_000, HYBRID),
  model('claude-opus-4-5-20251101', 'Claude Opus 4.5', 1_761_955_200, 200, 64_000, RANGE_OR_OFF),
  model('claude-haiku-4-5-20251001', 'Claude Haiku 4.5', 1_759_276_800, 200, 64_000, RANGE_OR_OFF),
  model(
    'claude-sonnet-4-5-20250929',
    'Claude Sonnet 4.5',
    1_759_104_000,
    200,
    64_000,
    RANGE_OR_OFF,
  ),
  model('claude-opus-4-1-20250805', 'Claude Opus 4.1', 1_722_945_600, 200, 32_000, RANGE),
  model('claude-opus-4-20250514', 'Claude Opus 4', 1_715_644_800, 200, 32_000, RANGE),
  model('claude-sonnet-4-20250514', 'Claude Sonnet 4', 1_715_644_800, 200, 64_000, RANGE),
  model('claude-3-7-sonnet-20250219', 'Claude Sonnet 3.7', 1_708_300_800, 128, 8192, RANGE),
  model('claude-3-5-haiku-20241022', 'Claude Haiku 3.5', 1_729_555_200, 128, 8192, {}),
];

/** The built-in model of this id. */
export const claudeModel = (id: string): ClaudeModel | undefined =>
  CLAUDE_MODELS.find((known) => known.id === id);

/**
 * Can the model be held to a schema (`output_config.format`)? Known by its id, or by that without
 * the date. Asked for a schema, the older ones refuse the request.
 */
export const takesSchema = (id: string): boolean =>
  CLAUDE_MODELS.some(
    (known) => !UNSTRUCTURED.has(known.id) && [known.id, undated(known.id)].includes(id),
  );

/** Models of Anthropic, by whatever name relays offer them, e.g. `anthropic/claude-opus-4.6`. */
export const isClaudeModel = (id: string): boolean => /claude/i.test(id);

/** Tokens of an answer of this model, which may be named without its date; undefined: not known. */
export const answerLimit = (id: string): number | undefined =>
  CLAUDE_MODELS.find((known) => [known.id, undated(known.id)].includes(id))?.output;

const undated = (id: string): string => id.replace(/-\d{8}$/, '');
