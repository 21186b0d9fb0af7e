/**
 * Canonical request → Chat Completions body (translate-openai-claude.md 9.2). Sampling, storage and
 * metadata are not passed on: upstreams of this kind differ too much in what they refuse.
 */
import type { CanonicalRequest, OutputFormat } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { encodeChatMessages } from './encode-messages.ts';
import { encodeChatToolChoice, encodeChatTools } from './encode-tools.ts';

/** What is decided outside the client's body. */
export interface ChatOptions {
  /** Upstream model without suffix. */
  model: string;
  stream: boolean;
  /** Checked effort; undefined leaves it out. */
  effort: string | undefined;
}

/** Encodes a request. Tool settings are written only together with tools. */
export function encodeChatRequest(request: CanonicalRequest, options: ChatOptions): JsonObject {
  const tools = encodeChatTools(request.tools);
  const hasTools = tools.length > 0;
  const { toolChoice } = request;
  return {
    model: options.model,
    messages: encodeChatMessages(request),
    stream: options.stream,
    response_format: encodeOutput(request.output),
    max_tokens: request.options.maxOutputTokens,
    tools: hasTools ? tools : undefined,
    parallel_tool_calls: hasTools ? request.options.parallelToolCalls : undefined,
    tool_choice:
      hasTools && toolChoice !== undefined
        ? encodeChatToolChoice(toolChoice, request.tools)
        : undefined,
    reasoning_effort: options.effort,
  };
}

function encodeOutput(output: OutputFormat | undefined): JsonObject | undefined {
  if (output === undefined || output.type === 'other') return undefined;
  if (output.type !== 'json_schema') return { type: output.type };
  const { name, description, strict, schema } = output;
  return { type: 'json_schema', json_schema: { name, description, strict, schema } };
}
