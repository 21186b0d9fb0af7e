/** What an upstream's own tools did → output items and annotations of Responses (2.2 there). */
import type { CitationEvent, CodeRunEvent, WebSearchEvent } from '../../canonical/events.ts';
import { textOf, type JsonObject } from '../../canonical/value.ts';

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

/** A picture that the model made, as the item of OpenAI's image tool; undefined: it has no data. */
export function imageItem(id: string, url: string): JsonObject | undefined {
  const [, type, result] = IMAGE_DATA.exec(url) ?? [];
  if (result === undefined) return undefined;
  return { id, type: 'image_generation_call', status: 'completed', result, output_format: type };
}

const IMAGE_DATA = /^data:image\/([^;,]+)[^,]*;base64,(.+)$/s;

/** Words for the stages of a run, in the names of its events; the last one closes it. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  web_search_call: ['in_progress', 'searching', 'completed'],
  code_interpreter_call: ['in_progress', 'interpreting', 'completed'],
  image_generation_call: ['in_progress', 'generating', 'completed'],
};

/** Types and members of the events between the beginning and the end of an item that is complete. */
export function stagesOf({ type, code }: JsonObject): [type: string, members: JsonObject][] {
  const name = textOf(type);
  const stages = (STAGES[name] ?? []).map((stage): [string, JsonObject] => [
    `response.${name}.${stage}`,
    {},
  ]);
  if (code !== undefined) stages.splice(-1, 0, [`response.${name}_code.done`, { code }]);
  return stages;
}

/** One annotation of an output text. */
export const urlCitation = ({ source, start, end }: CitationEvent): JsonObject => ({
  type: 'url_citation',
  start_index: start,
  end_index: end,
  url: source.url,
  title: source.title,
});
