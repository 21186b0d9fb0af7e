/**
 * Responses request → canonical request (translate-openai-claude.md 2.2, 9.2). An explicit null
 * counts as missing (13, Q14).
 */
import type { CanonicalRequest, OutputFormat, ReasoningIntent } from '../../canonical/request.ts';
import {
  isPresent,
  numberOf,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { decodeIdentity } from '../identity.ts';
import { summaryWord } from '../chat/summary-intent.ts';
import { decodeInput } from './decode-input.ts';
import { decodeResponsesTools, decodeResponsesToolChoice } from './decode-tools.ts';

/** Reads a parsed request body. Never throws: what can not be read is missing. */
export function decodeResponsesRequest(body: JsonObject): CanonicalRequest {
  const text = objectOf(body.text);
  const parallel = body.parallel_tool_calls;
  return {
    model: textOf(body.model),
    stream: body.stream === true,
    instructions: isPresent(body.instructions) ? textOf(body.instructions) : undefined,
    messages: decodeInput(body.input),
    tools: decodeResponsesTools(body),
    toolChoice: decodeResponsesToolChoice(body.tool_choice),
    output: decodeFormat(text.format),
    reasoning: decodeReasoning(objectOf(body.reasoning)),
    options: {
      maxOutputTokens: numberOf(body.max_output_tokens),
      temperature: numberOf(body.temperature),
      topP: numberOf(body.top_p),
      stop: decodeStop(body.stop_sequences),
      parallelToolCalls: typeof parallel === 'boolean' ? parallel : undefined,
      serviceTier: stringOf(body.service_tier),
      verbosity: text.verbosity ?? undefined,
    },
    cache: {
      key: stringOf(body.prompt_cache_key),
      retention: stringOf(body.prompt_cache_retention),
    },
    identity: decodeIdentity(body),
  };
}

/** The effort word without white space and in lower case (9.2). */
function decodeReasoning(reasoning: JsonObject): ReasoningIntent {
  return {
    effort: textOf(reasoning.effort).trim().toLowerCase() || undefined,
    summary:
      summaryWord(reasoning.summary, 'summary' in reasoning) ??
      summaryWord(reasoning.generate_summary, 'generate_summary' in reasoning),
  };
}

function decodeFormat(format: unknown): OutputFormat | undefined {
  if (!isPresent(format)) return undefined;
  const { type, json_schema: nested } = objectOf(format);
  if (type === 'text' || type === 'json_object') return { type };
  if (type !== 'json_schema') return { type: 'other', value: format };
  // Some clients send the nested form of chat.
  const { name, description, strict, schema } = { ...objectOf(nested), ...objectOf(format) };
  return { type, name, description, strict, schema };
}

/** No field of the public API; some clients send it (thinking 5.1). */
const decodeStop = (stop: unknown): readonly string[] | undefined =>
  Array.isArray(stop) && stop.length > 0 ? stop.map(textOf) : undefined;
