/**
 * A collected answer → one `chat.completion` (translate-openai-claude.md 4.5). It says what the
 * stream would have said: all texts, all summaries, refusals as text (13, Q10 and Q12).
 */
import type { AnswerItem, CanonicalAnswer } from '../../canonical/answer.ts';
import type { FinishEvent } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { encodeCitation } from './encode-citation.ts';
import { chatFinishReason } from './encode-finish.ts';
import { signedCall } from './google-extensions.ts';
import { encodeChatUsage } from './usage.ts';

/** What stands in where the upstream told nothing. */
export interface AnswerDefaults {
  model: string;
  /** Unix seconds. */
  nowSeconds: number;
}

/** Between two parts of the reasoning. */
const PART_BREAK = '\n\n';

/** Builds the body; one choice per finish. */
export function encodeChatAnswer(answer: CanonicalAnswer, defaults: AnswerDefaults): JsonObject {
  return {
    id: answer.id ?? '',
    object: 'chat.completion',
    created: answer.created ?? defaults.nowSeconds,
    model: answer.model ?? defaults.model,
    choices: answer.finishes.map((finish) => encodeChoice(answer.items, finish)),
    usage: answer.usage === undefined ? undefined : encodeChatUsage(answer.usage),
  };
}

function encodeChoice(items: readonly AnswerItem[], finish: FinishEvent): JsonObject {
  const index = finish.choice ?? 0;
  const reason = chatFinishReason(finish.reason);
  return {
    index,
    message: encodeMessage(items.filter((item) => item.choice === index)),
    finish_reason: reason,
    native_finish_reason: finish.native ?? reason,
  };
}

function encodeMessage(items: readonly AnswerItem[]): JsonObject {
  const texts: string[] = [];
  const reasoning: string[] = [];
  const calls: JsonObject[] = [];
  const images: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  for (const item of items) {
    switch (item.type) {
      case 'text':
      case 'refusal':
        texts.push(item.text);
        annotations.push(...(item.citations ?? []).map(encodeCitation));
        break;
      case 'reasoning':
        reasoning.push(...item.summary);
        break;
      case 'tool_call': {
        const { id, name, arguments: text, signature } = item;
        const declared = { name, arguments: text };
        calls.push({ id, type: 'function', function: declared, ...signedCall(signature) });
        break;
      }
      case 'image':
        images.push({ type: 'image_url', image_url: { url: item.url }, index: images.length });
        break;
      case 'web_search':
      case 'code_run':
      case 'verbatim':
        break;
    }
  }
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.join(''),
    reasoning_content: reasoning.length === 0 ? null : reasoning.join(PART_BREAK),
    tool_calls: calls.length === 0 ? null : calls,
    images: images.length === 0 ? undefined : images,
    annotations: annotations.length === 0 ? undefined : annotations,
  };
}
