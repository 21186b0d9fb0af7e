/**
 * A collected answer → one `GenerateContentResponse` (thinking 1.2, 7.2). It says what the stream
 * would have said. Every choice is a candidate; the reference puts them all into the first.
 */
import type { AnswerItem, AnswerText, CanonicalAnswer } from '../../canonical/answer.ts';
import type { FinishEvent } from '../../canonical/events.ts';
import { candidateJson, responseJson, tailJson } from './encode-chunk.ts';
import { encodeFinish } from './encode-finish.ts';
import { callPart, EMPTY_PART, imagePart, textPart, thoughtPart } from './encode-parts.ts';

const PART_BREAK = '\n\n';

/** The JSON text of the body. `model`: shown where the upstream told none. */
export function encodeGeminiAnswer(answer: CanonicalAnswer, model: string): string {
  const { id, created, usage } = answer;
  const finishes: Pick<FinishEvent, 'reason' | 'choice'>[] =
    answer.finishes.length === 0 ? [{ reason: 'stop' }] : answer.finishes;
  const candidates = finishes.map((finish) => {
    const choice = finish.choice ?? 0;
    const parts = encodeItems(answer.items.filter((item) => item.choice === choice));
    return candidateJson(choice, parts, encodeFinish(finish));
  });
  return responseJson(candidates, usage, tailJson({ id, created, model: answer.model ?? model }));
}

function encodeItems(items: readonly AnswerItem[]): string[] {
  const parts: string[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(textPart(text));
    text = '';
  };
  for (const item of items) {
    if ('text' in item) {
      text += item.text;
      continue;
    }
    const part = encodeItem(item);
    if (part === undefined) continue;
    flush();
    parts.push(part);
  }
  flush();
  return parts.length === 0 ? [EMPTY_PART] : parts;
}

function encodeItem(item: Exclude<AnswerItem, AnswerText>): string | undefined {
  switch (item.type) {
    case 'reasoning': {
      const thought = item.summary.join(PART_BREAK) || item.raw;
      return thought === '' ? undefined : thoughtPart(thought);
    }
    case 'tool_call':
      return callPart(item);
    case 'image':
      return imagePart(item.url);
    case 'verbatim':
      return undefined;
  }
}
