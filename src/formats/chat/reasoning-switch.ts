/**
 * OpenRouter shows the reasoning of a model, or leaves it out, by a switch of its own
 * (translate-gemini-thinking.md 15.8). Other chat upstreams know none.
 */
import type { SummaryIntent } from '../../canonical/request.ts';
import { objectOf, type JsonObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { parseValue } from '../../json/scan.ts';
import { summaryIntent } from './summary-intent.ts';

/** Is this the name of an OpenRouter provider? `openrouter` has to be a word of it. */
export const isOpenRouter = (name: string): boolean =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .includes('openrouter');

/** Value of `reasoning`; undefined: the client did not say. */
export function reasoningSwitch(summary: SummaryIntent | undefined): JsonObject | undefined {
  return summary === undefined ? undefined : { exclude: !summary.visible };
}

/** Members that say nothing about it, and may be large. */
const OTHER: ReadonlySet<string> = new Set(['messages', 'tools', 'response_format']);

/** Sets the switch in the body of a chat client, by any of the spellings it may have used. */
export function editReasoningSwitch(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
): void {
  const small: JsonObject = Object.fromEntries(
    members
      .filter(({ key }) => !OTHER.has(key))
      .map((member) => [member.key, parseValue(body, member)]),
  );
  const wanted = reasoningSwitch(summaryIntent(small));
  const own = objectOf(small.reasoning);
  if (wanted === undefined || own.exclude === wanted.exclude) return;
  edits.set('reasoning', JSON.stringify({ ...own, ...wanted }));
}
