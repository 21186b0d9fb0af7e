/** A collected answer → one Responses body (translate-openai-claude.md 9.2, non-stream). */
import type { AnswerItem, CanonicalAnswer } from '../../canonical/answer.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { answerText, isIncomplete } from './answer-text.ts';
import type { EncoderOptions } from './encode-stream.ts';
import {
  callItem,
  callPrefix,
  carrierOf,
  customInput,
  messageItem,
  summaryPart,
  textPart,
  type ItemStatus,
} from './encode-items.ts';
import { imageItem, toolRunItem, urlCitation } from './tool-run.ts';

/** Builds the JSON text. `model` stands in where the upstream told none. */
export function encodeResponsesAnswer(answer: CanonicalAnswer, options: EncoderOptions): string {
  const reason = answer.finishes[0]?.reason;
  const id = answer.id ?? '';
  const status = isIncomplete(reason) ? 'incomplete' : 'completed';
  const unique = uniqueIds();
  const output = answer.items.flatMap((item) => encodeItem(item, { id, status, unique }, options));
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

/** What the items of one answer share. */
interface Shared {
  /** Id of the answer. */
  id: string;
  status: ItemStatus;
  unique: (id: string) => string;
}

/** Counts ids that come again, as the stream does. */
function uniqueIds(): Shared['unique'] {
  const seen = new Map<string, number>();
  return (id) => {
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return count === 0 ? id : `${id}_${String(count)}`;
  };
}

function encodeItem(
  item: AnswerItem,
  { id, status, unique }: Shared,
  options: EncoderOptions,
): JsonObject[] {
  const { choice } = item;
  switch (item.type) {
    case 'text':
    case 'refusal': {
      const part = textPart(item.text, item.citations?.map(urlCitation));
      return [messageItem(unique(`msg_${id}_${String(choice)}`), status, [part])];
    }
    case 'reasoning':
      return [encodeReasoning(unique(reasoningId(id, choice)), item.summary, carrierOf(item))];
    case 'tool_call': {
      const tool = options.toolOf(item.name);
      const text = tool.kind === 'custom' ? customInput(item.arguments) : item.arguments || '{}';
      const callId = item.id;
      return [callItem(`${callPrefix(tool.kind)}_${callId}`, status, { ...tool, callId }, text)];
    }
    case 'web_search':
    case 'code_run':
      return [toolRunItem(item)];
    case 'image': {
      const image = imageItem(unique(`ig_${id}_${String(choice)}`), item.url);
      return image === undefined ? [] : [image];
    }
    case 'verbatim':
      return [];
  }
}

function encodeReasoning(id: string, summary: readonly string[], carrier: string): JsonObject {
  return {
    id,
    type: 'reasoning',
    encrypted_content: carrier,
    summary: summary.map(summaryPart),
  };
}

/** Only further choices are numbered. */
const reasoningId = (id: string, choice: number): string =>
  `rs_${id.replace(/^resp_/, '')}${choice === 0 ? '' : `_${String(choice)}`}`;
