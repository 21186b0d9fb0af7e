/** Tool names of an answer, back to the client's: the map comes from the client's own request. */
import type { Tool } from '../../canonical/request.ts';
import type { RestoreName } from './decode-stream.ts';
import { mayBeShortened, originalNames } from './tool-names.ts';

/**
 * Restores names; `declaredTools` is called at most once, and only when an answer uses a name that
 * may have been changed, because it has to parse the whole request.
 */
export function nameRestorer(declaredTools: () => readonly Tool[]): RestoreName {
  let originals: Map<string, string> | undefined;
  return (name) => {
    if (!mayBeShortened(name)) return name;
    originals ??= originalNames(declaredTools());
    return originals.get(name) ?? name;
  };
}
