/** Models as Gemini clients read them (routing.md 2.6). */
import type { ModelInfo } from './catalogue.ts';

const PREFIX = 'models/';

/** Answer to `GET /v1beta/models`, and to `/v1/models` for callers with a Google key. */
export function geminiList(models: readonly ModelInfo[]): object {
  return { models: models.map(geminiModel) };
}

/** One entry; the one asked for with or without `models/`. Undefined: there is no such model. */
export function findGeminiModel(models: readonly ModelInfo[], name: string): object | undefined {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  const info = models.find(({ id }) => id === name || id === bare);
  return info && geminiModel(info);
}

function geminiModel({ id, displayName, contextLength, maxOutput }: ModelInfo): object {
  return {
    name: id.startsWith(PREFIX) ? id : PREFIX + id,
    displayName: displayName ?? id,
    description: displayName ?? id,
    inputTokenLimit: contextLength,
    outputTokenLimit: maxOutput,
    supportedGenerationMethods: ['generateContent'],
  };
}
