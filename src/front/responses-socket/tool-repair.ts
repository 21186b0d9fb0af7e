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
  const ids = (is: (item: StoredItem) => boolean): Set<string> =>
    new Set(items.filter(is).map(({ callId }) => callId));
  const called = ids(isCall);
  const answered = ids(isCallOutput);
  const result: StoredItem[] = [];
  for (const item of items) {
    const { callId } = item;
    if (!isCall(item) && !isCallOutput(item)) result.push(item);
    else if (callId === '') continue;
    else if (isCall(item)) {
      const output = answered.has(callId) ? undefined : known.outputOf(callId);
      if (answered.has(callId) || incremental) result.push(item);
      else if (output !== undefined) result.push(item, output);
    } else if (called.has(callId) || incremental) result.push(item);
    else {
      const call = known.callOf(callId);
      if (call === undefined) continue;
      called.add(callId);
      result.push(call, item);
    }
  }
  return result;
}
