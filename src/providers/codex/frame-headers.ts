/** Headers that an error frame carries for the answer that it replaces (codex.md 2.7). */
import { HeaderList } from '../headers.ts';
import { isFields } from '../../config/values.ts';

/** The `headers` member as flat pairs: what a header can hold, under its usual spelling. */
export function frameHeaders(members: unknown): string[] {
  const list = new HeaderList();
  if (!isFields(members)) return [];
  for (const [name, value] of Object.entries(members)) {
    if (!/^[a-z0-9-]+$/i.test(name) || typeof value === 'object') continue;
    list.set(
      name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
      String(value),
    );
  }
  return list.flat();
}
