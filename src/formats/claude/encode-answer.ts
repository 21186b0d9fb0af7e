/**
 * A collected answer → one Claude message (translate-openai-claude.md 6.6, 9.1). It says what the
 * stream would have said, in the same order (13, Q10, Q12, Q13).
 */
import type {
  AnswerItem,
  AnswerReasoning,
  AnswerText,
  CanonicalAnswer,
} from '../../canonical/answer.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { claudeCallId } from './call-id.ts';
import { repairedQuotes } from './quote-repair.ts';
import { claudeStopReason } from './stop-reason.ts';
import { encodeClaudeUsage } from './encode-usage.ts';
import { citationBlock, serverToolBlocks } from './server-tools.ts';

/** What stands in where the upstream told nothing. */
export interface ClaudeAnswerDefaults {
  model: string;
  /** Unix seconds. */
  nowSeconds: number;
}

/** Builds the body. */
export function encodeClaudeAnswer(
  answer: CanonicalAnswer,
  { model, nowSeconds }: ClaudeAnswerDefaults,
): JsonObject {
  const items = answer.items.filter((item) => item.choice === 0);
  const content = items.flatMap(blocksOf);
  const finish = answer.finishes.find((finish) => (finish.choice ?? 0) === 0);
  const any = content.some((block) => block.type === 'tool_use');
  const cut = finish?.reason === 'length' && isCut(items.at(-1));
  return {
    id: answer.id === undefined || answer.id === '' ? `msg_${String(nowSeconds)}` : answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model ?? model,
    content,
    stop_reason: claudeStopReason(finish, { any, cut }),
    stop_sequence: finish?.stopSequence ?? null,
    usage: encodeClaudeUsage(answer.usage),
  };
}

function blocksOf(item: AnswerItem): JsonObject[] {
  switch (item.type) {
    case 'text':
    case 'refusal':
      return item.text === '' ? [] : [textBlock(item)];
    case 'reasoning':
      return thinkingBlock(item);
    case 'tool_call': {
      if (item.kind !== 'function') return [];
      const id = claudeCallId(item.id, `toolu_${String(item.item)}`);
      return [{ type: 'tool_use', id, name: item.name, input: inputOf(item.arguments) ?? {} }];
    }
    case 'web_search':
    case 'code_run': {
      const { id, name, input, result } = serverToolBlocks(item);
      const use = { type: 'server_tool_use', id, name, input };
      return result === undefined ? [use] : [use, result];
    }
    case 'verbatim':
    case 'image':
      return [];
  }
}

function textBlock({ text, citations }: AnswerText): JsonObject {
  return { type: 'text', text, citations: citations?.map(citationBlock) };
}

function thinkingBlock({ summary, raw, signature }: AnswerReasoning): JsonObject[] {
  const thinking = summary.length > 0 ? summary.join('\n\n') : raw;
  if (thinking === '' && signature === undefined) return [];
  return [{ type: 'thinking', thinking, signature }];
}

/** The limit of the answer cut this call. */
function isCut(item: AnswerItem | undefined): boolean {
  return item?.type === 'tool_call' && inputOf(item.arguments) === undefined;
}

/** Arguments as an object; undefined for a text that is none. */
function inputOf(text: string): JsonObject | undefined {
  const value = parsed(text) ?? parsed(repairedQuotes(text));
  return isObject(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A model can write anything here; the caller has an answer for text that is no JSON.
    return undefined;
  }
}
