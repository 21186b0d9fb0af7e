/**
 * `generateContent` request → canonical request (thinking 1.1, 7.1, 9.1), in either spelling. Which
 * model is meant, and whether the answer is a stream, says the path; the body may name a model too.
 */
import type {
  CanonicalRequest,
  GenerationOptions,
  OutputFormat,
  ReasoningIntent,
  SummaryIntent,
} from '../../canonical/request.ts';
import {
  isObject,
  numberOf,
  objectOf,
  stringOf,
  textOf,
  without,
  type JsonObject,
} from '../../canonical/value.ts';
import { decodeIdentity } from '../identity.ts';
import { targetOf } from '../schema/references.ts';
import { decodeContents, decodeSystem } from './decode-contents.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { either, listOf } from './spellings.ts';
import { levelWord } from './thinking-config.ts';

/** Reads a parsed body. Never throws: what can not be read is missing. */
export function decodeGeminiRequest(body: JsonObject): CanonicalRequest {
  const config = objectOf(either(body, 'generationConfig', 'generation_config'));
  const system = decodeSystem(either(body, 'systemInstruction', 'system_instruction'));
  const messages = decodeContents(body.contents);
  return {
    model: textOf(body.model),
    stream: body.stream === true,
    messages: system === undefined ? messages : [system, ...messages],
    tools: decodeTools(body.tools),
    toolChoice: decodeToolChoice(either(body, 'toolConfig', 'tool_config')),
    output: decodeOutput(config),
    reasoning: decodeReasoning(config),
    options: decodeOptions(body, config),
    cache: {},
    identity: decodeIdentity(body),
    extensions: decodeExtensions(body, config),
  };
}

/** The level counts before the budget; both may stand outside of `thinkingConfig` (9.1). */
function decodeReasoning(config: JsonObject): ReasoningIntent {
  const thinking = objectOf(either(config, 'thinkingConfig', 'thinking_config'));
  const read = (camel: string, snake: string): unknown =>
    either(config, camel, snake) ?? either(thinking, camel, snake);
  return {
    effort: levelWord(read('thinkingLevel', 'thinking_level')),
    budgetTokens: numberOf(read('thinkingBudget', 'thinking_budget')),
    summary: summaryOf(read('includeThoughts', 'include_thoughts')),
  };
}

function summaryOf(include: unknown): SummaryIntent | undefined {
  if (typeof include !== 'boolean') return undefined;
  return include ? { visible: true, detail: 'auto' } : { visible: false };
}

/** Only objects: other upstreams take no other root in a schema. */
function decodeOutput(config: JsonObject): OutputFormat | undefined {
  const schema = withRoot(
    jsonSchemaOf(
      either(config, 'responseJsonSchema', 'response_json_schema') ??
        either(config, 'responseSchema', 'response_schema'),
    ),
  );
  if (isObject(schema)) {
    const isRoot = schema.type === 'object' || isObject(schema.properties);
    return isRoot ? { type: 'json_schema', name: 'response', strict: false, schema } : undefined;
  }
  const mediaType = textOf(either(config, 'responseMimeType', 'response_mime_type'));
  return mediaType === 'application/json' ? { type: 'json_object' } : undefined;
}

/** A root that only refers to a definition, as generators of schemas write it, is that definition. */
function withRoot(schema: unknown): unknown {
  if (!isObject(schema) || typeof schema.$ref !== 'string') return schema;
  const target = targetOf(schema, schema.$ref);
  return target === undefined ? schema : { ...target, ...without(schema, '$ref') };
}

function decodeOptions(body: JsonObject, config: JsonObject): GenerationOptions {
  const number = (camel: string, snake: string): number | undefined =>
    numberOf(either(config, camel, snake));
  const stop = listOf(either(config, 'stopSequences', 'stop_sequences')).map(textOf);
  return {
    maxOutputTokens: number('maxOutputTokens', 'max_output_tokens'),
    temperature: number('temperature', 'temperature'),
    topP: number('topP', 'top_p'),
    topK: number('topK', 'top_k'),
    stop: stop.length === 0 ? undefined : stop,
    seed: number('seed', 'seed'),
    candidates: number('candidateCount', 'candidate_count'),
    presencePenalty: number('presencePenalty', 'presence_penalty'),
    frequencyPenalty: number('frequencyPenalty', 'frequency_penalty'),
    serviceTier: stringOf(either(body, 'serviceTier', 'service_tier')),
  };
}

/** What only Google's own upstreams understand, or one pair of formats. */
function decodeExtensions(body: JsonObject, config: JsonObject): JsonObject | undefined {
  const extensions: JsonObject = {
    safetySettings: either(body, 'safetySettings', 'safety_settings'),
    cachedContent: either(body, 'cachedContent', 'cached_content'),
    labels: body.labels,
    responseModalities: either(config, 'responseModalities', 'response_modalities'),
    imageConfig: either(config, 'imageConfig', 'image_config'),
  };
  const given = Object.entries(extensions).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
