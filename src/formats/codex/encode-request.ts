/**
 * Canonical request → Codex body (translate-openai-claude.md 4.1). The body is a new object, so a
 * field Codex refuses can not slip through; its key order is part of the upstream's prompt cache.
 */
import type { CanonicalRequest, OutputFormat, ReasoningIntent } from '../../canonical/request.ts';
import { isPresent, type JsonObject } from '../../canonical/value.ts';
import { encodeInput } from './encode-input.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { pairCalls } from './pair-calls.ts';
import { toolNames } from './tool-names.ts';

/** What is decided outside the client's body. */
export interface CodexOptions {
  /** Upstream model without suffix. */
  model: string;
  stream: boolean;
  /** Checked effort and summary; undefined leaves `reasoning` out. */
  reasoning: CodexReasoning | undefined;
  /** Continuity key. */
  cacheKey: string | undefined;
  keepRetention: boolean;
  /** Pair calls with their results on the way; what can not be paired is dropped. */
  pairs: boolean;
}

/** Value of `reasoning`. */
export interface CodexReasoning {
  effort: string;
  summary?: string;
}

/** Encodes a request. */
export function encodeCodexRequest(request: CanonicalRequest, options: CodexOptions): JsonObject {
  const names = toolNames(request.tools);
  const messages = options.pairs
    ? pairCalls(request.messages, (name) => names.isCustomOnly(name))
    : request.messages;
  const { toolChoice, tools, cache } = request;
  return {
    instructions: request.instructions ?? '',
    stream: options.stream,
    reasoning: options.reasoning,
    parallel_tool_calls: true,
    include: ['reasoning.encrypted_content'],
    model: options.model,
    input: encodeInput(messages, names),
    text: encodeText(request),
    tools: tools.length === 0 ? undefined : encodeTools(tools, names),
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice, names),
    store: false,
    prompt_cache_key: options.cacheKey,
    prompt_cache_retention: options.keepRetention ? cache.retention : undefined,
  };
}

/** The summary is asked for only while thinking is on (3.5). */
export function codexReasoning(
  effort: string,
  intent: ReasoningIntent,
  off: boolean,
): CodexReasoning {
  const { summary } = intent;
  if (off || summary?.visible !== true) return { effort };
  return { effort, summary: summary.detail };
}

function encodeText(request: CanonicalRequest): JsonObject | undefined {
  const { verbosity } = request.options;
  if (request.output === undefined && !isPresent(verbosity)) return undefined;
  return { format: encodeFormat(request.output), verbosity };
}

function encodeFormat(output: OutputFormat | undefined): JsonObject | undefined {
  if (output === undefined || output.type === 'other') return undefined;
  if (output.type !== 'json_schema') return { type: output.type };
  const { name, strict, schema } = output;
  return { type: 'json_schema', name, strict, schema };
}
