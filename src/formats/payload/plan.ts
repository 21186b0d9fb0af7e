/** The payload rules that concern one request, as far as can be told without its body. Plain data. */
import type { PathValue, PayloadRule } from '../../config/types.ts';
import type { Path } from '../../json/paths/types.ts';

/** What the body has to look like. */
export interface BodyConditions {
  match: readonly PathValue[];
  notMatch: readonly PathValue[];
  exist: readonly Path[];
  notExist: readonly Path[];
}

/** One rule; it applies when one of the conditions holds. */
export interface PlannedRule {
  kind: PayloadRule['kind'];
  when: readonly BodyConditions[];
  params: readonly PathValue[];
}

/** In the order in which they apply; never empty. */
export type PayloadPlan = readonly PlannedRule[];
