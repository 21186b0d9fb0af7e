/** `generationConfig` and safety (translate-gemini-thinking.md 2.4, 2.6, 4.1, 5.1, 6.1). */
import type { CanonicalRequest, OutputFormat } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  without,
  type JsonObject,
} from '../../canonical/value.ts';
import { outputLimit } from './models.ts';

/** What is asked of the filters when the client says nothing: Google's own ones would cut answers. */
export const SAFETY_SETTINGS: readonly JsonObject[] = [
  { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' },
  { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' },
  { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold: 'OFF' },
  { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold: 'OFF' },
  { category: 'HARM_CATEGORY_CIVIC_INTEGRITY', threshold: 'BLOCK_NONE' },
];

const MODALITIES: Readonly<Record<string, string>> = { text: 'TEXT', image: 'IMAGE' };

/** What the client asks of the model; the config it wrote itself (chat) counts least. */
export function encodeConfig(
  { options, output, extensions }: CanonicalRequest,
  thinking: JsonObject | undefined,
  model: string,
): JsonObject | undefined {
  const own = without(objectOf(extensions?.generationConfig), 'thinkingConfig', 'thinking_config');
  const { candidates = 1 } = options;
  const config = withoutGaps({
    ...own,
    ...withoutGaps({
      temperature: options.temperature,
      topP: options.topP,
      topK: options.topK ?? numberOf(extensions?.top_k),
      maxOutputTokens: options.maxOutputTokens,
      candidateCount: candidates > 1 ? candidates : undefined,
      stopSequences: options.stop?.length === 0 ? undefined : options.stop,
      ...outputForm(output),
      ...pictures(extensions ?? {}, objectOf(own.imageConfig)),
      thinkingConfig: thinking,
    }),
  });
  if ('responseJsonSchema' in config) delete config.responseSchema;
  capOutput(config, model);
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Numbers above what the model can write are refused upstream. Text stays as it is (G5). */
export function capOutput(config: JsonObject, model: string): boolean {
  const limit = outputLimit(model);
  const { maxOutputTokens: asked } = config;
  if (limit === undefined || typeof asked !== 'number' || asked <= limit) return false;
  config.maxOutputTokens = limit;
  return true;
}

function outputForm(output: OutputFormat | undefined): JsonObject {
  if (output?.type === 'json_object') return { responseMimeType: 'application/json' };
  if (output?.type !== 'json_schema') return {};
  return { responseMimeType: 'application/json', responseJsonSchema: output.schema };
}

function pictures({ modalities, image_config: image }: JsonObject, own: JsonObject): JsonObject {
  const known = arrayOf(modalities).flatMap((word) => MODALITIES[String(word)] ?? []);
  const { aspect_ratio: aspectRatio, image_size: imageSize } = objectOf(image);
  return {
    responseModalities: known.length === 0 ? undefined : known,
    imageConfig: isObject(image)
      ? { ...own, ...withoutGaps({ aspectRatio, imageSize }) }
      : undefined,
  };
}

const withoutGaps = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
