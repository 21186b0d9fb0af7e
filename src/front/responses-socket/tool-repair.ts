/** Tool calls and outputs that lost each other, put together again (codex.md 3.10). Pure. */
import { isCall, isCallOutput, type StoredItem } from './stored-item.ts';

/** What is known about calls from turns before. */
export interface KnownCalls {
  callOf(callId: string): StoredItem | undefined;
  outputOf(callId: string): StoredItem | undefined;
}

/**
 * Calls without an output get the known one behind them, outputs without a call the known one before
 * them; what stays alone is dropped. `incremental`: the upstream knows the other half.
 */
export function repaired(
  items: readonly StoredItem[],
  known: KnownCalls,
  incremental: boolean,
): StoredItem[] {
  // Other calls, such as those of a local shell, are answered by function outputs too.
  const called = idsOf(items, (item) => !isCallOutput(item));
  const answered = idsOf(items, isCallOutput);
  return items.flatMap((item) => {
    const { callId } = item;
    const call = isCall(item);
    if (!call && !isCallOutput(item)) return [item];
    if (callId === '') return [];
    const counterparts = call ? answered : called;
    if (counterparts.has(callId)) return [item];
    const missing = call ? known.outputOf(callId) : known.callOf(callId);
    if (missing === undefined) return incremental ? [item] : [];
    counterparts.add(callId);
    return call ? [item, missing] : [missing, item];
  });
}

function idsOf(items: readonly StoredItem[], is: (item: StoredItem) => boolean): Set<string> {
  return new Set(items.filter(is).map(({ callId }) => callId));
}
