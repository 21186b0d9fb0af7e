/**
 * The `reasoning` object of a Responses body: effort from the model suffix, checked against the
 * model, and one spelling of the summary wish (translate-openai-claude.md 3.5; codex.md 1.5).
 */
import { isObject, stringOf, type JsonObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue } from '../../json/scan.ts';
import { applyToCodex } from '../../thinking/codex.ts';
import { summaryWord } from '../chat/summary-intent.ts';
import type { RequestContext } from '../format.ts';

/**
 * Records the change, if one is needed.
 * @throws SwitchyardError `invalid_request` for an effort the model does not offer.
 */
export function editReasoning(
  bytes: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  const member = memberOf(members, 'reasoning');
  if (member === undefined && context.thinking === undefined) return;
  const value = member === undefined ? undefined : parseValue(bytes, member);
  const current: JsonObject = isObject(value) ? value : {};
  const thinking = applyToCodex({
    from: 'codex',
    to: 'codex',
    suffix: context.thinking,
    effort: stringOf(current.effort) || undefined,
    capability: context.capability,
  });
  if (thinking.strip) {
    edits.remove('reasoning');
    return;
  }
  const effort = thinking.effort ?? current.effort;
  const wanted = withSummary(effort === undefined ? current : { ...current, effort }, thinking.off);
  if (sameMembers(wanted, current)) return;
  if (Object.keys(wanted).length === 0) edits.remove('reasoning');
  else edits.set('reasoning', JSON.stringify(wanted));
}

/** `generate_summary` is the old name; a refused summary is left out; off means no summary. */
function withSummary(reasoning: JsonObject, off: boolean): JsonObject {
  const intent =
    summaryWord(reasoning.summary, 'summary' in reasoning) ??
    summaryWord(reasoning.generate_summary, 'generate_summary' in reasoning);
  if (intent === undefined) return reasoning;
  const rest = { ...reasoning };
  delete rest.summary;
  delete rest.generate_summary;
  return off || !intent.visible ? rest : { ...rest, summary: intent.detail };
}

function sameMembers(one: JsonObject, other: JsonObject): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
