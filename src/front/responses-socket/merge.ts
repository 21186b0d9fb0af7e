/** Merging a conversation with what is new in it (codex.md 3.7, step 3). Pure. */
import { isCall, isCallOutput, type StoredItem } from './stored-item.ts';

/** Of calls with one `call_id` the first stays, then of items with one id the last, in its place. */
export const merged = (items: readonly StoredItem[]): StoredItem[] =>
  withoutRepeatedIds(withoutRepeatedCalls(items));

function withoutRepeatedCalls(items: readonly StoredItem[]): StoredItem[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    if (!isCall(item) || item.callId === '') return true;
    const known = seen.has(item.callId);
    seen.add(item.callId);
    return !known;
  });
}

/** A call that has its output is never replaced by one that has none. */
export function withoutRepeatedIds(items: readonly StoredItem[]): StoredItem[] {
  const answered = new Set(items.filter(isCallOutput).map((item) => item.callId));
  const hasOutput = ({ callId }: StoredItem): boolean => callId !== '' && answered.has(callId);
  const kept = new Map<string, StoredItem>();
  for (const item of items) {
    const before = item.id === '' ? undefined : kept.get(item.id);
    if (item.id === '' || (before !== undefined && hasOutput(before) && !hasOutput(item))) continue;
    kept.set(item.id, item);
  }
  return items.filter((item) => item.id === '' || kept.get(item.id) === item);
}
