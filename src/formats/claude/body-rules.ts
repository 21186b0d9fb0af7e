/**
 * What Anthropic refuses in combination, taken out of a body (providers.md 7.4, 5 and 6). It works on
 * the top-level members alone. Other than in the reference, `temperature` and `top_p` stay wherever
 * Anthropic takes them (providers.md 16, D7).
 */
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  without,
  type JsonObject,
} from '../../canonical/value.ts';

/** `top_p` from here on is taken while thinking. */
const MIN_THINKING_TOP_P = 0.95;

/** Changes the body in place; nested values are replaced, never changed. */
export function applyBodyRules(body: JsonObject): void {
  const forced = objectOf(body.tool_choice).type;
  if (forced === 'any' || forced === 'tool') {
    delete body.thinking;
    removeEffort(body);
  }
  const thinking = objectOf(body.thinking).type;
  if (thinking === 'enabled' || thinking === 'adaptive') {
    if (numberOf(body.temperature) !== 1) delete body.temperature;
    if ((numberOf(body.top_p) ?? 0) < MIN_THINKING_TOP_P) delete body.top_p;
    delete body.top_k;
  } else {
    removeThinkingEdits(body);
    if (body.temperature !== undefined && body.top_p !== undefined) delete body.top_p;
  }
}

/** Edits of the thinking in the history, which Anthropic takes only of a request that thinks. */
function removeThinkingEdits(body: JsonObject): void {
  const { context_management: management } = body;
  if (!isObject(management)) return;
  const edits = arrayOf(management.edits);
  const others = edits.filter((edit) => !stringOf(objectOf(edit).type)?.startsWith(CLEAR_THINKING));
  if (others.length === edits.length) return;
  const rest = without(management, 'edits');
  if (others.length > 0) body.context_management = { ...rest, edits: others };
  else if (Object.keys(rest).length > 0) body.context_management = rest;
  else delete body.context_management;
}

/** Beginning of a kind of edit; its date follows. Claude Code asks for it in every turn. */
const CLEAR_THINKING = 'clear_thinking_';

/** `output_config` without its effort; gone when nothing else is in it. */
export function removeEffort(body: JsonObject): void {
  if (!isObject(body.output_config)) return;
  const others = { ...body.output_config };
  delete others.effort;
  if (Object.keys(others).length === 0) delete body.output_config;
  else body.output_config = others;
}
