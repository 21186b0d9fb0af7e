/** Which payload rules may apply to a turn (translate-openai-claude.md 11.2), without its body. */
import type { PayloadMatch, PayloadRule } from '../config/types.ts';
import type { ClientFormat, UpstreamFormat } from '../formats/format.ts';
import type { PayloadPlan } from '../formats/payload/plan.ts';
import { globMatches } from '../json/paths/glob.ts';

/** What rules are compared with. */
export interface PayloadSubject {
  /** Model that is sent upstream. */
  model: string;
  /** As the client spelled it. */
  requestedModel: string;
  format: ClientFormat;
  upstreamFormat: UpstreamFormat;
  /** Client headers, lower-case names, flat pairs. */
  headers: readonly string[];
}

/** Undefined when no rule can apply. */
export function payloadPlan(
  rules: readonly PayloadRule[],
  subject: PayloadSubject,
): PayloadPlan | undefined {
  if (rules.length === 0) return undefined;
  const plan = rules.flatMap(({ kind, models, params }) => {
    const when = models.filter((model) => fits(model, subject));
    return when.length === 0 ? [] : [{ kind, when, params }];
  });
  return plan.length === 0 ? undefined : plan;
}

/** Names of client formats in rules, where they differ. */
const CLIENT_NAMES: Partial<Record<ClientFormat, string>> = {
  'openai-response': 'responses',
  'openai-completion': 'openai',
};

function fits(rule: PayloadMatch, subject: PayloadSubject): boolean {
  const { format, upstreamFormat, headers } = subject;
  if (rule.protocol !== '' && rule.protocol !== upstreamFormat) return false;
  if (rule.from !== '' && rule.from !== (CLIENT_NAMES[format] ?? format)) return false;
  if (!namesOf(subject).some((name) => globMatches(rule.name, name))) return false;
  return rule.headers.every(({ name, value }) =>
    headers.some(
      (text, index) => index % 2 === 1 && headers[index - 1] === name && globMatches(value, text),
    ),
  );
}

/** A model's name without its thinking suffix. */
export const withoutSuffix = (name: string): string => name.replace(/\([^(]*\)$/, '');

/** The upstream's name of the model, and the client's with and without thinking suffix. */
function namesOf({ model, requestedModel }: PayloadSubject): string[] {
  return [model, withoutSuffix(requestedModel), requestedModel];
}
