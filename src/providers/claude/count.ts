/** Requests to `/v1/messages/count_tokens` (providers.md 7.6; translate-openai-claude.md 9.5). */
import { closingBrace } from '../../json/closing-brace.ts';
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { scanObject } from '../../json/scan.ts';

/** Beta feature of the endpoint. */
export const COUNT_BETA = 'token-counting-2024-11-01';

/** Members of a turn that are no part of its prompt: the endpoint refuses them. */
const NOT_COUNTED = [
  ...['metadata', 'context_management', 'diagnostics', 'service_tier', 'stream'],
  ...['max_tokens', 'stop_sequences', 'temperature', 'top_p', 'top_k'],
];

/** The body of a turn without what is not counted. */
export function countBody(body: Uint8Array): Uint8Array {
  const edits = new ObjectEdits(body, scanObject(body), closingBrace(body));
  for (const name of NOT_COUNTED) edits.remove(name);
  return applyEdits(body, edits.edits());
}
