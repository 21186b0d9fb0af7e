/** Applies payload rules to an upstream body (translate-openai-claude.md 11.1). */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../canonical/value.ts';
import { valuesAt } from '../../json/paths/read.ts';
import { removeAt, setAt } from '../../json/paths/write.ts';
import type { BodyConditions, PayloadPlan } from './plan.ts';

/**
 * Changes the body. A default is written where `baseline`, the translation of what the client itself
 * said, has nothing; of several the first one counts.
 */
export function applyPayload(body: JsonObject, plan: PayloadPlan, baseline: JsonObject): void {
  /** Paths that a default has written, as JSON text. */
  const written = new Set<string>();
  for (const { kind, when, params } of plan) {
    if (!when.some((conditions) => hold(conditions, body))) continue;
    for (const { path, value } of params) {
      if (kind === 'filter') removeAt(body, path);
      else if (kind === 'override') setAt(body, path, value);
      else if (valuesAt(baseline, path).length === 0) {
        const key = JSON.stringify(path);
        if (!written.has(key)) setAt(body, path, value);
        written.add(key);
      }
    }
  }
}

/** They look at the body as changed so far. */
function hold({ match, notMatch, exist, notExist }: BodyConditions, body: JsonObject): boolean {
  const equals = ({ path, value }: (typeof match)[number]): boolean =>
    valuesAt(body, path).some((found) => isDeepStrictEqual(found, value));
  const exists = (path: (typeof exist)[number]): boolean =>
    valuesAt(body, path).some((found) => found !== null);
  return (
    match.every(equals) && !notMatch.some(equals) && exist.every(exists) && !notExist.some(exists)
  );
}
