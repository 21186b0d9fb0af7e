/** What an upstream's own tools did → output items and annotations of Responses (2.2 there). */
import type { CitationEvent, CodeRunEvent, WebSearchEvent } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** A search, or a run of code, as one item that is complete. */
export function toolRunItem(run: WebSearchEvent | CodeRunEvent): JsonObject {
  return run.type === 'web_search' ? searchItem(run) : codeItem(run);
}

function searchItem({ id, queries, results }: WebSearchEvent): JsonObject {
  const action = {
    type: 'search',
    query: queries[0] ?? '',
    queries,
    sources: results?.map(({ url }) => ({ type: 'url', url })),
  };
  return { id: `ws_${id}`, type: 'web_search_call', status: 'completed', action };
}

function codeItem({ id, code, output, failed }: CodeRunEvent): JsonObject {
  return {
    id: `ci_${id}`,
    type: 'code_interpreter_call',
    status: failed ? 'failed' : 'completed',
    code,
    container_id: '',
    outputs: output === undefined ? [] : [{ type: 'logs', logs: output }],
  };
}

/** Words for the stages of a run, in the names of its events. */
export const STAGES: Readonly<Record<'web_search' | 'code_run', readonly string[]>> = {
  web_search: ['web_search_call.in_progress', 'web_search_call.searching'],
  code_run: ['code_interpreter_call.in_progress', 'code_interpreter_call.interpreting'],
};

/** The event that closes a run. */
export const LAST_STAGE: Readonly<Record<'web_search' | 'code_run', string>> = {
  web_search: 'web_search_call.completed',
  code_run: 'code_interpreter_call.completed',
};

/** One annotation of an output text. */
export const urlCitation = ({ source, start, end }: CitationEvent): JsonObject => ({
  type: 'url_citation',
  start_index: start,
  end_index: end,
  url: source.url,
  title: source.title,
});
