/**
 * Bodies of `/responses/compact` (codex.md 3.4, 1.7): one JSON answer, and nothing is translated. What
 * a turn may not say (an earlier answer's id, retention, its own `include`) is kept.
 */
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf } from '../../json/scan.ts';
import type { RequestContext } from '../format.ts';
import { defaultInstructions, isLite, rawText } from './codex-rules.ts';
import { editedBody } from './common-edits.ts';
import { editedInput } from './edited-input.ts';
import { editImageTool } from '../codex/image-tool-edits.ts';
import { inputEdits } from './input-edits.ts';

/** The client's body for the upstream. @throws SwitchyardError `invalid_json` | `invalid_request`. */
export function compactBody(body: Uint8Array, context: RequestContext): Uint8Array {
  const kept = { ...context, keepRetention: true };
  if (context.compact !== 'codex') {
    return editedBody(body, kept, (members, edits) => {
      edits.remove('stream');
      editImageTool(body, members, edits, removal(context));
    });
  }
  return editedInput(body, kept, (members, edits, scan) => {
    editForCodex(body, members, edits, context);
    if (scan === undefined) return;
    const rules = { translated: false, stored: isStored(body, members) };
    for (const edit of inputEdits(body, scan, rules)) edits.inside(edit);
  });
}

function editForCodex(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  edits.remove('stream');
  defaultInstructions(body, members, edits);
  const hasTools = editImageTool(body, members, edits, removal(context));
  if (isLite(body, members, context)) edits.set('parallel_tool_calls', 'false');
  else if (!hasTools) edits.remove('parallel_tool_calls');
}

/** A compaction calls no tool, so none is ever added. */
const removal = ({ imageTool }: RequestContext): 'remove' | undefined =>
  imageTool === 'remove' ? imageTool : undefined;

function isStored(body: Uint8Array, members: readonly Member[]): boolean {
  const store = memberOf(members, 'store');
  return store !== undefined && rawText(body, store) === 'true';
}
