/** Changes of conversation bindings, as fronts tell each other and the store (routing.md 5.4). */
import type { BindingKey } from '../ids.ts';
import type { BindingRecord } from '../state/records.ts';

/** One changed binding; `record` null: it is gone. */
export interface BindingChange {
  key: BindingKey;
  record: BindingRecord | null;
}
