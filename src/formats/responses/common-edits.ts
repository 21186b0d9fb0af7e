/** Changes to a Responses body that every upstream of this format needs. */
import { closingBrace } from '../../json/closing-brace.ts';
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { scanObject, type ValueWalker } from '../../json/scan.ts';
import type { RequestContext } from '../format.ts';
import { editReasoning } from './reasoning-edit.ts';

/**
 * Model, continuity key, retention and reasoning, then what `more` adds; every other byte stays.
 * `walk` sees the values on the only pass over the body.
 * @throws SwitchyardError `invalid_json` | `invalid_request`.
 */
export function editedBody(
  body: Uint8Array,
  context: RequestContext,
  more?: (members: readonly Member[], edits: ObjectEdits) => void,
  walk?: ValueWalker,
): Uint8Array {
  const members = scanObject(body, 0, body.length, walk);
  const edits = new ObjectEdits(body, members, closingBrace(body));
  edits.set('model', JSON.stringify(context.model));
  if (context.cacheKey !== undefined) {
    edits.set('prompt_cache_key', JSON.stringify(context.cacheKey));
  }
  if (!context.keepRetention) edits.remove('prompt_cache_retention');
  editReasoning(body, members, edits, context);
  more?.(members, edits);
  return applyEdits(body, edits.edits());
}
