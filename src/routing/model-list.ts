/**
 * `GET /v1/models` in the form that the caller reads (routing.md 2, clients.md 2 row 15). Pure
 * functions of table and states; the ids are always the real ones.
 */
import { anthropicList, anthropicModel } from './anthropic-list.ts';
import { codexCatalogue } from './codex-catalogue.ts';
import type { RoutingTable } from './table.ts';
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

/**
 * The list in the caller's form, ready for `JSON.stringify`; with `model` the entry of this one.
 * Undefined: no such model is listed.
 */
export function modelList(
  table: RoutingTable,
  states: States,
  nowMs: number,
  caller: ModelListCaller,
  model?: string,
): object | undefined {
  const query = new URLSearchParams(caller.query);
  if (caller.header('x-goog-api-key') !== undefined && !query.has('client_version')) {
    return geminiModelList(table, states, nowMs, model);
  }
  const models = listedModels(table, states, nowMs).map(({ info }) => info);
  if (model !== undefined) {
    const info = models.find(({ id }) => id === model);
    return info && (isAnthropic(caller) ? anthropicModel(info) : openaiModel(info));
  }
  if (query.has('client_version')) return codexCatalogue(models);
  if (isAnthropic(caller)) return anthropicList(models, query);
  return { object: 'list', data: models.map(openaiModel) };
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

/** Does this caller read Anthropic's dialect? */
export function isAnthropic(caller: Pick<ModelListCaller, 'header'>): boolean {
  if (caller.header('anthropic-version') !== undefined) return true;
  return caller.header('user-agent')?.startsWith('claude-cli') === true;
}

/** Entries of the OpenAI form, which is sorted by id as the table is. */
function openaiModel({ id, created, ownedBy }: ModelInfo): object {
  return { id, object: 'model', created, owned_by: ownedBy };
}
