/**
 * System text of Claude requests (translate-openai-claude.md 3.1): what of it is meant for the model,
 * and how system text in the middle of a conversation is told to models that take none there.
 */
import { reminderOf } from '../../canonical/late-system.ts';
import type { Part, TextPart } from '../../canonical/parts.ts';
import { arrayOf, objectOf, stringOf } from '../../canonical/value.ts';
import { cacheControlOf } from './cache-control.ts';

/** Block that Claude Code fills with data of the single request; no model needs it. */
const ATTRIBUTION = 'x-anthropic-billing-header:';

/** Is it text about billing, not for the model? */
export const isAttribution = (text: string): boolean => text.trimStart().startsWith(ATTRIBUTION);

/** The texts of `system`, or of a system message, that are for the model. */
export function systemTexts(content: unknown): TextPart[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : arrayOf(content);
  const parts: TextPart[] = [];
  for (const value of blocks) {
    const block = objectOf(value);
    const text = stringOf(block.text) ?? '';
    if (text.trim() === '' || isAttribution(text)) continue;
    parts.push({ type: 'text', text, cacheControl: cacheControlOf(block) });
  }
  return parts;
}

/** A system message amid the conversation, as a user would pass it on; undefined: nothing to say. */
export function reminder(content: unknown): Part[] | undefined {
  const texts = systemTexts(content).map(({ text }) => text);
  if (texts.length === 0) return undefined;
  return [reminderOf(texts)];
}
