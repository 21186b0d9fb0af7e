/**
 * The model catalogue in the form of the Codex CLI (routing.md 2.4). It leaves out
 * `base_instructions`: those are Codex's own words, and a made-up text would replace them in the
 * client. A client that insists on them keeps its built-in list (clients.md 5.4).
 */
import { CODEX_MODELS } from './catalogue-data.ts';
import { compareText } from './table.ts';
import { imageOnlyModel } from './model-name.ts';
import type { ModelInfo } from './catalogue.ts';

/** Distance between the ranks of models that the built-in list does not know. */
const RANK_STEP = 100;
const DEFAULT_CONTEXT = 272_000;
const DEFAULT_OUTPUT = 128_000;
const DEFAULT_LEVELS = ['low', 'medium', 'high'];
const DEFAULT_LEVEL = 'medium';
/** No release is too old for an entry. */
const MINIMAL_CLIENT = '0.0.0';

/** `{"models":[...]}`, sorted by priority: built-in models in their order, then others by name. */
export function codexCatalogue(models: readonly ModelInfo[]): object {
  const unknown = models
    .filter(({ id }) => builtInRank(id) < 0)
    .sort((one, other) => compareText(nameOf(one), nameOf(other)));
  const entries = models.map((info) => {
    const rank = builtInRank(info.id);
    const others = CODEX_MODELS.length + RANK_STEP * (unknown.indexOf(info) + 1);
    return entryOf(info, rank < 0 ? others : rank);
  });
  return { models: entries.sort((one, other) => one.priority - other.priority) };
}

function entryOf(info: ModelInfo, priority: number) {
  const levels = info.thinking?.levels ?? DEFAULT_LEVELS;
  const context = info.contextLength ?? DEFAULT_CONTEXT;
  return {
    slug: info.id,
    display_name: nameOf(info),
    description: nameOf(info),
    minimal_client_version: MINIMAL_CLIENT,
    visibility: imageOnlyModel(info.id) === undefined ? 'list' : 'hide',
    default_reasoning_level: levels.includes(DEFAULT_LEVEL) ? DEFAULT_LEVEL : levels[0],
    supported_reasoning_levels: levels.map((effort) => ({ effort, description: effort })),
    context_window: context,
    max_context_window: context,
    priority,
    supported_in_api: true,
    input_modalities: ['text', 'image'],
    max_tokens: info.maxOutput ?? DEFAULT_OUTPUT,
    prefer_websockets: false,
    service_tiers: [],
    supports_search_tool: false,
  };
}

function builtInRank(id: string): number {
  return CODEX_MODELS.findIndex((row) => row.id === id);
}

function nameOf({ displayName, id }: ModelInfo): string {
  return displayName ?? id;
}
