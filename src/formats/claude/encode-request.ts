/** Canonical request → Anthropic Messages body (translate-openai-claude.md 7.1, 8.1). */
import type { CanonicalRequest } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { applyToClaude } from '../../thinking/claude.ts';
import type { RequestContext } from '../format.ts';
import type { HubClient } from '../hub.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeTools } from './encode-tools.ts';
import { answerLimit } from './models.ts';
import { encodeFormat } from './output/format.ts';
import { claudeUserId } from './user-id.ts';

/** Tokens of an answer whose client set no limit: Anthropic demands one. Some models have fewer. */
export const DEFAULT_MAX_TOKENS = 32_000;

/** What a client asks for is meant for another model, which may write more than this one. */
const limitOf = (asked: number | undefined, model: string): number => {
  const wanted = asked ?? DEFAULT_MAX_TOKENS;
  return Math.min(wanted, answerLimit(model) ?? wanted);
};

/**
 * The translation alone, before the upstream's own demands.
 * @throws SwitchyardError `invalid_request` for an amount of thinking the model does not offer.
 */
export function encodeClaudeRequest(
  request: CanonicalRequest,
  context: RequestContext,
  client: HubClient,
): JsonObject {
  const { options, reasoning } = request;
  const maxTokens = limitOf(options.maxOutputTokens, context.model);
  const { system, messages } = encodeMessages(request, client, context.keepsUnsigned === true);
  const { tools, toolChoice } = encodeTools(request, client);
  const { thinking, effort } = applyToClaude({
    from: client,
    suffix: context.thinking,
    effort: reasoning.effort,
    budgetTokens: reasoning.budgetTokens,
    visible: reasoning.summary?.visible,
    capability: context.capability,
    maxTokens,
  });
  const isResponses = client === 'openai-response';
  return present({
    model: context.model,
    max_tokens: maxTokens,
    system: system.length === 0 ? undefined : system,
    messages,
    tools,
    tool_choice: toolChoice,
    metadata: { user_id: claudeUserId(request) },
    thinking,
    output_config: outputConfig(effort, encodeFormat(request.output, context.model)),
    // Sampling means something else to Responses clients, so only its limits reach Anthropic.
    top_p: isResponses ? undefined : options.topP,
    stop_sequences: options.stop?.length === 0 ? undefined : options.stop,
    speed: isResponses && options.serviceTier === 'priority' ? 'fast' : undefined,
    stream: context.stream,
  });
}

const outputConfig = (effort: string | undefined, format: JsonObject | undefined) =>
  effort === undefined && format === undefined ? undefined : present({ effort, format });

function present(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
