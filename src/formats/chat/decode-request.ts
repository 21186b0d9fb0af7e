/**
 * Chat Completions request → canonical request (translate-openai-claude.md 2.1, 4.1). Fields that
 * no other format knows are left out. An explicit null counts as missing (13, Q14).
 */
import type {
  CanonicalRequest,
  GenerationOptions,
  OutputFormat,
  ReasoningIntent,
} from '../../canonical/request.ts';
import { numberOf, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { decodeIdentity } from '../identity.ts';
import { googleExtensions } from './google-extensions.ts';
import { summaryIntent } from './summary-intent.ts';

/** Reads a parsed request body. Never throws: what can not be read is missing. */
export function decodeChatRequest(body: JsonObject): CanonicalRequest {
  return {
    model: textOf(body.model),
    stream: body.stream === true,
    messages: decodeMessages(body.messages),
    tools: decodeTools(body.tools),
    toolChoice: decodeToolChoice(body.tool_choice),
    output: decodeOutput(body.response_format),
    reasoning: decodeReasoning(body),
    options: decodeOptions(body),
    cache: {
      // Camel-case names: clients.md 2, row 7.
      key: stringOf(body.prompt_cache_key ?? body.promptCacheKey),
      retention: stringOf(body.prompt_cache_retention ?? body.promptCacheRetention),
    },
    identity: decodeIdentity(body),
    extensions: googleExtensions(body),
  };
}

function decodeReasoning(body: JsonObject): ReasoningIntent {
  const effort = body.reasoning_effort;
  return {
    effort: textOf(effort) || undefined,
    summary: summaryIntent(body),
  };
}

function decodeOptions(body: JsonObject): GenerationOptions {
  const parallel = body.parallel_tool_calls;
  return {
    maxOutputTokens: numberOf(body.max_tokens) ?? numberOf(body.max_completion_tokens),
    temperature: numberOf(body.temperature),
    topP: numberOf(body.top_p),
    stop: decodeStop(body.stop),
    seed: numberOf(body.seed),
    candidates: numberOf(body.n),
    presencePenalty: numberOf(body.presence_penalty),
    frequencyPenalty: numberOf(body.frequency_penalty),
    parallelToolCalls: typeof parallel === 'boolean' ? parallel : undefined,
    serviceTier: stringOf(body.service_tier),
    verbosity: verbosityOf(body),
  };
}

/** `verbosity` is the chat spelling, `text.verbosity` the one borrowed from Responses. */
function verbosityOf(body: JsonObject): unknown {
  return objectOf(body.text).verbosity ?? body.verbosity ?? undefined;
}

function decodeStop(stop: unknown): readonly string[] | undefined {
  if (stop === undefined || stop === null) return undefined;
  return Array.isArray(stop) ? stop.map(textOf) : [textOf(stop)];
}

function decodeOutput(format: unknown): OutputFormat | undefined {
  if (format === undefined || format === null) return undefined;
  const { type, json_schema: declared } = objectOf(format);
  if (type === 'text' || type === 'json_object') return { type };
  if (type !== 'json_schema') return { type: 'other', value: format };
  const { name, description, strict, schema } = objectOf(declared);
  return { type, name, description, strict, schema };
}
