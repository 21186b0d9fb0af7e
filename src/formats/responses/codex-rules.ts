/** Demands of Codex on a Responses body that turns and compactions share (codex.md 1.7). */
import { isObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue, textOf } from '../../json/scan.ts';
import type { RequestContext } from '../format.ts';

const LITE_FLAG = 'ws_request_header_x_openai_internal_codex_responses_lite';

/** JSON text of a value, or its first bytes. */
export const rawText = (body: Uint8Array, member: Member, limit = Infinity): string =>
  textOf(body, member.valueStart, Math.min(member.valueEnd, member.valueStart + limit));

/** Missing and null instructions are an empty text. */
export function defaultInstructions(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
): void {
  const instructions = memberOf(members, 'instructions');
  if (instructions === undefined || rawText(body, instructions) === 'null') {
    edits.set('instructions', '""');
  }
}

/** Is it a Responses-Lite request, by header or by body? */
export function isLite(
  body: Uint8Array,
  members: readonly Member[],
  context: RequestContext,
): boolean {
  if (context.lite) return true;
  const member = memberOf(members, 'client_metadata');
  if (member === undefined || !rawText(body, member).includes(LITE_FLAG)) return false;
  const metadata = parseValue(body, member);
  if (!isObject(metadata)) return false;
  return metadata[LITE_FLAG] === true || metadata[LITE_FLAG] === 'true';
}
