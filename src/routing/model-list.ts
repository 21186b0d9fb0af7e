/**
 * `GET /v1/models` in the form that the caller reads (routing.md 2, clients.md 2 row 15). Pure
 * functions of table and states; the ids are always the real ones.
 */
import { codexCatalogue } from './codex-catalogue.ts';
import { compareText, type RoutingTable } from './table.ts';
import { findGeminiModel, geminiList } from './gemini-list.ts';
import { listedModels, type States } from './marks.ts';
import type { ModelInfo } from './catalogue.ts';

/** What tells callers apart. */
export interface ModelListCaller {
  /** Query of the request without `?`. */
  query: string;
  /** First value of a header; the name in lower case. */
  header(name: string): string | undefined;
}

/** Limits of a model of which none are known (routing.md 2.3). */
const DEFAULT_CONTEXT = 200_000;
const DEFAULT_OUTPUT = 64_000;

/** The list in the caller's form, ready for `JSON.stringify`. */
export function modelList(
  table: RoutingTable,
  states: States,
  nowMs: number,
  caller: ModelListCaller,
): object {
  if (new URLSearchParams(caller.query).has('client_version')) {
    return codexModelList(table, states, nowMs);
  }
  const models = listedModels(table, states, nowMs).map(({ info }) => info);
  if (caller.header('x-goog-api-key') !== undefined) return geminiList(models);
  return isAnthropic(caller) ? anthropicList(models) : openaiList(models);
}

/** The list as the Codex CLI reads it. */
export function codexModelList(table: RoutingTable, states: States, nowMs: number): object {
  return codexCatalogue(listedModels(table, states, nowMs).map(({ info }) => info));
}

/** The list as Gemini clients read it, or the entry of one model; undefined: no such model. */
export function geminiModelList(
  table: RoutingTable,
  states: States,
  nowMs: number,
  model: string | undefined,
): object | undefined {
  const models = listedModels(table, states, nowMs).map(({ info }) => info);
  return model === undefined ? geminiList(models) : findGeminiModel(models, model);
}

function isAnthropic(caller: ModelListCaller): boolean {
  if (caller.header('anthropic-version') !== undefined) return true;
  return caller.header('user-agent')?.startsWith('claude-cli') === true;
}

/** The OpenAI form, sorted by id. */
function openaiList(models: readonly ModelInfo[]): object {
  const data = models.map(({ id, created, ownedBy }) => ({
    id,
    object: 'model',
    created,
    owned_by: ownedBy,
  }));
  return { object: 'list', data };
}

/** Sorted by display name, then by id. */
function anthropicList(models: readonly ModelInfo[]): object {
  const data = models
    .map((info) => ({
      id: info.id,
      object: 'model',
      owned_by: info.ownedBy,
      type: 'model',
      display_name: info.displayName ?? info.id,
      created_at: info.created === undefined ? undefined : isoSeconds(info.created),
      max_input_tokens: info.contextLength ?? DEFAULT_CONTEXT,
      max_tokens: info.maxOutput ?? DEFAULT_OUTPUT,
    }))
    .sort(
      (one, other) =>
        compareText(one.display_name, other.display_name) || compareText(one.id, other.id),
    );
  return {
    data,
    has_more: false,
    first_id: data[0]?.id ?? '',
    last_id: data[data.length - 1]?.id ?? '',
  };
}

/** RFC 3339 without fractions. */
function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
