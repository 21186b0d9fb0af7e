/** Tools that an upstream runs itself, by what they do: each family has its own words for them. */
import type { BuiltinTool } from '../canonical/request.ts';

/** What a hosted tool does. */
export type HostedTool = 'web_search' | 'web_fetch' | 'code_execution';

/** Names that are followed by a date or a version. */
const BEGINNINGS: readonly (readonly [string, HostedTool])[] = [
  ['web_search', 'web_search'],
  ['web_fetch', 'web_fetch'],
  ['code_execution', 'code_execution'],
];

const NAMES: ReadonlyMap<string, HostedTool> = new Map([
  ['googleSearch', 'web_search'],
  ['google_search', 'web_search'],
  ['urlContext', 'web_fetch'],
  ['url_context', 'web_fetch'],
  ['codeExecution', 'code_execution'],
  ['code_interpreter', 'code_execution'],
]);

/** Undefined: the client runs this tool, or one upstream alone has it. */
export function hostedTool({ kind }: Pick<BuiltinTool, 'kind'>): HostedTool | undefined {
  return NAMES.get(kind) ?? BEGINNINGS.find(([beginning]) => kind.startsWith(beginning))?.[1];
}
