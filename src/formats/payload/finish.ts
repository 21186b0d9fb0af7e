/** What an upstream demands of the body that the operator's rules have left. */
import { arrayOf, isObject, isPresent, type JsonObject } from '../../canonical/value.ts';
import { applyBodyRules } from '../claude/body-rules.ts';
import { orderCacheMarkers } from '../claude/cache-markers.ts';
import { claudeModel } from '../claude/models.ts';
import { applyImageTool } from '../codex/image-tool.ts';
import type { RequestContext, UpstreamFormat } from '../format.ts';
import { capOutput } from '../gemini/encode-config.ts';

/** Changes the body in place; one that no rule has changed stays as it is. */
export function finishBody(
  body: JsonObject,
  upstream: UpstreamFormat,
  context: RequestContext,
): void {
  if (upstream === 'codex') finishForCodex(body, context);
  else if (upstream === 'claude') finishForClaude(body, context);
  else if (upstream === 'gemini') finishForGemini(body, context);
}

/** translate-openai-claude.md 10.1, steps 5, 6 and 8. */
function finishForCodex(body: JsonObject, context: RequestContext): void {
  if (!isPresent(body.instructions)) body.instructions = '';
  if (context.imageTool === 'add' && !context.lite) applyImageTool(body, 'add');
  if (context.lite) body.parallel_tool_calls = false;
  else if (arrayOf(body.tools).length === 0) body.parallel_tool_calls = undefined;
}

/** translate-openai-claude.md 10.3. */
function finishForClaude(body: JsonObject, { model }: RequestContext): void {
  body.max_tokens ??= claudeModel(model)?.output;
  applyBodyRules(body);
  orderCacheMarkers(body);
}

/** translate-gemini-thinking.md 2.6. */
function finishForGemini(body: JsonObject, { model }: RequestContext): void {
  for (const config of [body.generationConfig, body.generation_config]) {
    if (isObject(config)) capOutput(config, model);
  }
}
