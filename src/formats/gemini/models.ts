/**
 * Models of Google's upstreams as data (routing.md 1.2; providers.md 14;
 * translate-gemini-thinking.md 15.10). Update this file when their list changes.
 */
import type { ThinkingCapability } from '../../credentials/record.ts';

/** One model. */
export interface GoogleModel {
  readonly id: string;
  readonly displayName: string;
  /** Unix seconds; absent: not known. */
  readonly created?: number;
  /** Tokens of the context window. */
  readonly context: number;
  /** Tokens of one answer. */
  readonly output: number;
  readonly thinking: ThinkingCapability;
}

const SIZE = { context: 1_048_576, output: 65_536 };
const PRO: ThinkingCapability = { min: 128, max: 32_768, dynamicAllowed: true };
const FLASH: ThinkingCapability = {
  min: 0,
  max: 24_576,
  zeroAllowed: true,
  dynamicAllowed: true,
};
const PRO_3: ThinkingCapability = { ...PRO, levels: ['low', 'high'] };
const FROM_LOW: ThinkingCapability = { levels: ['low', 'medium', 'high'] };
const FROM_MINIMAL: ThinkingCapability = { levels: ['minimal', 'low', 'medium', 'high'] };
const IMAGE_3: ThinkingCapability = { levels: ['minimal', 'high'] };
const FLASH_3_7: ThinkingCapability = {
  ...FROM_MINIMAL,
  min: 128,
  max: 65_535,
  dynamicAllowed: true,
};

type Row = readonly [id: string, thinking: ThinkingCapability, created?: number];

/** `gemini-2.5-flash-lite` → `Gemini 2.5 Flash Lite`. */
const labelOf = (id: string): string =>
  id
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');

const modelOf = ([id, thinking, created]: Row): GoogleModel => ({
  id,
  displayName: labelOf(id),
  ...SIZE,
  thinking,
  ...(created !== undefined && { created }),
});

const SHARED: readonly Row[] = [
  ['gemini-3.7-flash', FLASH_3_7],
  ['gemini-3.6-flash', FROM_MINIMAL, 1_782_864_000],
  ['gemini-3.5-flash-lite', FROM_MINIMAL, 1_782_864_000],
  ['gemini-3.5-flash', FROM_MINIMAL, 1_779_235_200],
  ['gemini-3.1-pro-preview', FROM_LOW, 1_771_459_200],
  ['gemini-2.5-flash-lite', FLASH, 1_753_142_400],
  ['gemini-2.5-pro', PRO, 1_750_118_400],
  ['gemini-2.5-flash', FLASH, 1_750_118_400],
];

/** Models of `gemini-api-key`. */
export const GEMINI_MODELS: readonly GoogleModel[] = [
  ...SHARED,
  ...([
    ['gemini-3.1-flash-lite-preview', IMAGE_3, 1_776_288_000],
    ['gemini-3.1-flash-image-preview', IMAGE_3, 1_771_459_200],
    ['gemini-3-flash-preview', FROM_MINIMAL, 1_765_929_600],
    ['gemini-3-pro-preview', PRO_3, 1_737_158_400],
    ['gemini-3-pro-image-preview', PRO_3, 1_737_158_400],
  ] satisfies Row[]),
].map(modelOf);

/** Models of Vertex. Imagen is left out: it is asked in another way (12). */
export const VERTEX_MODELS: readonly GoogleModel[] = [
  ...SHARED,
  ...([
    ['gemini-3.1-pro', FROM_LOW],
    ['gemini-3.1-flash-image', IMAGE_3],
    ['gemini-3.1-flash-lite', FROM_MINIMAL],
    ['gemini-3-pro', PRO_3],
    ['gemini-3-pro-image', PRO_3],
    ['gemini-3-flash', FROM_MINIMAL],
    ['gemini-2.5-flash-image', FLASH],
  ] satisfies Row[]),
].map(modelOf);

const LIMITS: ReadonlyMap<string, number> = new Map(
  [...GEMINI_MODELS, ...VERTEX_MODELS].map(({ id, output }) => [id, output]),
);

/** Tokens that one answer of a model can have; undefined: the model is not known. */
export const outputLimit = (model: string): number | undefined => LIMITS.get(model);
