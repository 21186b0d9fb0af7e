/**
 * A whole Responses answer as the events of a stream, for clients that asked for one where the
 * upstream did not stream. Clients differ in what they read: Codex takes the finished items, others
 * the deltas, others the last event; all of them are there.
 */
import { arrayOf, objectOf, textOf, type JsonObject } from '../../canonical/value.ts';

/** Events in their order, one terminal event last. */
export function wholeEvents(response: JsonObject): JsonObject[] {
  const type = response.status === 'incomplete' ? 'response.incomplete' : 'response.completed';
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const events: JsonObject[] = [
    { type: 'response.created', response: begun },
    ...arrayOf(response.output).flatMap((item, index) => itemEvents(objectOf(item), index)),
    { type, response },
  ];
  return events.map(({ type: name, ...members }, sequence_number) => ({
    type: name,
    sequence_number,
    ...members,
  }));
}

function itemEvents(item: JsonObject, output_index: number): JsonObject[] {
  const isMessage = item.type === 'message';
  const begun = isMessage ? { ...item, status: 'in_progress', content: [] } : item;
  const parts = isMessage ? arrayOf(item.content) : [];
  return [
    { type: 'response.output_item.added', output_index, item: begun },
    ...parts.flatMap((part, content_index) =>
      partEvents(objectOf(part), { item_id: item.id, output_index, content_index }),
    ),
    { type: 'response.output_item.done', output_index, item },
  ];
}

function partEvents(part: JsonObject, place: JsonObject): JsonObject[] {
  const done = { type: 'response.content_part.done', ...place, part };
  if (part.type !== 'output_text') {
    return [{ type: 'response.content_part.added', ...place, part }, done];
  }
  const text = textOf(part.text);
  return [
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...place, delta: text },
    { type: 'response.output_text.done', ...place, text },
    done,
  ];
}
