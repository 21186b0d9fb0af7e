/** Bodies whose `input` is edited item by item: it is found while the body is scanned anyway. */
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import type { RequestContext } from '../format.ts';
import { editedBody } from './common-edits.ts';
import { InputScan } from './input-scan.ts';

const OPEN_BRACKET = 0x5b;

/** Decides on the edits; `scan`: the items of `input`, undefined when it is no list. */
export type InputEditor = (
  members: readonly Member[],
  edits: ObjectEdits,
  scan: InputScan | undefined,
) => void;

/** The body with the edits. @throws SwitchyardError `invalid_json` | `invalid_request`. */
export function editedInput(
  body: Uint8Array,
  context: RequestContext,
  edit: InputEditor,
): Uint8Array {
  let scan: InputScan | undefined;
  return editedBody(
    body,
    context,
    (members, edits) => edit(members, edits, scan),
    (key, valueStart) => {
      if (key !== 'input') return undefined;
      // Of duplicate members the last one counts.
      scan = body[valueStart] === OPEN_BRACKET ? new InputScan(body) : undefined;
      return scan?.walk(valueStart);
    },
  );
}
