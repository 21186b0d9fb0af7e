/** Request headers for Google's upstreams (providers.md 2.1, 3.2). */
import { PRODUCT_TOKEN } from '../../version.ts';
import { HeaderList, setCustomHeaders } from '../headers.ts';
import type { BuildInput } from '../types.ts';

/** Flat pairs. `name`: the header of the credential; a custom base without a key gets none. */
export function googleHeaders(input: BuildInput, name: string, value: string): string[] {
  const { record, turn, streaming } = input;
  const list = new HeaderList();
  list.set('Content-Type', 'application/json');
  list.set(name, value);
  list.set('User-Agent', PRODUCT_TOKEN);
  list.set('Accept', streaming ? 'text/event-stream' : 'application/json');
  setCustomHeaders(list, record.headers, turn.headers);
  return list.flat();
}

/** The verb that counts tokens. */
export const COUNT_ACTION = 'countTokens';

/** The verb behind a model's path. Streams are always asked for as events (1.3). */
export const actionOf = ({ streaming }: BuildInput): string =>
  streaming ? 'streamGenerateContent?alt=sse' : 'generateContent';
