/**
 * The chunks and the JSON body of one Chat Completions answer (translate 2.1). Usage rides in the
 * last chunk before `[DONE]`, with empty `choices`, as OpenAI sends it for `include_usage`.
 */
import type { TurnUsage } from '../formats/format.ts';
import type { Answer, ToolCall } from './responses-wire.ts';
import { splitText } from './text.ts';

type Json = Record<string, unknown>;

/** All chunks of a streamed answer; the caller adds `[DONE]`. */
export function chatChunks(answer: Answer): Json[] {
  const chunk = (delta: Json, finish: string | null): Json => ({
    ...head(answer, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const chunks = [chunk({ role: 'assistant', content: answer.text === '' ? null : '' }, null)];
  for (const content of splitText(answer.text)) chunks.push(chunk({ content }, null));
  if (answer.toolCall !== undefined) {
    chunks.push(...callDeltas(answer.toolCall).map((delta) => chunk(delta, null)));
  }
  chunks.push(chunk({}, finishReason(answer)));
  chunks.push({
    ...head(answer, 'chat.completion.chunk'),
    choices: [],
    usage: chatUsage(answer.usage),
  });
  return chunks;
}

/** The finished `chat.completion` object. */
export function chatBody(answer: Answer): Json {
  const message: Json = { role: 'assistant', content: answer.text === '' ? null : answer.text };
  if (answer.toolCall !== undefined) message['tool_calls'] = [wireCall(answer.toolCall)];
  return {
    ...head(answer, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason(answer) }],
    usage: chatUsage(answer.usage),
  };
}

/** Token counts in Chat Completions names. */
function chatUsage(usage: TurnUsage): Json {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

function head(answer: Answer, object: string): Json {
  return {
    id: `chatcmpl-${answer.id}`,
    object,
    created: answer.createdAt,
    model: answer.model,
  };
}

function finishReason(answer: Answer): string {
  return answer.toolCall === undefined ? 'stop' : 'tool_calls';
}

function wireCall(call: ToolCall): Json {
  return {
    id: call.callId,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  };
}

/** First delta names the call, the others carry its arguments. */
function callDeltas(call: ToolCall): Json[] {
  const opening = { index: 0, ...wireCall({ ...call, arguments: '' }) };
  const rest = splitText(call.arguments).map((text) => ({
    index: 0,
    function: { arguments: text },
  }));
  return [opening, ...rest].map((entry) => ({ tool_calls: [entry] }));
}
