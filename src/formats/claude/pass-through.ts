/**
 * The pair Claude client → Anthropic upstream: bytes through (translate-openai-claude.md 9.4). Only
 * what has to differ is spliced in: the model, thinking by suffix, combinations Anthropic refuses,
 * and cache marks where the client set none (10.3).
 */
import { isObject, numberOf, objectOf, type JsonObject } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import {
  bufferOf,
  forEachElement,
  memberOf,
  parseRange,
  parseValue,
  scanObject,
} from '../../json/scan.ts';
import { applyToClaude, type ClaudeThinking } from '../../thinking/claude.ts';
import { configOfSuffix, type ThinkingWish } from '../../thinking/config.ts';
import { canThink } from '../../thinking/validate.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { applyBodyRules, removeEffort } from './body-rules.ts';
import { orderCacheMarkers, takesMarker, toolTakesMarker } from './cache-markers.ts';
import { decodeThinking } from './decode-thinking.ts';
import { forwardClaude } from './forward.ts';
import { mayHoldForeign, ownHistory } from './history.ts';
import { claudeModel } from './models.ts';

/** Streams when the client does. */
export const claudeToClaude: FormatPair = {
  ownBaseline: true,
  alwaysStreams: false,
  encodeRequest(body, context) {
    const members = scanObject(body, 0, body.length);
    const edits = new ObjectEdits(body, members, closingBrace(body));
    editHead(body, members, edits, context);
    const bytes = bufferOf(body);
    if (!bytes.includes('"cache_control"')) addMarks(body, members, edits);
    const edited = applyEdits(body, edits.edits());
    return mayHoldForeign(bytes) && context.model.startsWith('claude') ? cleaned(edited) : edited;
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
): void {
  const small = members.filter(({ key }) => !LARGE.has(key));
  const before: JsonObject = Object.fromEntries(
    small.map((member) => [member.key, parseValue(body, member)]),
  );
  const head: JsonObject = { ...before, model: context.model };
  // A model that is not known may have any limit: then Anthropic says what is missing.
  head.max_tokens ??= claudeModel(context.model)?.output;
  setThinking(head, context);
  applyBodyRules(head);
  for (const key of new Set([...Object.keys(before), ...Object.keys(head)])) {
    const value = head[key];
    if (value === undefined) edits.remove(key);
    else if (value !== before[key]) edits.set(key, JSON.stringify(value));
  }
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

/** Only the system text and one element of each list are parsed and written again. */
function addMarks(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const system = memberOf(members, 'system');
  const tool = lastElement(body, memberOf(members, 'tools'), toolTakesMarker);
  const message = lastElement(body, memberOf(members, 'messages'), takesMarker);
  const small: JsonObject = {
    system: system && parseValue(body, system),
    tools: tool === undefined ? [] : [tool.value],
    messages: message === undefined ? [] : [message.value],
  };
  orderCacheMarkers(small);
  const systemText = JSON.stringify(small.system) ?? '';
  if (systemText.includes('"cache_control"')) edits.set('system', systemText);
  for (const element of [tool, message]) {
    if (element === undefined) continue;
    const { start, end } = element;
    const text = JSON.stringify(element.value);
    if (text.includes('"cache_control"')) edits.inside({ start, end, text });
  }
}

interface Element {
  start: number;
  end: number;
  value: JsonObject;
}

/** The last object of a list that fits. */
function lastElement(
  body: Uint8Array,
  member: Member | undefined,
  fits: (value: JsonObject) => boolean,
): Element | undefined {
  if (member === undefined || body[member.valueStart] !== OPEN_BRACKET) return undefined;
  const ranges: { start: number; end: number }[] = [];
  forEachElement(body, member.valueStart, member.valueEnd, (start, end) => {
    ranges.push({ start, end });
    return true;
  });
  for (const { start, end } of ranges.reverse()) {
    const value = parseRange(body, start, end);
    if (isObject(value) && fits(value)) return { start, end, value };
  }
  return undefined;
}

const OPEN_BRACKET = 0x5b;

function cleaned(body: Uint8Array): Uint8Array {
  const members = scanObject(body, 0, body.length);
  const messages = memberOf(members, 'messages');
  if (messages === undefined) return body;
  const edits = new ObjectEdits(body, members, closingBrace(body));
  edits.set('messages', JSON.stringify(ownHistory(parseValue(body, messages))));
  return applyEdits(body, edits.edits());
}
