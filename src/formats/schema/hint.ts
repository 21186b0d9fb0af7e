/** What a schema can no longer say is told to the model in the description (14.2). */
import type { JsonObject } from '../../canonical/value.ts';

/** Appends a hint to the description, once. */
export function addHint(node: JsonObject, hint: string): void {
  const { description } = node;
  if (typeof description !== 'string' || description === '') {
    node.description = hint;
    return;
  }
  const told = description === hint || description.startsWith(`${hint} (`);
  if (!told && !description.includes(`(${hint})`)) node.description = `${description} (${hint})`;
}
