/**
 * System messages amid a conversation → the end of `system`, for servers that take none there
 * (`rebuild-mid-system-message`; providers.md 7.4, 2).
 */
import { arrayOf, objectOf } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { applyEdits, elementCuts, ObjectEdits } from '../../json/edits.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { elementsOf } from './elements.ts';

/** The body; the same object when it has no such message. @throws SwitchyardError `invalid_json`. */
export function withMovedSystem(body: Uint8Array): Uint8Array {
  const members = scanObject(body);
  const elements = elementsOf(body, members, 'messages');
  const dropped = new Set<number>();
  const moved = elements.flatMap(({ value }, index) => {
    const { role, content } = objectOf(value);
    if (role !== 'system') return [];
    dropped.add(index);
    return blocksOf(content);
  });
  if (dropped.size === 0) return body;
  const system = memberOf(members, 'system');
  const edits = new ObjectEdits(body, members, closingBrace(body));
  const blocks = [...blocksOf(system && parseValue(body, system)), ...moved];
  if (blocks.length > 0) edits.set('system', JSON.stringify(blocks));
  const ranges = elements.flatMap(({ start, end }) => [start, end]);
  return applyEdits(body, [...edits.edits(), ...elementCuts(ranges, dropped)]);
}

function blocksOf(content: unknown): readonly unknown[] {
  if (typeof content !== 'string') return arrayOf(content);
  return content === '' ? [] : [{ type: 'text', text: content }];
}
