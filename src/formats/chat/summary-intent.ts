/**
 * Does a chat client want to see a summary of the reasoning? Chat has no field of its own for
 * that, so every spelling in use is understood (translate-openai-claude.md 3.5). Only JSON
 * booleans count as booleans.
 */
import type { SummaryIntent } from '../../canonical/request.ts';
import { isObject, objectOf, type JsonObject } from '../../canonical/value.ts';

/** Objects that may hold `include_thoughts`, the most specific first. */
const THOUGHT_PATHS: readonly (readonly string[])[] = [
  ['extra_body', 'google', 'thinking_config'],
  ['extra_body', 'google', 'thinkingConfig'],
  ['extra_body', 'extra_body', 'google', 'thinking_config'],
  ['extra_body', 'extra_body', 'google', 'thinkingConfig'],
  ['google', 'thinking_config'],
  ['google', 'thinkingConfig'],
  ['thinking'],
  ['reasoning'],
  ['generationConfig', 'thinkingConfig'],
  ['generation_config', 'thinking_config'],
];

/** Roots of those paths: without any of them nothing has to be looked up. */
const THOUGHT_ROOTS = [...new Set(THOUGHT_PATHS.map((path) => path[0] ?? ''))];

const SHOW: SummaryIntent = { visible: true, detail: 'auto' };
const HIDE: SummaryIntent = { visible: false };

/** Undefined: the client said nothing about it. */
export function summaryIntent(body: JsonObject): SummaryIntent | undefined {
  const reasoning = objectOf(body.reasoning);
  return (
    fromThoughts(body) ??
    summaryWord(reasoning.summary, 'summary' in reasoning) ??
    summaryWord(reasoning.generate_summary, 'generate_summary' in reasoning) ??
    flag(reasoning.exclude, false) ??
    flag(body.include_reasoning, true) ??
    flag(reasoning.enabled, true) ??
    fromEffort(body.reasoning_effort)
  );
}

/** Reads a `summary` word; null switches off where the member is present. */
export function summaryWord(word: unknown, present: boolean): SummaryIntent | undefined {
  if (word === 'auto' || word === 'concise' || word === 'detailed') {
    return { visible: true, detail: word };
  }
  return word === 'none' || (present && word === null) ? HIDE : undefined;
}

function flag(value: unknown, shows: boolean): SummaryIntent | undefined {
  if (typeof value !== 'boolean') return undefined;
  return value === shows ? SHOW : HIDE;
}

function fromEffort(effort: unknown): SummaryIntent | undefined {
  if (typeof effort !== 'string' || effort === '') return undefined;
  return effort.toLowerCase() === 'none' ? HIDE : SHOW;
}

function fromThoughts(body: JsonObject): SummaryIntent | undefined {
  if (!THOUGHT_ROOTS.some((root) => isObject(body[root]))) return undefined;
  for (const path of THOUGHT_PATHS) {
    let place: JsonObject = body;
    for (const key of path) place = objectOf(place[key]);
    const found = flag(place.include_thoughts ?? place.includeThoughts, true);
    if (found !== undefined) return found;
  }
  return undefined;
}
