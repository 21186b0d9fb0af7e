/**
 * The pair Claude client → Anthropic upstream: bytes through (translate-openai-claude.md 9.4). Only
 * what has to differ is spliced in: the model, thinking by suffix, what Anthropic would refuse, and
 * cache marks where the client set none (10.3).
 */
import { arrayOf, numberOf, objectOf, type JsonObject } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { applyToClaude, type ClaudeThinking } from '../../thinking/claude.ts';
import { configOfSuffix, type ThinkingWish } from '../../thinking/config.ts';
import { canThink } from '../../thinking/validate.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { applyBodyRules, removeEffort } from './body-rules.ts';
import { editMarks } from './cache-edits.ts';
import { decodeThinking } from './decode-thinking.ts';
import { forwardClaude } from './forward.ts';
import { withMovedSystem } from './mid-system.ts';
import { claudeModel, isClaudeModel } from './models.ts';
import { dropRefusedBudget } from './open-turn.ts';
import { withOwnHistory } from './own-history.ts';
import { withoutEmptyDomains } from './search-domains.ts';

/** Streams when the client does. */
export const claudeToClaude: FormatPair = {
  ownBaseline: true,
  alwaysStreams: false,
  encodeRequest(body, context) {
    const checksProofs = isClaudeModel(context.model) && context.keepsUnsigned !== true;
    const own = checksProofs ? withOwnHistory(body) : body;
    const moved = context.movesSystem === true ? withMovedSystem(own) : own;
    const source = withoutEmptyDomains(moved);
    const members = scanObject(source);
    const edits = new ObjectEdits(source, members, closingBrace(source));
    // Only what was taken out of the history can be missing there.
    editHead(source, members, edits, context, own !== body);
    editMarks(source, members, edits);
    return applyEdits(source, edits.edits());
  },
  response: forwardClaude,
};

/** Members that are large and no matter of these rules. */
const LARGE: ReadonlySet<string> = new Set(['messages', 'system', 'tools']);

/** Everything but the large members: read, changed, and written back where it differs. */
function editHead(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
  isCut: boolean,
): void {
  const small = members.filter(({ key }) => !LARGE.has(key));
  const before: JsonObject = Object.fromEntries(
    small.map((member) => [member.key, parseValue(body, member)]),
  );
  const head: JsonObject = { ...before, model: context.model };
  // A model that is not known may have any limit: then Anthropic says what is missing.
  head.max_tokens ??= claudeModel(context.model)?.output;
  setThinking(head, context);
  if (isCut) dropRefusedBudget(head, arrayOf(valueAt(body, members, 'messages')));
  applyBodyRules(head);
  for (const key of new Set([...Object.keys(before), ...Object.keys(head)])) {
    const value = head[key];
    if (value === undefined) edits.remove(key);
    else if (value !== before[key]) edits.set(key, JSON.stringify(value));
  }
}

function valueAt(body: Uint8Array, members: readonly Member[], key: string): unknown {
  const member = memberOf(members, key);
  return member && parseValue(body, member);
}

/**
 * The suffix beats what the body says; whether the client sees the thinking stays its own wish. An
 * amount of the body is checked where the model is known, and left as it is when it fits.
 */
function setThinking(head: JsonObject, { thinking: suffix, capability }: RequestContext): void {
  if (capability !== undefined && !canThink(capability)) {
    delete head.thinking;
    removeEffort(head);
    return;
  }
  const asked = suffix === undefined && capability !== undefined ? amountOf(head) : {};
  if (suffix === undefined ? !hasAmount(asked) : configOfSuffix(suffix) === undefined) return;
  const { display } = objectOf(head.thinking);
  const amount = applyToClaude({
    ...asked,
    from: 'claude',
    suffix,
    visible: display === 'summarized' ? true : display === 'omitted' ? false : undefined,
    capability,
    maxTokens: numberOf(head.max_tokens),
  });
  if (amount.thinking === undefined || (suffix === undefined && isSaid(head, amount))) return;
  head.thinking = amount.thinking;
  removeEffort(head);
  if (amount.effort !== undefined) {
    head.output_config = { ...objectOf(head.output_config), effort: amount.effort };
  }
}

/** Adaptive thinking without an effort is no amount here: Anthropic has a default of its own. */
function amountOf(head: JsonObject): ThinkingWish {
  const asked = decodeThinking(head);
  return asked.unsaid === true && asked.effort !== undefined ? {} : asked;
}

const hasAmount = ({ effort, budgetTokens }: ThinkingWish): boolean =>
  effort !== undefined || budgetTokens !== undefined;

/** Does the body say just this already? An effort beside a budget is a matter of its own. */
function isSaid(head: JsonObject, { thinking, effort }: ClaudeThinking): boolean {
  const own = objectOf(head.thinking);
  const isAmount = own.type === thinking?.type && own.budget_tokens === thinking?.budget_tokens;
  return isAmount && (effort === undefined || objectOf(head.output_config).effort === effort);
}
