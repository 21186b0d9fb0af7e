/** A collected answer → one `text_completion` (translate-openai-claude.md 9.6). */
import type { CanonicalAnswer } from '../../canonical/answer.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { chatFinishReason } from '../chat/encode-finish.ts';
import { encodeChatUsage } from '../chat/usage.ts';
import type { ResponseContext } from '../format.ts';

/** Builds the body; one choice per finish. */
export function encodeCompletion(answer: CanonicalAnswer, context: ResponseContext): JsonObject {
  return {
    id: answer.id ?? '',
    object: 'text_completion',
    created: answer.created ?? context.nowSeconds,
    model: answer.model ?? context.requestedModel,
    choices: answer.finishes.map(({ choice: index = 0, reason }) => ({
      index,
      text: textOfChoice(answer, index),
      logprobs: null,
      finish_reason: chatFinishReason(reason),
    })),
    usage: answer.usage === undefined ? undefined : encodeChatUsage(answer.usage),
  };
}

function textOfChoice({ items }: CanonicalAnswer, index: number): string {
  return items
    .map((item) =>
      item.choice === index && (item.type === 'text' || item.type === 'refusal') ? item.text : '',
    )
    .join('');
}
