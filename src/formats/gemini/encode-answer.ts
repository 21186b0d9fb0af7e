/**
 * A collected answer → one `GenerateContentResponse` (thinking 1.2, 7.2). It says what the stream
 * would have said. Every choice is a candidate; the reference puts them all into the first.
 */
import type {
  AnswerItem,
  AnswerReasoning,
  AnswerText,
  CanonicalAnswer,
} from '../../canonical/answer.ts';
import type { FinishEvent } from '../../canonical/events.ts';
import { candidateJson, responseJson, tailJson } from './encode-chunk.ts';
import { encodeFinish } from './encode-finish.ts';
import { callProof, foreignProof, packProof } from './foreign-proof.ts';
import { AnswerSources } from './encode-grounding.ts';
import {
  callPart,
  codeParts,
  EMPTY_PART,
  imagePart,
  textPart,
  thoughtPart,
} from './encode-parts.ts';

const PART_BREAK = '\n\n';

/** The JSON text of the body. `model`: shown where the upstream told none. */
export function encodeGeminiAnswer(answer: CanonicalAnswer, model: string): string {
  const { id, created, usage } = answer;
  const finishes: Pick<FinishEvent, 'reason' | 'choice'>[] =
    answer.finishes.length === 0 ? [{ reason: 'stop' }] : answer.finishes;
  const candidates = finishes.map((finish) => {
    const choice = finish.choice ?? 0;
    const items = answer.items.filter((item) => item.choice === choice);
    return candidateJson(choice, encodeItems(items), encodeFinish(finish), groundingOf(items));
  });
  return responseJson(candidates, usage, tailJson({ id, created, model: answer.model ?? model }));
}

function groundingOf(items: readonly AnswerItem[]): string | undefined {
  const sources = new AnswerSources();
  for (const item of items) {
    if (item.type === 'web_search') sources.take(item);
    else if ('citations' in item)
      for (const citation of item.citations ?? []) sources.take(citation);
  }
  return sources.json();
}

function encodeItems(items: readonly AnswerItem[]): string[] {
  const parts: string[] = [];
  let text = '';
  /** Proof of the reasoning before the next call. */
  let carried: string | undefined;
  const flush = (): void => {
    if (text !== '') parts.push(textPart(text));
    text = '';
  };
  for (const item of items) {
    if ('text' in item) {
      text += item.text;
      continue;
    }
    const proof = item.type === 'reasoning' ? foreignProof(item) : undefined;
    const signature = proof === undefined ? undefined : packProof(proof);
    const encoded = encodeItem(item, item.type === 'tool_call' ? carried : signature);
    if (item.type === 'reasoning' && proof !== undefined)
      carried = callProof(proof, thoughtIn(item));
    else if (item.type === 'tool_call') carried = undefined;
    if (encoded.length === 0) continue;
    flush();
    parts.push(...encoded);
  }
  flush();
  return parts.length === 0 ? [EMPTY_PART] : parts;
}

const thoughtIn = ({ summary, raw }: AnswerReasoning): string => summary.join(PART_BREAK) || raw;

/** `proof`: for a thought its own, for a call that of the thought before it. */
function encodeItem(item: Exclude<AnswerItem, AnswerText>, proof: string | undefined): string[] {
  switch (item.type) {
    case 'reasoning': {
      const thought = thoughtIn(item);
      return thought === '' && proof === undefined ? [] : [thoughtPart(thought, proof)];
    }
    case 'tool_call':
      return [callPart({ ...item, signature: item.signature ?? proof })];
    case 'image':
      return [imagePart(item.url)];
    case 'code_run':
      return codeParts(item);
    case 'web_search':
    case 'verbatim':
      return [];
  }
}
