/**
 * What an upstream's own tools did → the blocks of Claude's server tools (translate-openai-claude.md
 * 6.5; translate-gemini-thinking.md 10.4).
 */
import type { CitationEvent, CodeRunEvent, WebSearchEvent } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** A call of a server tool and its result, which is undefined when nobody told it. */
export interface ServerToolBlocks {
  id: string;
  name: string;
  input: JsonObject;
  result: JsonObject | undefined;
}

/** A search, or a run of code. */
export function serverToolBlocks(run: WebSearchEvent | CodeRunEvent): ServerToolBlocks {
  return run.type === 'web_search' ? searchBlocks(run) : codeBlocks(run);
}

function searchBlocks({ id, queries, results }: WebSearchEvent): ServerToolBlocks {
  const content = results?.map(({ url, title }) => ({
    type: 'web_search_result',
    title,
    url,
    page_age: null,
  }));
  return {
    id,
    name: 'web_search',
    input: queries.length === 0 ? {} : { query: queries.join('; ') },
    result: content && { type: 'web_search_tool_result', tool_use_id: id, content },
  };
}

function codeBlocks({ id, code, output, failed }: CodeRunEvent): ServerToolBlocks {
  const content = {
    type: 'code_execution_result',
    stdout: failed ? '' : output,
    stderr: failed ? output : '',
    return_code: failed ? 1 : 0,
    content: [],
  };
  return {
    id,
    name: 'code_execution',
    input: { code },
    result:
      output === undefined
        ? undefined
        : { type: 'code_execution_tool_result', tool_use_id: id, content },
  };
}

/** One citation of a text block. */
export const citationBlock = ({ source, text }: CitationEvent): JsonObject => ({
  type: 'web_search_result_location',
  cited_text: text,
  url: source.url,
  title: source.title,
  encrypted_index: '',
});
