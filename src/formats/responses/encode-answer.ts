/** A collected answer → one Responses body (translate-openai-claude.md 9.2, non-stream). */
import type { AnswerItem, CanonicalAnswer } from '../../canonical/answer.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { answerText, isIncomplete } from './answer-text.ts';
import type { EncoderOptions } from './encode-stream.ts';
import {
  callItem,
  callPrefix,
  customInput,
  messageItem,
  summaryPart,
  textPart,
  type ItemStatus,
} from './encode-items.ts';

/** Builds the JSON text. `model` stands in where the upstream told none. */
export function encodeResponsesAnswer(answer: CanonicalAnswer, options: EncoderOptions): string {
  const reason = answer.finishes[0]?.reason;
  const id = answer.id ?? '';
  const status = isIncomplete(reason) ? 'incomplete' : 'completed';
  const output = answer.items.flatMap((item) => encodeItem(item, id, status, options));
  return answerText({
    id,
    created: answer.created ?? options.nowSeconds,
    model: answer.model ?? options.model,
    reason,
    output,
    usage: answer.usage,
    requestBody: options.requestBody,
  });
}

function encodeItem(
  item: AnswerItem,
  id: string,
  status: ItemStatus,
  options: EncoderOptions,
): JsonObject[] {
  const { choice } = item;
  switch (item.type) {
    case 'text':
    case 'refusal':
      return [messageItem(`msg_${id}_${String(choice)}`, status, [textPart(item.text)])];
    case 'reasoning':
      return [encodeReasoning(reasoningId(id, choice), item.summary, item.signature)];
    case 'tool_call': {
      const tool = options.toolOf(item.name);
      const text = tool.kind === 'custom' ? customInput(item.arguments) : item.arguments || '{}';
      const callId = item.id;
      return [callItem(`${callPrefix(tool.kind)}_${callId}`, status, { ...tool, callId }, text)];
    }
    case 'image':
    case 'verbatim':
      return [];
  }
}

function encodeReasoning(
  id: string,
  summary: readonly string[],
  signature: string | undefined,
): JsonObject {
  return {
    id,
    type: 'reasoning',
    encrypted_content: signature ?? '',
    summary: summary.map(summaryPart),
  };
}

/** Only further choices are numbered. */
const reasoningId = (id: string, choice: number): string =>
  `rs_${id.replace(/^resp_/, '')}${choice === 0 ? '' : `_${String(choice)}`}`;
