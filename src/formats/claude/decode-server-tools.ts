/**
 * Blocks of Anthropic's server tools → what they did, in words of all families. A call and its result
 * are two blocks; what nobody else has is left to the decoder as it is.
 */
import type { CodeRunEvent, WebSearchEvent, WebSource } from '../../canonical/events.ts';
import { arrayOf, numberOf, objectOf, stringOf, textOf } from '../../canonical/value.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** A run without its place in the answer. */
export type ServerRun = Omit<WebSearchEvent, 'item'> | Omit<CodeRunEvent, 'item'>;

/** Names of the tools that other families have, too. */
const KNOWN: ReadonlySet<unknown> = new Set([
  'web_search',
  'code_execution',
  'bash_code_execution',
]);

/** A call whose result is still to come. */
interface Call {
  name: unknown;
  input: JsonObject;
  /** Its input as it streams. */
  text: string;
}

/** The runs of one answer. */
export class ServerRuns {
  readonly #calls = new Map<string, Call>();

  /** Takes a block that opens. False: it is none of the known tools. */
  open({ type, name, id, input }: JsonObject): boolean {
    if (type !== 'server_tool_use' || !KNOWN.has(name)) return false;
    this.#calls.set(textOf(id), { name, input: objectOf(input), text: '' });
    return true;
  }

  /** More of a call's input. */
  input(id: string, text: string): void {
    const call = this.#calls.get(id);
    if (call !== undefined) call.text += text;
  }

  /** Calls whose result never came, e.g. because the turn pauses; they are told once. */
  unfinished(): ServerRun[] {
    return [...this.#calls].map(([id, { name }]) => {
      const input = this.#inputOf(id);
      if (name === 'web_search') return { type: 'web_search', id, queries: queriesIn(input) };
      return { type: 'code_run', id, code: codeIn(input), failed: false };
    });
  }

  /** The run that a result ends; undefined: it is no result of these tools. */
  result({ type, tool_use_id, content }: JsonObject): ServerRun | undefined {
    const id = textOf(tool_use_id);
    const input = this.#inputOf(id);
    switch (type) {
      case 'web_search_tool_result': {
        const results = arrayOf(content).flatMap(sourceOf);
        return { type: 'web_search', id, queries: queriesIn(input), results };
      }
      case 'code_execution_tool_result':
      case 'bash_code_execution_tool_result':
        return codeRun(id, codeIn(input), objectOf(content));
      default:
        return undefined;
    }
  }

  #inputOf(id: string): JsonObject {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call === undefined || call.text === '') return call?.input ?? {};
    try {
      return objectOf(JSON.parse(call.text));
    } catch {
      // The model wrote it: what it searched for is then not known.
      return {};
    }
  }
}

const queriesIn = ({ query }: JsonObject): string[] =>
  typeof query === 'string' && query !== '' ? [query] : [];

const codeIn = ({ code, command }: JsonObject): string => textOf(code ?? command);

/** A page of the web, where a result or a citation names one. */
export function sourceOf(page: unknown): WebSource[] {
  const { url, title } = objectOf(page);
  if (typeof url !== 'string' || url === '') return [];
  return [{ url, title: stringOf(title) || url }];
}

function codeRun(id: string, code: string, content: JsonObject): ServerRun {
  const { stdout, stderr, return_code: status, error_code: error } = content;
  if (error !== undefined)
    return { type: 'code_run', id, code, output: textOf(error), failed: true };
  const output = [stdout, stderr].map(textOf).filter((text) => text !== '');
  const failed = (numberOf(status) ?? 0) !== 0;
  return { type: 'code_run', id, code, output: output.join('\n'), failed };
}
