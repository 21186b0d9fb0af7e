/** `thinking` and `output_config` of a Claude request → canonical (translate-openai-claude.md 3.5, 6.1). */
import type { OutputFormat, ReasoningIntent, SummaryIntent } from '../../canonical/request.ts';
import { isObject, numberOf, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';

/** Budget that leaves the amount to the model. */
const MODEL_DECIDES = -1;

/** What adaptive thinking means that names no effort. */
const ADAPTIVE_EFFORT = 'xhigh';

/** Reads how much the model shall think, and whether the client wants to see it. */
export function decodeThinking(body: JsonObject): ReasoningIntent {
  const thinking = objectOf(body.thinking);
  const summary = summaryIntent(thinking.display);
  switch (thinking.type) {
    case 'disabled':
      return { effort: 'none' };
    case 'enabled': {
      const budget = numberOf(thinking.budget_tokens);
      if (budget === undefined) return { budgetTokens: MODEL_DECIDES, unsaid: true, summary };
      if (budget === 0) return { effort: 'none' };
      return { budgetTokens: Math.max(Math.trunc(budget), MODEL_DECIDES), summary };
    }
    case 'adaptive':
    case 'auto': {
      const effort = stringOf(objectOf(body.output_config).effort)?.trim().toLowerCase();
      if (effort === 'auto') return { budgetTokens: MODEL_DECIDES, summary };
      if (effort !== undefined && effort !== '') return { effort, summary };
      return { effort: ADAPTIVE_EFFORT, unsaid: true, summary };
    }
    default:
      return {};
  }
}

function summaryIntent(display: unknown): SummaryIntent | undefined {
  if (display === 'summarized') return { visible: true, detail: 'auto' };
  return display === 'omitted' ? { visible: false } : undefined;
}

/** Name of the schema: Anthropic has none, OpenAI's formats demand one. */
const SCHEMA_NAME = 'response';

/** Reads the form of the answer; `output_format` is its name in older betas. */
export function decodeClaudeOutput(body: JsonObject): OutputFormat | undefined {
  const format = objectOf(body.output_config).format ?? body.output_format;
  if (!isObject(format) || format.type !== 'json_schema') return undefined;
  return { type: 'json_schema', name: SCHEMA_NAME, schema: format.schema };
}
